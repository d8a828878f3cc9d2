import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Ledger } from '../../../receivers/contract/ledger.ts';
import type { ReportMessage } from '../../../receivers/contract/message.ts';
import { reportMessage } from '../../../receivers/delivery/message.ts';
import { openClients } from '../../../receivers/intelligems/clients.ts';
import { LifecycleDestination } from '../../../receivers/lifecycle/destination.ts';
import { lifecycleRecord } from '../../../receivers/lifecycle/record.ts';
import { requestLifecycle } from '../../../receivers/lifecycle/request.ts';
import { type FakeIntelligems, startFakeIntelligems } from '../../fakes/intelligems.ts';
import { emptyLedger } from '../../fixtures/ledger.ts';
import { attempt } from '../destinations/common/opened.ts';

const MINUTE_MS = 60_000;

let kept: Awaited<ReturnType<typeof emptyLedger>>;
let ledger: Ledger;
let intelligems: FakeIntelligems;
/** How far all clocks are ahead, milliseconds. */
let aheadMs = 0;

beforeEach(async () => {
  aheadMs = 0;
  kept = await emptyLedger();
  ledger = kept.ledger;
  intelligems = await startFakeIntelligems({ clock: now, now });
});

afterEach(async () => {
  await intelligems.close();
  await kept.remove();
});

function now(): number {
  return Date.now() + aheadMs;
}

function destination(token: string | null = intelligems.token): LifecycleDestination {
  const settings = { apiUrl: intelligems.url, apiVersion: 'v25-10-beta' };
  const clients = openClients(settings, [{ name: 'default', accessToken: token }]);
  const addresses = { experiment: '', personalization: '' };
  const deliveriesOf = async () => [];
  return new LifecycleDestination({ ledger, clients, addresses, deliveriesOf, now });
}

function started(): string {
  const { id } = intelligems.create({ name: 'Backpack price test' });
  intelligems.act(id, 'start');
  return id;
}

/** Asks for it, and gives the delivery's message. */
async function requested(experienceId: string, action: 'pause' | 'start' = 'pause'): Promise<ReportMessage> {
  const by = { via: 'console', name: null, email: null } as const;
  const request = { action, by, source: 'default', experienceId, name: 'Backpack price test' };
  const result = await requestLifecycle(ledger, { ...request, press: null, why: null, link: null }, now());
  if (result.state === 'refused') {
    throw new Error(result.reason);
  }
  const event = await ledger.event(result.key);
  return reportMessage({ event: event as never, eventKey: result.key, replay: 0 });
}

async function outcomes(id: string): Promise<string[]> {
  return (await lifecycleRecord(ledger, 'default', id)).settled.map(({ outcome }) => outcome);
}

async function lastReport(): Promise<string> {
  const events = await ledger.events({ limit: 10 });
  return events.find(({ key }) => key.startsWith('report_lifecycle'))?.experienceName ?? '';
}

function calls(): number {
  return intelligems.requests.filter(({ path }) => path.includes('/actions/')).length;
}

test('a call without an answer and without an effect is not repeated, and reported as not confirmed', async () => {
  const id = started();
  const message = await requested(id);
  intelligems.faults.add({ kind: 'reset' }, { path: '/actions/pause' });
  const lifecycle = destination();
  const looking = { type: 'retry', waiting: true };
  expect(await lifecycle.send(message, attempt())).toMatchObject(looking);
  expect(await destination().send(message, attempt({ uncertain: true }))).toMatchObject(looking);
  expect(await outcomes(id)).toEqual([]);
  aheadMs = MINUTE_MS + 1_000;
  expect(await destination().send(message, attempt())).toMatchObject({ type: 'done' });
  expect(await outcomes(id)).toEqual(['unknown']);
  expect(await lastReport()).toBe('Backpack price test: perhaps paused');
  expect(calls()).toBe(1);
});

test('after a crash between the call and the record, the experience shows what came of it', async () => {
  const id = started();
  const message = await requested(id);
  const crashed = new Error('The process died');
  const dying = new Proxy(ledger, {
    get: (target, name) => {
      const found = target[name as keyof Ledger] as unknown;
      return name === 'accept'
        ? async () => {
            throw crashed;
          }
        : typeof found === 'function'
          ? found.bind(target)
          : found;
    },
  });
  const healthy = ledger;
  ledger = dying;
  const dead = destination();
  ledger = healthy;
  await expect(dead.send(message, attempt())).rejects.toBe(crashed);
  expect(intelligems.experience(id).status).toBe('paused');
  expect(await destination().send(message, attempt({ uncertain: true }))).toMatchObject({ type: 'done' });
  expect(await outcomes(id)).toEqual(['done']);
  expect(calls()).toBe(1);
  // The same delivery again, as after a lost lease or a person's replay.
  expect(await destination().send(message, attempt())).toMatchObject({ type: 'done' });
  expect(calls()).toBe(1);
});

test('a request that is older than 15 minutes is dropped', async () => {
  const id = started();
  const message = await requested(id);
  aheadMs = 16 * MINUTE_MS;
  expect(await destination().send(message, attempt())).toMatchObject({ type: 'done' });
  expect(await outcomes(id)).toEqual(['failed']);
  expect(calls()).toBe(0);
});

test('an attempt that has lost its lease does nothing', async () => {
  const id = started();
  const message = await requested(id);
  const outcome = await destination().send(message, attempt({ signal: AbortSignal.abort() }));
  expect(outcome).toMatchObject({ type: 'retry' });
  expect(calls()).toBe(0);
});

test('what passes is tried again, and what does not is reported', async () => {
  const id = started();
  const first = await requested(id);
  intelligems.faults.add({ kind: 'status', status: 500 }, { path: `/experiences/${id}` });
  expect((await destination().send(first, attempt())).type).toBe('retry');
  expect(await destination('another-token').send(first, attempt())).toMatchObject({ type: 'done' });
  expect(await outcomes(id)).toEqual(['failed']);
  expect(await lastReport()).toBe('Backpack price test: not paused');
  // The next request is a new one.
  expect(await destination().send(await requested(id), attempt())).toMatchObject({ type: 'done' });
  expect(await outcomes(id)).toEqual(['failed', 'done']);
  expect(calls()).toBe(1);
});

test('only what was paused here can be resumed here', async () => {
  const id = started();
  intelligems.act(id, 'pause');
  await expect(requested(id, 'start')).rejects.toThrow('It was not paused here');
  intelligems.act(id, 'start');
  await destination().send(await requested(id), attempt());
  intelligems.act(id, 'start');
  aheadMs = 11 * MINUTE_MS;
  intelligems.act(id, 'pause');
  await destination().send(await requested(id, 'start'), attempt());
  expect(await outcomes(id)).toEqual(['done', 'failed']);
  expect(intelligems.experience(id).status).toBe('paused');
});
