import type { RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { type Problem, sendProblem } from '../base/problem.ts';
import type { Destination } from '../contract/destination.ts';
import type { Press, PressRequest, ReadPress } from '../contract/press.ts';
import { BodyReader } from './read-body.ts';

/** A press comes with the whole message that has the button, as a form: Slack's longest is well below this. */
const LIMIT_BYTES = 512 * 1024;

/** A destination whose messages have buttons. */
export interface PressedDestination {
  name: string;
  readPress: NonNullable<Destination['readPress']>;
}

/** What came of a press, for who pressed. */
export type Pressed = { state: 'accepted'; key: string } | { state: 'refused'; reason: string };

export interface PressServices {
  destinations: readonly PressedDestination[];
  /** Resolves when the request is on disk. */
  accept(press: Press, destinations: readonly string[]): Promise<Pressed>;
  log: Logger;
}

const ACCEPTED = 'Requested. What came of it appears here in a moment.';

const BODY_PROBLEMS: Readonly<Record<string, Problem>> = {
  'too-large': {
    status: 413,
    title: 'The request is too large',
    detail: 'A press of a button is smaller. Nothing was done.',
  },
  'too-many-at-once': {
    status: 503,
    title: 'Too many large bodies at once',
    detail:
      'The receiver is handling as many large bodies as its memory allows. Press the button again later.',
  },
};

const UNSIGNED: Problem = {
  status: 401,
  title: 'The signature is not valid',
  detail:
    'The request is not signed with the signing secret of a Slack destination here. Compare SLACK_SIGNING_SECRET with the app’s Basic Information page in Slack. A proxy must not change the body.',
};

const STALE: Problem = {
  status: 401,
  title: 'The request is too old',
  detail:
    'Its time differs from this receiver’s by more than five minutes. Check this host’s clock. Nothing was done.',
};

const NOT_STORED: Problem = {
  status: 503,
  title: 'The request was not stored',
  detail: 'The storage of this receiver cannot be written. Nothing was done. Press the button again later.',
};

/**
 * Answers presses of the buttons in messages. The answer comes as soon as the request is on disk; the service that
 * sent it waits for three seconds. What a person should know is said to them where they pressed.
 */
export function createPressRoute({ destinations, accept, log }: PressServices): RequestHandler {
  const bodies = new BodyReader(LIMIT_BYTES);
  return async (request, response) => {
    const read = await bodies.read(request);
    if (!read.ok) {
      refuseBody(response, read.problem);
      return;
    }
    const { headers } = request;
    const found = await Promise.all(
      destinations.map(async (destination) => ({
        name: destination.name,
        result: await destination.readPress({ body: read.body, headers } satisfies PressRequest),
      })),
    );
    const pressed = found.filter(isPressed);
    const [first] = pressed;
    if (first === undefined) {
      await answerOthers(
        found.map(({ result }) => result),
        response,
        log,
      );
      return;
    }
    const { press, reply } = first.result;
    const about = { action: press.action, event: press.eventKey, by: press.by.name };
    let outcome: Pressed;
    try {
      outcome = await accept(
        press,
        pressed.map(({ name }) => name),
      );
    } catch (error) {
      log.error({ ...about, err: error }, 'a press of a button could not be stored; answered 503');
      sendProblem(response, NOT_STORED);
      return;
    }
    response.status(200).end();
    log.info({ ...about, state: outcome.state }, 'a button was pressed');
    await reply(outcome.state === 'accepted' ? ACCEPTED : outcome.reason);
  };
}

type Found = { name: string; result: ReadPress };

function isPressed(found: Found): found is Found & { result: Extract<ReadPress, { type: 'pressed' }> } {
  return found.result.type === 'pressed';
}

/** Answers a request that is no press by someone who may. */
async function answerOthers(results: readonly ReadPress[], response: Response, log: Logger): Promise<void> {
  const result = results.find(({ type }) => type !== 'unsigned') ?? { type: 'unsigned' as const };
  switch (result.type) {
    case 'denied':
      response.status(200).end();
      log.warn({ who: result.who }, 'a button was pressed by someone who may not: see SLACK_ACTORS');
      await result.tell();
      return;
    case 'ignored':
      response.status(200).end();
      log.info(result.note);
      return;
    case 'stale':
      log.warn({ reason: 'stale' }, 'refused a press of a button');
      sendProblem(response, STALE);
      return;
    default:
      log.warn({ reason: 'unsigned' }, 'refused a press of a button');
      sendProblem(response, UNSIGNED);
  }
}

function refuseBody(response: Response, problem: string): void {
  const words = BODY_PROBLEMS[problem];
  if (words !== undefined) {
    sendProblem(response, words, { connection: 'close' });
  }
}
