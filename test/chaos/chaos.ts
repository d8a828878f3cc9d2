import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { signWebhook } from '../../shared/verifier.ts';
import { samplePayload } from '../fixtures/messages.ts';
import { Receiver, SECRET, temporaryFolder } from '../fixtures/receiver.ts';
import { drawn, seeded } from './random.ts';
import { endTrouble, type Moment, setTrouble, startWorld, switchZapsOn, type World, ZAPS } from './world.ts';

const KILLS = [
  'at a random time',
  'after the write, before the answer',
  'before the send',
  'after the send, before the record',
  'while repairing',
] as const;

type Kill = (typeof KILLS)[number];

export interface ChaosOptions {
  seed: number;
  /** How often the receiver is killed. */
  rounds: number;
  eventsPerRound: number;
}

/** What was counted when all was over. Events are named by their keys. */
export interface ChaosResult {
  seed: number;
  kills: Record<Kill, number>;
  acknowledged: number;
  /** Acknowledged, and without an effect. */
  lost: Record<'slack' | 'sheets' | 'email' | 'http' | 'zaps', string[]>;
  /** With an effect that a person sees twice. */
  doubled: Record<'slack' | 'sheets', string[]>;
  /** Sent more than once under the same id, which the other side recognises. */
  repeated: Record<'email' | 'http' | 'zaps', number>;
  /** Experiences whose events took effect in another order than they were accepted in. */
  disordered: string[];
}

/** A receiver that is killed recovers at once, and never gives up within a run. */
export const IMPATIENT = {
  FIRST_RETRY_SECONDS: '0.05',
  RETRY_FACTOR: '1.3',
  MAX_ATTEMPTS: '100',
  PAUSE_AFTER_FAILURES: '50',
  FIRST_PAUSE_SECONDS: '0.05',
  LONGEST_PAUSE_SECONDS: '0.2',
  ATTEMPT_TIMEOUT_SECONDS: '1.5',
  UPDATE_QUIET_SECONDS: '0',
  LOG_LEVEL: 'warn',
  LOG_PRETTY: 'false',
};

/** An event that was acknowledged. */
export interface Sent {
  key: string;
  experienceId: string;
}

/** Runs a receiver that is killed again and again while events come, then counts their effects. */
export async function runChaos({ seed, rounds, eventsPerRound }: ChaosOptions): Promise<ChaosResult> {
  const random = seeded(seed);
  const world = await startWorld(random() < 0.5 ? 'card' : 'message');
  const { folder, remove } = temporaryFolder({ onDisk: true });
  const settings = { ...world.settings, ...world.zapier, ...IMPATIENT, DATA_DIR: folder };
  const acknowledged: Sent[] = [];
  const kills = Object.fromEntries(KILLS.map((kill) => [kill, 0])) as Record<Kill, number>;
  try {
    for (let round = 0; round < rounds; round += 1) {
      const kill = round < KILLS.length ? (KILLS[round] as Kill) : drawn(KILLS, random);
      const receiver = await Receiver.start(settings);
      if (round === 0) {
        await switchZapsOn(world, receiver.url);
      }
      acknowledged.push(...(await liveAndDie(receiver, world, kill, eventsPerRound, random)));
      kills[kill] += 1;
    }
    endTrouble(world);
    const last = await Receiver.start(settings);
    await drained(last);
    await last.stop();
    return { seed, kills, acknowledged: acknowledged.length, ...count(world, acknowledged) };
  } finally {
    await world.close();
    remove();
  }
}

/** One life of the receiver: events come, it is killed, and those that were not acknowledged come again. */
async function liveAndDie(
  receiver: Receiver,
  world: World,
  kill: Kill,
  events: number,
  random: () => number,
): Promise<Sent[]> {
  let sending = true;
  const end = (): void => {
    sending = false;
    receiver.process.kill('SIGKILL');
  };
  const moment = kill === 'at a random time' || kill === 'after the write, before the answer' ? null : kill;
  const after = 1 + Math.floor(random() * events);
  setTrouble(world, random, moment === null ? null : { moment: moment satisfies Moment, after, kill: end });
  // Whatever the moment needs may never come: no life is longer than this.
  const timer = setTimeout(end, kill === 'at a random time' ? random() * 600 : 2_500);
  const answers = { left: kill === 'after the write, before the answer' ? after : Number.POSITIVE_INFINITY };
  const acknowledged: Sent[] = [];

  async function oneExperience(): Promise<void> {
    const experienceId = randomUUID();
    for (const name of ['create', 'start', 'update', 'pause', 'end'] as const) {
      const sample = samplePayload(name);
      const experience = { ...sample.experience, id: experienceId };
      const body = JSON.stringify({
        ...sample,
        timestamp: sample.timestamp + Math.floor(random() * 1_000),
        experience,
      });
      const key = sending ? await post(receiver, body, answers, end) : null;
      if (key === null) {
        return;
      }
      acknowledged.push({ key, experienceId });
    }
  }

  const senders = Array.from({ length: Math.max(1, Math.round(events / 5)) }, oneExperience);
  await Promise.all(senders);
  await receiver.exited;
  clearTimeout(timer);
  return acknowledged;
}

/** Posts an event; gives its key once the whole answer has arrived; null without an answer. */
export function post(
  receiver: Receiver,
  body: string,
  answers: { left: number },
  kill: () => void,
): Promise<string | null> {
  return new Promise((resolve) => {
    const outgoing = request(
      `${receiver.url}/webhooks/intelligems`,
      { method: 'POST', headers: { 'x-intelligems-signature': signWebhook(body, SECRET) } },
      (response) => {
        answers.left -= 1;
        if (answers.left === 0) {
          // The answer is on its way and is taken as lost: the sender does not know of it.
          kill();
          resolve(null);
          return;
        }
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve(response.statusCode === 200 ? JSON.parse(text).event : null));
        response.on('error', () => resolve(null));
      },
    );
    outgoing.on('error', () => resolve(null));
    outgoing.end(body);
  });
}

/** Longer than any run has needed: what is open then stays open. Milliseconds. */
const DRAINED_WITHIN_MS = 60_000;

/** Resolves once the receiver has nothing more to deliver; rejects with the open deliveries if that takes too long. */
export async function drained(receiver: Receiver): Promise<void> {
  const limit = Date.now() + DRAINED_WITHIN_MS;
  for (;;) {
    const metrics = await (await fetch(`${receiver.url}/metrics`)).text();
    const open = [...metrics.matchAll(/^intelligems_deliveries_open\{.*\} (\d+)$/gm)];
    const dead = /^intelligems_dead_letters\{.*\} [1-9]\d*$/m.exec(metrics);
    if (dead !== null) {
      throw new Error(`There are dead letters: ${dead[0]}\n${receiver.output.slice(-4_000)}`);
    }
    if (open.length > 0 && open.every(([, count]) => count === '0')) {
      return;
    }
    if (Date.now() > limit) {
      throw new Error(
        `Still open: ${open.map(([line]) => line).join(', ')}\n${receiver.output.slice(-4_000)}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Compares what took effect at the other sides with what was acknowledged. */
export function count(
  world: World,
  acknowledged: readonly Sent[],
): Omit<ChaosResult, 'seed' | 'kills' | 'acknowledged'> {
  const effects = {
    slack: slackEffects(world),
    sheets: world.sheets.spreadsheet.tabs.includes('Intelligems')
      ? world.sheets.spreadsheet.records('Intelligems').map((record) => String(record['Event Key']))
      : [],
    email: world.smtp.mails.map(({ messageId }) => /evt_[0-9a-f]+/.exec(messageId)?.[0] ?? messageId),
    http: world.api.requests.filter(({ tookEffect }) => tookEffect).map(({ id }) => id),
  };
  const zaps = ZAPS.map((zap) =>
    world.hooks.of(zap).map(({ headers }) => String(headers['Http-webhook-id']).split('.')[0] as string),
  );
  const without = (keys: readonly string[]): string[] => {
    const seen = new Set(keys);
    return acknowledged.map(({ key }) => key).filter((key) => !seen.has(key));
  };
  const twice = (keys: readonly string[]): string[] =>
    keys.filter((key, index) => keys.indexOf(key) !== index);
  return {
    lost: {
      slack: without(effects.slack),
      sheets: without(effects.sheets),
      email: without(effects.email),
      http: without(effects.http),
      zaps: zaps.flatMap(without),
    },
    doubled: { slack: [...twice(effects.slack), ...twice(cards(world))], sheets: twice(effects.sheets) },
    repeated: {
      email: twice(effects.email).length,
      http: twice(effects.http).length,
      zaps: zaps.flatMap(twice).length,
    },
    disordered: [effects.http, ...zaps].flatMap((keys) => disordered(keys, acknowledged)),
  };
}

/** The keys of the events that people see in Slack: in messages and replies, or on the card. */
function slackEffects({ slack }: World): string[] {
  const messages = slack.messages();
  const posted = messages.filter(({ metadata }) => metadata?.event_type === 'intelligems_event').map(keyOf);
  const replied = new Set(posted);
  const byCard = messages
    .filter(({ metadata }) => metadata?.event_type === 'intelligems_card')
    .map(keyOf)
    .filter((key) => !replied.has(key));
  return [...posted, ...byCard];
}

function keyOf({ metadata }: { metadata: { event_payload: Record<string, unknown> } | null }): string {
  return String(metadata?.event_payload.key);
}

/** The experience of each card. */
function cards({ slack }: World): string[] {
  return slack
    .messages()
    .filter(({ metadata }) => metadata?.event_type === 'intelligems_card')
    .map(({ metadata }) => String(metadata?.event_payload.experience_key));
}

function disordered(effects: readonly string[], acknowledged: readonly Sent[]): string[] {
  const first = new Map<string, number>();
  effects.forEach((key, index) => {
    if (!first.has(key)) {
      first.set(key, index);
    }
  });
  const last = new Map<string, number>();
  const found = new Set<string>();
  for (const { key, experienceId } of acknowledged) {
    const place = first.get(key) ?? 0;
    if (place < (last.get(experienceId) ?? -1)) {
      found.add(experienceId);
    }
    last.set(experienceId, place);
  }
  return [...found];
}
