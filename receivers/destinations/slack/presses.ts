import type { Logger } from 'pino';
import type { PressRequest, ReadPress } from '../../contract/press.ts';
import { INFINITIVES } from '../../experience/requester.ts';
import type { HttpClient } from '../../outgoing/client.ts';
import { postJson } from '../common/webhook-destination.ts';
import type { Call } from './client.ts';
import { type PressPayload, readPressPayload } from './press-payload.ts';
import { slackSignature } from './signature.ts';
import { escapeMarkup } from './text.ts';

/** Where Slack takes answers to a press, next to the host of the API itself. */
const RESPONSE_HOSTS = ['hooks.slack.com', 'hooks.slack-gov.com'];

/** How many of those who may are named to someone who may not. */
const NAMED = 5;

export interface PressSettings {
  signingSecret: string;
  /** Slack user IDs and email addresses of those who may press. */
  actors: readonly string[];
  apiUrl: string;
}

export interface PressServices {
  /** A call that has to be quick: Slack waits for three seconds. */
  call: Call;
  http: HttpClient;
  log: Logger;
  /** Milliseconds since 1970, by a clock that is more reliable than this host's where there is one. */
  now(): number;
}

/** What Slack knows of who pressed. */
interface Person {
  name: string | null;
  /** Only an address that this workspace itself vouches for. */
  email: string | null;
}

/** Reads a press of a button: who did it, whether they may, and what they asked for. */
export async function readPress(
  { body, headers }: PressRequest,
  { signingSecret, actors, apiUrl }: PressSettings,
  { call, http, log, now }: PressServices,
): Promise<ReadPress> {
  const signature = slackSignature(body, headers, signingSecret, now());
  if (signature !== 'valid') {
    return { type: signature === 'stale' ? 'stale' : 'unsigned' };
  }
  const payload = readPressPayload(body);
  if (payload === null) {
    return { type: 'ignored', note: 'Slack sent something else than a press of a button of this app.' };
  }
  const { action, value, id, user } = payload;
  const say = (words: string): Promise<void> => answer(words, payload, { http, apiUrl, log });
  const person = await findPerson(call, payload);
  const email = person?.email ?? null;
  const isNamed = actors.some((actor) => actor === user.id || actor.toLowerCase() === email?.toLowerCase());
  if (!isNamed) {
    return { type: 'denied', who: user.id, tell: () => say(deniedWords(payload, actors, person)) };
  }
  const by = { via: 'slack' as const, name: person?.name ?? user.name ?? user.id, email };
  const press = { action, eventKey: value, by, id };
  return { type: 'pressed', press, reply: (words) => say(escapeMarkup(words)) };
}

/** Null if Slack does not say. */
async function findPerson(call: Call, { user, team }: PressPayload): Promise<Person | null> {
  const found = await call<{ user?: Record<string, unknown> }>('users.info', { user: user.id });
  if (!found.ok) {
    return null;
  }
  const { team_id, deleted, is_stranger, is_email_confirmed, real_name, profile } = found.data.user ?? {};
  const { email, real_name: shown } = (profile ?? {}) as Record<string, unknown>;
  // In a shared channel, people of another company have addresses that their own company chose.
  const isOwn = team_id === team && team !== null && !deleted && !is_stranger && is_email_confirmed !== false;
  const name = [shown, real_name].find((each) => typeof each === 'string' && each.trim() !== '');
  return {
    name: typeof name === 'string' ? name : null,
    email: isOwn && typeof email === 'string' && email !== '' ? email : null,
  };
}

function deniedWords({ action }: PressPayload, actors: readonly string[], person: Person | null): string {
  const names = actors
    .slice(0, NAMED)
    .map((actor) => (actor.includes('@') ? escapeMarkup(actor) : `<@${actor}>`));
  const more = actors.length > NAMED ? ' and others' : '';
  const unsure =
    person === null && actors.some((actor) => actor.includes('@'))
      ? ' Slack did not say who you are. If you are one of them, try again in a minute.'
      : '';
  return `Nothing was done: only some people may ${INFINITIVES[action]} experiences here. Ask ${names.join(', ')}${more}.${unsure}`;
}

/**
 * Says something to who pressed, and to nobody else. It is only a courtesy: a failure is logged.
 * https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
 */
async function answer(
  words: string,
  { responseUrl }: PressPayload,
  { http, apiUrl, log }: { http: HttpClient; apiUrl: string; log: Logger },
): Promise<void> {
  if (responseUrl === null || !URL.canParse(responseUrl)) {
    return;
  }
  const { host, protocol } = new URL(responseUrl);
  const own = new URL(apiUrl);
  const isSlack = protocol === 'https:' && RESPONSE_HOSTS.includes(host);
  if (!isSlack && !(host === own.host && protocol === own.protocol)) {
    log.warn({ host }, 'the answer to a press in Slack was not sent: its address is not one of Slack');
    return;
  }
  const exchange = await postJson(http, responseUrl, {
    response_type: 'ephemeral',
    replace_original: false,
    text: words,
  });
  if (!exchange.answered || exchange.status !== 200) {
    log.warn(
      { status: exchange.answered ? exchange.status : null },
      'the answer to a press in Slack did not arrive',
    );
  }
}
