import { errorCode, mayHaveArrived } from '../../../shared/intelligems-transport.ts';
import { passesFilter } from '../../../shared/zapier-filter.ts';
import type { Subscription, Subscriptions } from '../../zapier/subscriptions.ts';
import { targetUrlProblem } from '../../zapier/target-url.ts';
import type { Attempt, Check, Destination, Message, Outcome } from '../contract.ts';
import { type HookOutcome, hookOutcome } from './answer.ts';
import { render } from './render.ts';

export interface ZapierSettings {
  /** Hosts to which events may be sent, in lower case. */
  targetHosts: readonly string[];
  /** How long one request may take, milliseconds. */
  timeoutMs: number;
}

/** How many Zaps are told at once. */
const PARALLEL = 8;

/**
 * Sends each event to every Zap that wants it. What some Zaps have taken is remembered, so that another
 * attempt goes to the others only; the header `webhook-id` lets the app recognise what comes twice all the
 * same, after a crash or a lost answer.
 */
export class ZapierDestination implements Destination {
  readonly #settings: ZapierSettings;
  readonly #subscriptions: Subscriptions;

  constructor(settings: ZapierSettings, subscriptions: Subscriptions) {
    this.#settings = settings;
    this.#subscriptions = subscriptions;
  }

  async send(message: Message, attempt: Attempt): Promise<Outcome> {
    if (message.kind === 'report') {
      return { type: 'done', note: 'Zaps get events, not reports: not sent.' };
    }
    const event = render(message);
    const fact = `sent:${message.key}`;
    const remembered = (await attempt.recall(fact)) || null;
    const earlier: Progress = remembered === null ? NOTHING_YET : JSON.parse(remembered);
    const told = new Set(earlier.told);
    const wanting = (await this.#subscriptions.all()).filter(
      ({ id, filter, createdAt }) =>
        (createdAt <= attempt.createdAt || earlier.refused) && !told.has(id) && passesFilter(event, filter),
    );
    const body = JSON.stringify(event);
    const outcomes: HookOutcome[] = [];
    for (let next = 0; next < wanting.length; next += PARALLEL) {
      const batch = wanting.slice(next, next + PARALLEL);
      const answers = await Promise.all(
        batch.map((subscription) => this.#tell(subscription, message.key, body, attempt.signal)),
      );
      for (const [index, { id }] of batch.entries()) {
        const outcome = answers[index] as HookOutcome;
        outcomes.push(outcome);
        if (outcome.type === 'taken' || outcome.type === 'gone') {
          told.add(id);
        }
        if (outcome.type === 'gone') {
          await this.#subscriptions.remove(id);
        }
      }
    }
    return summary(outcomes, { fact, told: [...told], remembered: remembered !== null });
  }

  async check(): Promise<Check[]> {
    const { length } = await this.#subscriptions.all();
    const finding =
      length === 0
        ? 'No Zap is switched on.'
        : `${length} ${length === 1 ? 'Zap is' : 'Zaps are'} switched on.`;
    return [{ what: 'Zapier', state: 'ok', finding, fix: null }];
  }

  async close(): Promise<void> {}

  async #tell(
    subscription: Subscription,
    key: string,
    body: string,
    signal: AbortSignal,
  ): Promise<HookOutcome> {
    const { targetHosts, timeoutMs } = this.#settings;
    if (targetUrlProblem(subscription.targetUrl, targetHosts) !== null) {
      return { type: 'gone' };
    }
    try {
      const response = await fetch(subscription.targetUrl, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'webhook-id': `${key}.${subscription.id}`,
        },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      await response.body?.cancel();
      return hookOutcome(response.status, response.headers.get('retry-after'));
    } catch (error) {
      const code = errorCode(error);
      return {
        type: 'failed',
        cause: code === 'TimeoutError' ? 'no answer in time' : code,
        uncertain: mayHaveArrived(error),
        rateLimited: false,
        delayMs: null,
      };
    }
  }
}

/** How far a delivery has come, as the ledger remembers it between attempts. */
interface Progress {
  /** The subscriptions that are done with. */
  told: string[];
  /** A Zap refused it, and was to subscribe anew: whoever has subscribed since gets it as well. */
  refused: boolean;
}

const NOTHING_YET: Progress = { told: [], refused: false };

/** The outcome of a delivery to all Zaps that wanted it. */
function summary(
  outcomes: readonly HookOutcome[],
  { fact, told, remembered }: { fact: string; told: string[]; remembered: boolean },
): Outcome {
  const of = <Type extends HookOutcome['type']>(type: Type) =>
    outcomes.filter((outcome): outcome is Extract<HookOutcome, { type: Type }> => outcome.type === type);
  const [taken, gone, refused, failed] = [of('taken'), of('gone'), of('refused'), of('failed')];
  const progress: Progress = { told, refused: refused.length > 0 };
  const remember = { [fact]: JSON.stringify(progress) };
  const [first] = failed;
  if (first !== undefined) {
    return {
      type: 'retry',
      reason: `${zaps(failed.length)} of ${outcomes.length} could not be told: Zapier gave ${first.cause}.`,
      delayMs: Math.max(...failed.map(({ delayMs }) => delayMs ?? 0)) || undefined,
      rateLimited: failed.every(({ rateLimited }) => rateLimited),
      uncertain: failed.some(({ uncertain }) => uncertain),
      remember,
    };
  }
  if (refused.length > 0) {
    const statuses = [...new Set(refused.map(({ status }) => status))].join(', ');
    return {
      type: 'dead',
      reason: `Zapier refused the event for ${zaps(refused.length)} (status ${statuses}). Switch the Zap off and on again, so that it subscribes anew, then replay.`,
      remember,
    };
  }
  const notes = [
    outcomes.length === 0 ? 'No Zap is waiting for it.' : null,
    taken.length > 0 ? `Sent to ${zaps(taken.length)}.` : null,
    gone.length > 0 ? `${zaps(gone.length)} had been switched off: subscription ended.` : null,
  ];
  return {
    type: 'done',
    note: notes.filter((each) => each !== null).join(' '),
    ...(remembered ? { remember: { [fact]: '' } } : {}),
  };
}

function zaps(count: number): string {
  return count === 1 ? '1 Zap' : `${count} Zaps`;
}
