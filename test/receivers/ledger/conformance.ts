import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ClaimedDelivery, Settlement } from '../../../receivers/contract/delivery.ts';
import type { NewDelivery, NewEvent } from '../../../receivers/contract/event.ts';
import { CHANGE_LOG, type Ledger } from '../../../receivers/contract/ledger.ts';
import type { Outcome } from '../../../receivers/contract/outcome.ts';
import { circuitBreaker } from '../../../receivers/delivery/circuit-breaker.ts';
import { Inbox } from '../../fixtures/inbox.ts';

/** The storage of a ledger: opened again, it has the same content. */
export interface LedgerHome {
  open(): Promise<Ledger>;
  /** Removes everything. */
  remove(): Promise<void>;
}

const DESTINATIONS = ['slack', 'sheets'].map((name) => ({ name, concurrency: 4 }));
const BREAKER = circuitBreaker({ failures: 3, firstPauseMs: 60_000, longestPauseMs: 300_000 });

let counter = 0;

function delivery(destination: string, fields: Partial<NewDelivery> = {}): NewDelivery {
  return { destination, route: 'all', dueAt: Date.now(), quietMs: null, ...fields };
}

function event(fields: Partial<NewEvent> = {}): NewEvent {
  counter += 1;
  return {
    key: `evt_${counter}`,
    source: 'default',
    origin: 'webhook',
    action: 'startExperience',
    experienceId: 'experience-1',
    experienceName: 'Backpack price test',
    organizationId: 'organization-1',
    occurredAt: 1_790_000_000_000 + counter,
    receivedAt: Date.now(),
    body: Buffer.from(`{"number":${counter}}`),
    headers: { 'content-type': 'application/json' },
    problem: null,
    deliveries: [],
    ...fields,
  };
}

interface Handed {
  delivery: ClaimedDelivery;
  answer(outcome: Outcome, settlement?: Partial<Settlement>): void;
}

/** A worker whose attempts wait for the test to give their outcome. */
class Worker {
  readonly errors: Error[] = [];
  readonly #handed = new Inbox<Handed>();

  async start(ledger: Ledger, health = BREAKER, destinations = DESTINATIONS): Promise<void> {
    await ledger.queue.start({
      destinations,
      health,
      onError: (error) => this.errors.push(error),
      attempt: (claimed) =>
        new Promise((resolve) => {
          this.#handed.put({
            delivery: claimed,
            answer: (outcome, settlement) => resolve(settled(outcome, settlement)),
          });
        }),
    });
  }

  /** The next delivery that is handed out. */
  next(): Promise<Handed> {
    return this.#handed.next();
  }

  /** How many deliveries were handed out that the test has not taken yet. */
  get unseen(): number {
    return this.#handed.unseen;
  }
}

function settled(outcome: Outcome, fields: Partial<Settlement> = {}): Settlement {
  const now = Date.now();
  const times = { startedAt: now - 5, finishedAt: now, outcome };
  if (outcome.type === 'done') {
    return { ...times, state: 'done' };
  }
  if (outcome.type === 'dead') {
    return { ...times, state: 'dead', reason: outcome.reason, uncertain: false, ...fields } as Settlement;
  }
  return {
    ...times,
    state: 'ready',
    dueAt: now,
    attemptCounts: true,
    uncertain: false,
    ...fields,
  } as Settlement;
}

const DONE: Outcome = { type: 'done' };
const RETRY: Outcome = { type: 'retry', reason: 'The other side answered 500.' };
const DEAD: Outcome = { type: 'dead', reason: 'The channel is gone. Set SLACK_CHANNEL to another one.' };

/** What every engine of the ledger promises; the same tests run against each. */
export function ledgerConformance(name: string, makeHome: () => Promise<LedgerHome>): void {
  describe(`the ledger on ${name}`, () => {
    let home: LedgerHome;
    let ledger: Ledger;
    let worker: Worker;

    beforeEach(async () => {
      home = await makeHome();
      ledger = await home.open();
      worker = new Worker();
    });

    afterEach(async () => {
      await ledger.queue.stop(0);
      await ledger.close();
      await home.remove();
    });

    async function reopen(): Promise<void> {
      await ledger.queue.stop(0);
      await ledger.close();
      ledger = await home.open();
      worker = new Worker();
    }

    /** Resolves when the event's deliveries are all finished. */
    async function finished(key: string): Promise<string[]> {
      for (;;) {
        const states = (await ledger.deliveries(key)).map(({ state }) => state);
        if (states.every((state) => !['waiting', 'ready', 'running'].includes(state))) {
          return states;
        }
      }
    }

    describe('what was set in the console', () => {
      const CHANGE = { basedOn: 0, at: 1_000, put: [], remove: [], entry: '{"nr":1}' };
      const SLACK = { kind: 'destination', id: 'one', value: '{"name":"slack"}' };
      const ROUTE = { kind: 'route', id: 'two', value: '{"name":"pri\u0000cing"}' };

      test('it has a revision, which every change raises, and documents with the revision that wrote them', async () => {
        expect(await ledger.settings.read()).toEqual({ revision: 0, documents: [] });
        expect(await ledger.settings.write({ ...CHANGE, put: [SLACK, ROUTE] })).toBe(true);
        const changed = { ...SLACK, value: '{"name":"slack","title":"Team"}' };
        const second = { ...CHANGE, basedOn: 1, put: [changed], remove: [ROUTE] };
        expect(await ledger.settings.write(second)).toBe(true);
        await reopen();
        expect(await ledger.settings.revision()).toBe(2);
        expect(await ledger.settings.read()).toEqual({
          revision: 2,
          documents: [{ ...changed, version: 2 }],
        });
      });

      test('of two changes that are based on the same revision, one is written and the other changes nothing', async () => {
        const changes = ['a', 'b', 'c'].map((id) => ({ ...CHANGE, put: [{ ...SLACK, id }], entry: id }));
        const written = await Promise.all(changes.map((change) => ledger.settings.write(change)));
        expect(written.filter(Boolean)).toHaveLength(1);
        const { revision, documents } = await ledger.settings.read();
        expect(revision).toBe(1);
        expect(documents.map(({ id }) => id)).toEqual(['a', 'b', 'c'].filter((_, index) => written[index]));
      });

      test('its audit log is read newest first, page by page', async () => {
        for (const basedOn of [0, 1, 2]) {
          await ledger.settings.write({ ...CHANGE, basedOn, at: basedOn, entry: `change ${basedOn}` });
        }
        const newest = await ledger.settings.log({ before: null, limit: 2 });
        expect(newest.map(({ entry }) => entry)).toEqual(['change 2', 'change 1']);
        expect(await ledger.settings.log({ before: 2, limit: 2 })).toEqual([
          { revision: 1, at: 0, entry: 'change 0' },
        ]);
      });
    });

    describe('destinations that change while deliveries go out', () => {
      test('a new destination gets its deliveries, and one that is gone keeps them until it is back', async () => {
        await worker.start(ledger);
        await ledger.queue.serve([
          { name: 'slack', concurrency: 4 },
          { name: 'email', concurrency: 4 },
        ]);
        const email = event({ deliveries: [delivery('sheets'), delivery('email')] });
        await ledger.accept(email);
        const handed = await worker.next();
        expect(handed.delivery.destination).toBe('email');
        handed.answer(DONE);
        await ledger.queue.serve(DESTINATIONS);
        const back = await worker.next();
        expect(back.delivery).toMatchObject({ destination: 'sheets', eventKey: email.key, attempt: 1 });
        back.answer(DONE);
        expect(await finished(email.key)).toEqual(['done', 'done']);
        expect(worker.unseen).toBe(0);
      });

      test('an attempt in progress ends with its outcome, though its destination is gone', async () => {
        await worker.start(ledger);
        const running = event({ deliveries: [delivery('sheets')] });
        await ledger.accept(running);
        const handed = await worker.next();
        await ledger.queue.serve([{ name: 'slack', concurrency: 4 }]);
        handed.answer(DONE);
        expect(await finished(running.key)).toEqual(['done']);
      });

      test('a destination that is held hands nothing out, also after a restart', async () => {
        const held = [
          { name: 'slack', concurrency: 4 },
          { name: 'sheets', concurrency: 0 },
        ];
        await worker.start(ledger);
        await ledger.queue.serve(held);
        const waiting = event({ deliveries: [delivery('sheets')] });
        await ledger.accept(waiting);
        await reopen();
        await worker.start(ledger, BREAKER, held);
        const other = event({ experienceId: 'experience-2', deliveries: [delivery('slack')] });
        await ledger.accept(other);
        const handed = await worker.next();
        expect(handed.delivery.destination).toBe('slack');
        handed.answer(DONE);
        expect(await finished(other.key)).toEqual(['done']);
        expect((await ledger.deliveries(waiting.key)).map(({ state }) => state)).toEqual(['ready']);
        await ledger.queue.serve(DESTINATIONS);
        (await worker.next()).answer(DONE);
        expect(await finished(waiting.key)).toEqual(['done']);
      });
    });

    describe('accepting', () => {
      test('the ledger keeps the event whole, with its bytes', async () => {
        const body = Buffer.from([0, 255, 128, 10]);
        const given = event({ body });
        expect(await ledger.accept(given)).toEqual({ status: 'accepted', key: given.key });
        await reopen();
        const { deliveries: _, ...expected } = given;
        expect(await ledger.event(given.key)).toEqual({
          ...expected,
          body: Uint8Array.from(body),
          sequence: expect.any(Number),
          late: false,
          triggeredBy: null,
        });
      });

      test('the ledger answers a repeated key as a duplicate, which has no effect', async () => {
        const given = event({ deliveries: [delivery('slack')] });
        await ledger.accept(given);
        expect(await ledger.accept({ ...given, body: Buffer.from('{}') })).toEqual({
          status: 'duplicate',
          key: given.key,
        });
        expect(await ledger.deliveries(given.key)).toHaveLength(1);
        expect(Buffer.from((await ledger.event(given.key))?.body ?? []).toString()).toBe(
          given.body.toString(),
        );
      });

      test('the ledger accepts one of many events that arrive at once with the same key', async () => {
        const given = event({ deliveries: [delivery('slack')] });
        const answers = await Promise.all(Array.from({ length: 50 }, () => ledger.accept(given)));
        expect(answers.filter(({ status }) => status === 'accepted')).toHaveLength(1);
        expect(await ledger.deliveries(given.key)).toHaveLength(1);
      });

      test('the ledger keeps a thousand events that arrive at once', async () => {
        const given = Array.from({ length: 1_000 }, () => event({ deliveries: [delivery('slack')] }));
        await Promise.all(given.map((each) => ledger.accept(each)));
        await reopen();
        const listed = await ledger.events({ limit: 2_000 });
        expect(new Set(listed.map(({ key }) => key))).toEqual(new Set(given.map(({ key }) => key)));
      });

      test('the ledger marks an event that is older than an accepted one as late', async () => {
        const newer = event({ occurredAt: 2_000 });
        const older = event({ occurredAt: 1_000 });
        const elsewhere = event({ occurredAt: 1_000, experienceId: 'experience-2' });
        for (const each of [newer, older, elsewhere]) {
          await ledger.accept(each);
        }
        const late = await Promise.all([newer, older, elsewhere].map(({ key }) => ledger.event(key)));
        expect(late.map((each) => each?.late)).toEqual([false, true, false]);
      });

      test('the ledger keeps and marks a body that is not a known event', async () => {
        const broken = event({
          action: null,
          experienceId: null,
          occurredAt: null,
          problem: 'The body is not JSON.',
        });
        await ledger.accept(broken);
        expect(await ledger.events({ problem: true, limit: 10 })).toMatchObject([{ key: broken.key }]);
      });
    });

    describe('handing out deliveries', () => {
      test('the queue hands out due deliveries with their event, and records the outcome', async () => {
        await worker.start(ledger);
        const given = event({ deliveries: [delivery('slack')] });
        await ledger.accept(given);
        const { delivery: claimed, answer } = await worker.next();
        expect(claimed).toMatchObject({
          eventKey: given.key,
          destination: 'slack',
          route: 'all',
          attempt: 1,
          uncertain: false,
          replay: 0,
          probe: false,
          merged: [],
        });
        expect(Buffer.from(claimed.event.body).toString()).toBe(given.body.toString());
        answer({ type: 'done', note: 'Sent.', answer: 'ok', remember: { 'card:1': '17.5' } });
        expect(await finished(given.key)).toEqual(['done']);
        expect(await ledger.attempts(claimed.id)).toMatchObject([
          { number: 1, outcome: 'done', note: 'Sent.', answer: 'ok' },
        ]);
        expect(await ledger.recall('slack', 'card:1')).toBe('17.5');
        expect(await ledger.recall('sheets', 'card:1')).toBeNull();
      });

      test('the queue continues after a restart with events that were accepted before it', async () => {
        const given = event({ deliveries: [delivery('slack'), delivery('sheets')] });
        await ledger.accept(given);
        await reopen();
        await worker.start(ledger);
        const handed = [await worker.next(), await worker.next()];
        expect(handed.map((each) => each.delivery.destination).sort()).toEqual(['sheets', 'slack']);
        for (const { answer } of handed) {
          answer(DONE);
        }
        await finished(given.key);
      });

      test('a delivery that was interrupted by a crash is handed out as one that may have arrived', async () => {
        await worker.start(ledger);
        const given = event({ deliveries: [delivery('slack')] });
        await ledger.accept(given);
        await worker.next();
        await reopen();
        await worker.start(ledger);
        const again = await worker.next();
        expect(again.delivery).toMatchObject({ eventKey: given.key, uncertain: true, attempt: 2 });
        again.answer(DONE);
        await finished(given.key);
      });

      test('the queue keeps the order of acceptance within an experience, and does not hold up others', async () => {
        await worker.start(ledger);
        const [first, second] = [event(), event()].map((each) => ({
          ...each,
          deliveries: [delivery('slack')],
        }));
        const other = event({ experienceId: 'experience-2', deliveries: [delivery('slack')] });
        for (const each of [first, second, other]) {
          await ledger.accept(each as NewEvent);
        }
        const one = await worker.next();
        const two = await worker.next();
        expect([one.delivery.eventKey, two.delivery.eventKey]).toEqual([first?.key, other.key]);
        two.answer(DONE);
        await finished(other.key);
        one.answer(RETRY);
        const again = await worker.next();
        expect(again.delivery).toMatchObject({ eventKey: first?.key, attempt: 2 });
        again.answer(DEAD);
        const next = await worker.next();
        expect(next.delivery.eventKey).toBe(second?.key);
        next.answer(DONE);
        expect(await finished(second?.key as string)).toEqual(['done']);
        expect(await finished(first?.key as string)).toEqual(['dead']);
      });

      test('an attempt that does not count leaves the number of attempts unchanged', async () => {
        await worker.start(ledger);
        const given = event({ deliveries: [delivery('slack')] });
        await ledger.accept(given);
        (await worker.next()).answer(RETRY, { attemptCounts: false, uncertain: true } as Partial<Settlement>);
        const again = await worker.next();
        expect(again.delivery).toMatchObject({ attempt: 1, uncertain: true });
        again.answer(DONE);
        await finished(given.key);
        expect(await ledger.attempts(again.delivery.id)).toHaveLength(2);
      });

      test('the queue does not hand out a delivery before its time', async () => {
        await worker.start(ledger);
        const later = event({ deliveries: [delivery('slack', { dueAt: Date.now() + 3_600_000 })] });
        const now = event({ experienceId: 'experience-2', deliveries: [delivery('slack')] });
        await ledger.accept(later);
        await ledger.accept(now);
        const handed = await worker.next();
        expect(handed.delivery.eventKey).toBe(now.key);
        handed.answer(DONE);
        await finished(now.key);
        expect(worker.unseen).toBe(0);
        expect(await ledger.deliveries(later.key)).toMatchObject([{ state: 'ready' }]);
      });

      test('the queue hands out a delivery at its time', async () => {
        await worker.start(ledger);
        const dueAt = Date.now() + 300;
        await ledger.accept(event({ deliveries: [delivery('slack', { dueAt })] }));
        const handed = await worker.next();
        expect(Date.now()).toBeGreaterThanOrEqual(dueAt);
        handed.answer(DONE);
      });

      test('a delivery that waits for its time goes out now if a person asks for it', async () => {
        const later = Date.now() + 3_600_000;
        const given = event({ deliveries: [delivery('slack', { dueAt: later }), delivery('sheets')] });
        const behind = event({ deliveries: [delivery('slack')] });
        await ledger.accept(given);
        await ledger.accept(behind);
        await worker.start(ledger);
        const sheets = await worker.next();
        const [toSlack, toSheets] = (await ledger.deliveries(given.key)).sort(
          (one, other) => other.dueAt - one.dueAt,
        );
        const [second] = await ledger.deliveries(behind.key);
        expect(await ledger.deliverNow(toSheets?.id as number)).toBe(false);
        expect(await ledger.deliverNow(second?.id as number)).toBe(false);
        expect(await ledger.deliverNow(987_654_321)).toBe(false);
        expect(worker.unseen).toBe(0);

        expect(await ledger.deliverNow(toSlack?.id as number)).toBe(true);
        const first = await worker.next();
        expect(first.delivery).toMatchObject({ eventKey: given.key, destination: 'slack', attempt: 1 });
        first.answer(RETRY, { state: 'ready', dueAt: later });
        sheets.answer(DONE);
        while ((await ledger.attempts(toSlack?.id as number)).length === 0) {}
        expect(await ledger.deliverNow(toSlack?.id as number)).toBe(true);
        const again = await worker.next();
        expect(again.delivery).toMatchObject({ eventKey: given.key, attempt: 2 });
        again.answer(DONE);
        const next = await worker.next();
        expect(next.delivery.eventKey).toBe(behind.key);
        next.answer(DONE);
        await finished(behind.key);
        expect(await ledger.deliverNow(toSlack?.id as number)).toBe(false);
        expect(worker.unseen).toBe(0);
      });

      test('the queue pauses a destination that keeps failing, and others continue', async () => {
        await worker.start(ledger);
        const failing = Array.from({ length: 6 }, (_, index) =>
          event({ experienceId: `failing-${index}`, deliveries: [delivery('slack')] }),
        );
        for (const each of failing) {
          await ledger.accept(each);
        }
        for (let count = 0; count < 4; count += 1) {
          (await worker.next()).answer(RETRY, { dueAt: Date.now() + 600_000 } as Partial<Settlement>);
        }
        const other = event({ experienceId: 'other', deliveries: [delivery('sheets')] });
        await ledger.accept(other);
        for (;;) {
          const handed = await worker.next();
          handed.answer(handed.delivery.destination === 'sheets' ? DONE : RETRY, {
            dueAt: Date.now() + 600_000,
          } as Partial<Settlement>);
          if (handed.delivery.destination === 'sheets') {
            break;
          }
        }
        await finished(other.key);
        const [health] = (await ledger.health()).filter(({ destination }) => destination === 'slack');
        expect(health).toMatchObject({ probing: true, lastFailure: 'The other side answered 500.' });
        expect(health?.pausedUntil).toBeGreaterThan(Date.now());
        await ledger.resume('slack');
        const fresh = event({ experienceId: 'fresh', deliveries: [delivery('slack')] });
        await ledger.accept(fresh);
        const probe = await worker.next();
        expect(probe.delivery).toMatchObject({ destination: 'slack', probe: true });
        expect(worker.unseen).toBe(0);
        for (let handed = probe; ; handed = await worker.next()) {
          handed.answer(DONE);
          if (handed.delivery.eventKey === fresh.key) {
            break;
          }
        }
        await finished(fresh.key);
        expect((await ledger.health()).find(({ destination }) => destination === 'slack')).toMatchObject({
          failures: 0,
          pausedUntil: 0,
        });
      });
    });

    describe('a clock that was an hour ahead and is set back', () => {
      const HOUR_MS = 3_600_000;
      const ahead = () => Date.now() + HOUR_MS;
      /** Pauses a destination after each failure, for a moment. */
      const pausing = circuitBreaker({ failures: 1, firstPauseMs: 200, longestPauseMs: 200 });

      test.each([false, true])(
        'setting the clock back does not delay a delivery (restart: %s)',
        async (restart) => {
          const receivedAt = ahead();
          const given = event({ receivedAt, deliveries: [delivery('slack', { dueAt: receivedAt + 300 })] });
          await ledger.accept(given);
          if (restart) {
            await reopen();
          }
          await worker.start(ledger);
          expect((await worker.next()).delivery.eventKey).toBe(given.key);
        },
      );

      test.each([false, true])(
        'setting the clock back does not delay a burst (restart: %s)',
        async (restart) => {
          const receivedAt = ahead();
          const burst = { dueAt: receivedAt + 300, quietMs: 300 };
          await ledger.accept(event({ receivedAt, deliveries: [delivery('slack', burst)] }));
          if (restart) {
            await reopen();
          }
          const next = event({ deliveries: [delivery('slack', { dueAt: Date.now() + 300, quietMs: 300 })] });
          await ledger.accept(next);
          await worker.start(ledger);
          expect((await worker.next()).delivery.eventKey).toBe(next.key);
        },
      );

      test.each([false, true])(
        'setting the clock back does not delay a retry (restart: %s)',
        async (restart) => {
          await worker.start(ledger);
          const given = event({ deliveries: [delivery('slack')] });
          await ledger.accept(given);
          const finishedAt = ahead();
          (await worker.next()).answer(RETRY, { finishedAt, dueAt: finishedAt + 300 } as Partial<Settlement>);
          if (restart) {
            await finishedOnce(given.key);
            await reopen();
            await worker.start(ledger);
          }
          expect((await worker.next()).delivery.eventKey).toBe(given.key);
        },
      );

      test.each([false, true])(
        'setting the clock back does not prolong a pause (restart: %s)',
        async (restart) => {
          await worker.start(ledger, pausing);
          const given = event({ deliveries: [delivery('slack')] });
          await ledger.accept(given);
          const finishedAt = ahead();
          (await worker.next()).answer(RETRY, { finishedAt, dueAt: finishedAt } as Partial<Settlement>);
          await finishedOnce(given.key);
          const [health] = await ledger.health();
          expect(health?.pausedUntil).toBeLessThanOrEqual(Date.now() + 200);
          if (restart) {
            await reopen();
            await worker.start(ledger, pausing);
          }
          expect((await worker.next()).delivery.eventKey).toBe(given.key);
        },
      );

      /** Resolves when an attempt of the event's delivery is recorded. */
      async function finishedOnce(key: string): Promise<void> {
        const [made] = await ledger.deliveries(key);
        while ((await ledger.attempts(made?.id as number)).length === 0) {
          // Each answer is awaited.
        }
      }
    });

    describe('bursts of updates', () => {
      const quiet = (): NewDelivery => delivery('slack', { quietMs: 60_000, dueAt: Date.now() + 60_000 });

      /** Two updates of a burst, whose message becomes a dead letter, and the end that went out after them; the updates' keys. */
      async function deadBurst(): Promise<[first: string, second: string]> {
        await worker.start(ledger);
        const updates = [1, 2].map(() => event({ action: 'updateExperience', deliveries: [quiet()] }));
        for (const each of updates) {
          await ledger.accept(each);
        }
        const end = event({ action: 'endExperience', deliveries: [delivery('slack')] });
        await ledger.accept(end);
        (await worker.next()).answer(DEAD);
        (await worker.next()).answer(DONE);
        await finished(end.key);
        return updates.map(({ key }) => key) as [string, string];
      }

      test('updates in a burst merge into the newest', async () => {
        const updates = Array.from({ length: 3 }, () =>
          event({ action: 'updateExperience', deliveries: [quiet()] }),
        );
        for (const each of updates) {
          await ledger.accept(each);
        }
        const states = await Promise.all(
          updates.map(async ({ key }) => (await ledger.deliveries(key))[0]?.state),
        );
        expect(states).toEqual(['merged', 'merged', 'ready']);
      });

      test('updates gather behind one in progress, and behind its retries', async () => {
        await worker.start(ledger);
        const update = (): NewEvent =>
          event({
            action: 'updateExperience',
            deliveries: [delivery('slack', { quietMs: 20, dueAt: Date.now() + 20 })],
          });
        const [first, second, third] = [update(), update(), update()] as [NewEvent, NewEvent, NewEvent];
        await ledger.accept(first);
        const running = await worker.next();
        await ledger.accept(second);
        running.answer(RETRY);
        const again = await worker.next();
        expect(again.delivery).toMatchObject({ eventKey: first.key, attempt: 2, merged: [] });
        await ledger.accept(third);
        again.answer(DONE);
        const gathered = await worker.next();
        expect(gathered.delivery).toMatchObject({ eventKey: third.key, merged: [second.key] });
        gathered.answer(DONE);
        expect(await finished(third.key)).toEqual(['done']);
        expect(await finished(second.key)).toEqual(['merged']);
      });

      test('merged updates are still merged after a restart', async () => {
        const updates = [1, 2, 3].map(() => event({ action: 'updateExperience', deliveries: [quiet()] }));
        await ledger.accept(updates[0] as NewEvent);
        await ledger.accept(updates[1] as NewEvent);
        await reopen();
        await worker.start(ledger);
        await ledger.accept(updates[2] as NewEvent);
        await ledger.accept(event({ action: 'endExperience', deliveries: [delivery('slack')] }));
        const told = await worker.next();
        expect(told.delivery).toMatchObject({
          eventKey: updates[2]?.key,
          merged: [updates[0]?.key, updates[1]?.key],
        });
        told.answer(DONE);
        (await worker.next()).answer(DONE);
        await finished(updates[2]?.key as string);
      });

      test('merged updates are removed with old events, and the dead letter that includes them stays', async () => {
        const [, second] = await deadBurst();
        await ledger.prune(Date.now() + 1_000, 100);
        expect((await ledger.events({ limit: 10 })).map(({ key }) => key)).toEqual([second]);
        const [letter] = await ledger.deadLetters({ limit: 10 });
        await ledger.reviveDeadLetters([letter?.id as number]);
        const again = await worker.next();
        expect(again.delivery.eventKey).toBe(second);
        again.answer(DONE);
        await finished(second);
        const next = event();
        await ledger.accept(next);
        const history = await ledger.history('default', 'experience-1', 10);
        expect(history.map(({ key }) => key)).toContain(next.key);
      });

      test('merged updates are included in a replayed dead letter, and when the event is sent again', async () => {
        const [first, second] = await deadBurst();
        const [letter] = await ledger.deadLetters({ limit: 10 });
        await ledger.reviveDeadLetters([letter?.id as number]);
        const replayed = await worker.next();
        expect(replayed.delivery).toMatchObject({ eventKey: second, merged: [first] });
        replayed.answer(DONE);
        await finished(second);
        await ledger.sendAgain(second, delivery('slack'));
        const again = await worker.next();
        expect(again.delivery).toMatchObject({ eventKey: second, replay: 1, merged: [first] });
        again.answer(DONE);
        await finished(second);
      });

      test('merged updates go out at once, and in order, when something else happens', async () => {
        await worker.start(ledger);
        const updates = Array.from({ length: 2 }, () =>
          event({ action: 'updateExperience', deliveries: [quiet()] }),
        );
        for (const each of updates) {
          await ledger.accept(each);
        }
        const end = event({ action: 'endExperience', deliveries: [delivery('slack')] });
        await ledger.accept(end);
        const told = await worker.next();
        expect(told.delivery).toMatchObject({ eventKey: updates[1]?.key, merged: [updates[0]?.key] });
        told.answer(DONE);
        const ended = await worker.next();
        expect(ended.delivery.eventKey).toBe(end.key);
        ended.answer(DONE);
        await finished(end.key);
      });
    });

    describe('dead letters', () => {
      async function deadLetter(): Promise<NewEvent> {
        const given = event({ deliveries: [delivery('slack')] });
        await ledger.accept(given);
        (await worker.next()).answer(DEAD);
        await finished(given.key);
        return given;
      }

      test('dead letters are listed with their reason, and can be replayed', async () => {
        await worker.start(ledger);
        const given = await deadLetter();
        const [letter] = await ledger.deadLetters({ limit: 10 });
        expect(letter).toMatchObject({
          eventKey: given.key,
          reason: DEAD.type === 'dead' ? DEAD.reason : '',
        });
        expect(await ledger.reviveDeadLetters([letter?.id as number])).toBe(1);
        const again = await worker.next();
        expect(again.delivery).toMatchObject({ eventKey: given.key, attempt: 1, replay: 0 });
        again.answer(DONE);
        expect(await finished(given.key)).toEqual(['done']);
        expect(await ledger.reviveDeadLetters([letter?.id as number])).toBe(0);
      });

      test('a dead letter keeps what had been done, and that it may have arrived', async () => {
        await worker.start(ledger);
        const given = event({ deliveries: [delivery('slack')] });
        await ledger.accept(given);
        const unsure = { state: 'dead', reason: 'Given up.', uncertain: true } as Partial<Settlement>;
        (await worker.next()).answer({ ...DEAD, remember: { 'sent:one': 'done' } } as Outcome, unsure);
        await finished(given.key);
        const [letter] = await ledger.deadLetters({ limit: 10 });
        await ledger.reviveDeadLetters([letter?.id as number]);
        const again = await worker.next();
        expect(again.delivery).toMatchObject({ attempt: 1, uncertain: true });
        expect(await ledger.recall('slack', 'sent:one')).toBe('done');
        again.answer(DONE);
        await finished(given.key);
      });

      test('a dead letter’s last attempt is `dead`, even if it only failed temporarily', async () => {
        await worker.start(ledger);
        const given = event({ deliveries: [delivery('slack')] });
        await ledger.accept(given);
        (await worker.next()).answer(RETRY);
        const last = await worker.next();
        last.answer(RETRY, { state: 'dead', reason: 'Given up.', uncertain: false } as Partial<Settlement>);
        await finished(given.key);
        const outcomes = (await ledger.attempts(last.delivery.id)).map(({ outcome }) => outcome);
        expect(outcomes).toEqual(['retry', 'dead']);
      });

      test('replayed dead letters of one experience go out in the order of acceptance', async () => {
        await worker.start(ledger);
        const keys: string[] = [];
        for (let count = 0; count < 3; count += 1) {
          keys.push((await deadLetter()).key);
        }
        const letters = await ledger.deadLetters({ limit: 10 });
        await ledger.reviveDeadLetters(letters.map(({ id }) => id).reverse());
        const told: string[] = [];
        for (const _ of keys) {
          const handed = await worker.next();
          told.push(handed.delivery.eventKey);
          handed.answer(DONE);
        }
        expect(told).toEqual(keys);
        await finished(keys[2] as string);
      });

      test('a dead letter can be dismissed', async () => {
        await worker.start(ledger);
        const given = await deadLetter();
        const [letter] = await ledger.deadLetters({ destination: 'slack', limit: 10 });
        expect(await ledger.dismissDeadLetters([letter?.id as number])).toBe(1);
        expect(await ledger.deadLetters({ limit: 10 })).toEqual([]);
        expect(await ledger.deliveries(given.key)).toMatchObject([{ state: 'dismissed' }]);
      });

      test('dead letters stay when old events are removed', async () => {
        await worker.start(ledger);
        const kept = await deadLetter();
        const gone = event();
        await ledger.accept(gone);
        await ledger.remember(CHANGE_LOG, { [kept.key]: '[]', [gone.key]: '[]' });
        await ledger.remember('slack', { [gone.key]: 'a fact of a destination' });
        expect(await ledger.prune(Date.now() + 1_000, 100)).toBe(1);
        expect(await ledger.event(gone.key)).toBeNull();
        expect(await ledger.event(kept.key)).not.toBeNull();
        // What the change log said about an event goes with the event.
        expect(await ledger.recallAll(CHANGE_LOG, '')).toEqual({ [kept.key]: '[]' });
        expect(await ledger.recall('slack', gone.key)).toBe('a fact of a destination');
      });
    });

    test('an event that is sent again gets a new delivery', async () => {
      await worker.start(ledger);
      const given = event({ deliveries: [delivery('slack')] });
      await ledger.accept(given);
      (await worker.next()).answer(DONE);
      await finished(given.key);
      await ledger.sendAgain(given.key, delivery('slack'));
      const again = await worker.next();
      expect(again.delivery).toMatchObject({ eventKey: given.key, replay: 1 });
      again.answer(DONE);
      expect(await finished(given.key)).toEqual(['done', 'done']);
      expect(await ledger.sendAgain('evt_unknown', delivery('slack'))).toBeNull();
    });

    test('two sources that post the same experience ID have two experiences, histories, and orders', async () => {
      await worker.start(ledger);
      const at = Date.now();
      const fields = { experienceId: 'shared-id', deliveries: [delivery('slack')] };
      const other = event({ ...fields, source: 'other', action: 'endExperience', occurredAt: at });
      await ledger.accept(other);
      const held = await worker.next();
      const own = event({ ...fields, source: 'own', occurredAt: at - 60_000 });
      await ledger.accept(own);
      const next = await worker.next();
      expect(next.delivery.eventKey).toBe(own.key);
      expect(next.delivery.event.late).toBe(false);
      held.answer({ type: 'done' });
      next.answer({ type: 'done' });
      for (const [source, { key }] of [
        ['own', own],
        ['other', other],
      ] as const) {
        expect((await ledger.history(source, 'shared-id', 10)).map((each) => each.key)).toEqual([key]);
        expect(await ledger.experiences({ source, limit: 10 })).toMatchObject([
          { source, experienceId: 'shared-id', events: 1 },
        ]);
      }
      expect(await ledger.experiences({ experienceId: 'shared-id', limit: 10 })).toHaveLength(2);
      expect(await ledger.history('third', 'shared-id', 10)).toEqual([]);
    });

    test('a delivery with its own ordering key waits only for that key', async () => {
      const first = event({ deliveries: [delivery('slack')] });
      const second = event();
      await ledger.accept(first);
      await ledger.accept(second);
      for (const key of ['one', 'other']) {
        await ledger.sendAgain(second.key, { ...delivery('slack'), route: key }, key);
      }
      await ledger.sendAgain(second.key, { ...delivery('slack'), route: 'one, later' }, 'one');
      await reopen();
      await worker.start(ledger);
      const handed = [await worker.next(), await worker.next(), await worker.next()];
      expect(handed.map(({ delivery: { route } }) => route).sort()).toEqual(['all', 'one', 'other']);
      handed.find(({ delivery: { route } }) => route === 'one')?.answer(DONE);
      const last = await worker.next();
      expect(last.delivery).toMatchObject({ route: 'one, later', eventKey: second.key, replay: 2 });
      for (const { answer } of [...handed, last]) {
        answer(DONE);
      }
      await finished(first.key);
      await finished(second.key);
    });

    test('stopping waits for deliveries in progress', async () => {
      await worker.start(ledger);
      const given = event({ deliveries: [delivery('slack')] });
      await ledger.accept(given);
      const handed = await worker.next();
      const stopped = ledger.queue.stop(10_000);
      handed.answer(DONE);
      await stopped;
      expect((await ledger.deliveries(given.key))[0]?.state).toBe('done');
    });

    describe('reading', () => {
      test('the ledger filters events', async () => {
        const given = [
          event({ action: 'createExperience', source: 'eu', experienceName: '100% cotton_test' }),
          event({ action: 'endExperience', origin: 'test', deliveries: [delivery('slack')] }),
          event({ experienceId: 'experience-9' }),
        ];
        for (const each of given) {
          await ledger.accept(each);
        }
        const keys = async (filter: object) =>
          (await ledger.events({ ...filter, limit: 10 })).map(({ key }) =>
            given.findIndex((each) => each.key === key),
          );
        expect(await keys({})).toEqual([2, 1, 0]);
        expect(await keys({ action: 'endExperience' })).toEqual([1]);
        expect(await keys({ source: 'eu' })).toEqual([0]);
        expect(await keys({ origin: 'test' })).toEqual([1]);
        expect(await keys({ experienceId: 'experience-9' })).toEqual([2]);
        expect(await keys({ search: '0% cotton_' })).toEqual([0]);
        expect(await keys({ search: '%' })).toEqual([0]);
        expect(await keys({ search: given[1]?.key })).toEqual([1]);
        expect(await keys({ destination: 'slack' })).toEqual([1]);
        expect(await keys({ destination: 'slack', state: 'ready' })).toEqual([1]);
        expect(await keys({ state: 'dead' })).toEqual([]);
        const [newest] = await ledger.events({ limit: 1 });
        expect(await keys({ beforeSequence: newest?.sequence })).toEqual([1, 0]);
        expect((await ledger.events({ action: 'endExperience', limit: 1 }))[0]?.deliveries).toEqual({
          ready: 1,
        });
      });

      test('the history of an experience is sorted by event time', async () => {
        const times = [3_000, 1_000, 2_000];
        for (const occurredAt of times) {
          await ledger.accept(event({ occurredAt, experienceId: 'experience-h' }));
        }
        const history = await ledger.history('default', 'experience-h', 10);
        expect(history.map(({ occurredAt }) => occurredAt)).toEqual([1_000, 2_000, 3_000]);
        const last = await ledger.history('default', 'experience-h', 2);
        expect(last.map(({ occurredAt }) => occurredAt)).toEqual([1_000, 2_000]);
      });

      test('the entries of a history are those of its events, and say what became known of them', async () => {
        const given = [1, 2, 3].map((occurredAt) => event({ occurredAt, experienceId: 'experience-e' }));
        for (const each of given) {
          await ledger.accept(each);
        }
        await ledger.accept(event({ experienceId: 'experience-e', source: 'another' }));
        await ledger.nameTrigger(given[1]?.key as string, 'maya@alpine-goods.example');
        const history = await ledger.history('default', 'experience-e', 10);
        const entries = await ledger.historyEntries('default', 'experience-e', 10);
        expect(entries.toSorted(([one], [other]) => one - other)).toEqual(
          history.map(({ sequence, receivedAt, triggeredBy }) => [sequence, receivedAt, triggeredBy]),
        );
        expect(history.map(({ triggeredBy }) => triggeredBy)).toEqual([
          null,
          'maya@alpine-goods.example',
          null,
        ]);
        expect(await ledger.historyEntries('default', 'experience-e', 2)).toHaveLength(2);
        expect(await ledger.historyEntries('default', 'nothing', 10)).toEqual([]);
      });

      test('events are read by their sequences, without those that are not there', async () => {
        const given = [event(), event(), event()];
        for (const each of given) {
          await ledger.accept(each);
        }
        const [last, , first] = await ledger.events({ limit: 3 });
        const sequences = [first?.sequence as number, last?.sequence as number];
        const read = await ledger.eventsOf([...sequences, 1_000_000_000]);
        expect(read.toSorted((one, other) => one.sequence - other.sequence)).toEqual([
          await ledger.event(given[0]?.key as string),
          await ledger.event(given[2]?.key as string),
        ]);
        expect(await ledger.eventsOf([])).toEqual([]);
      });

      test('the ledger counts waiting deliveries and dead letters', async () => {
        const receivedAt = Date.now();
        await ledger.accept(event({ receivedAt, deliveries: [delivery('slack'), delivery('sheets')] }));
        await ledger.accept(event({ receivedAt: receivedAt + 5, deliveries: [delivery('slack')] }));
        const depths = await ledger.depths();
        expect(depths.find(({ destination }) => destination === 'slack')).toEqual({
          destination: 'slack',
          open: 2,
          dead: 0,
          oldestAt: receivedAt,
        });
      });

      test('the ledger lists experiences by their last event', async () => {
        await ledger.accept(event({ experienceId: 'a', experienceName: 'Alpha', occurredAt: 1_000 }));
        await ledger.accept(event({ experienceId: 'b', experienceName: 'Beta', occurredAt: 3_000 }));
        await ledger.accept(event({ experienceId: 'a', experienceName: 'Alpha', occurredAt: 2_000 }));
        expect(await ledger.experiences({ limit: 10 })).toMatchObject([
          { experienceId: 'b', firstAt: 3_000, lastAt: 3_000, events: 1 },
          { experienceId: 'a', name: 'Alpha', firstAt: 1_000, lastAt: 2_000, events: 2 },
        ]);
        expect(await ledger.experiences({ search: 'lph', limit: 10 })).toMatchObject([{ experienceId: 'a' }]);
      });

      test('an experience with only test events can be removed, once nothing of it is open', async () => {
        const trial = { experienceId: 'trial', origin: 'test' as const };
        const first = event({ ...trial, deliveries: [delivery('slack'), delivery('sheets')] });
        const second = event({ ...trial, experienceName: 'Trial' });
        const mixed = event({ experienceId: 'mixed', origin: 'test' });
        const other = event({ ...trial, source: 'other', origin: 'webhook' });
        for (const each of [first, second, mixed, event({ experienceId: 'mixed' }), other]) {
          await ledger.accept(each);
        }
        const listed = { source: 'default', experienceId: 'trial', name: 'Trial', events: 2 };
        expect(await ledger.testExperiences(10)).toEqual([{ ...listed, settled: false }]);
        expect(await ledger.removeTestExperience('default', 'trial')).toBe(false);
        await worker.start(ledger);
        (await worker.next()).answer(DONE);
        (await worker.next()).answer(DEAD);
        await finished(first.key);
        expect(await ledger.testExperiences(10)).toEqual([{ ...listed, settled: true }]);
        expect(await ledger.removeTestExperience('default', 'mixed')).toBe(false);
        expect(await ledger.removeTestExperience('other', 'trial')).toBe(false);
        expect(await ledger.removeTestExperience('default', 'nothing')).toBe(false);

        expect(await ledger.removeTestExperience('default', 'trial')).toBe(true);
        expect(await ledger.testExperiences(10)).toEqual([]);
        expect(await ledger.removeTestExperience('default', 'trial')).toBe(false);
        expect([await ledger.event(first.key), await ledger.event(second.key)]).toEqual([null, null]);
        expect(await ledger.deadLetters({ limit: 10 })).toEqual([]);
        expect(
          (await ledger.experiences({ limit: 10 }))
            .map(({ source, experienceId }) => [source, experienceId])
            .sort(),
        ).toEqual([
          ['default', 'mixed'],
          ['other', 'trial'],
        ]);
        expect(await ledger.accept(first)).toEqual({ status: 'accepted', key: first.key });
        expect(await ledger.testExperiences(10)).toMatchObject([{ experienceId: 'trial', events: 1 }]);
      });

      test('the ledger counts events and deliveries over time', async () => {
        await ledger.accept(event({ receivedAt: 1_600, origin: 'test' }));
        await ledger.accept(event({ receivedAt: 1_000 }));
        await ledger.accept(event({ receivedAt: 1_500 }));
        await ledger.accept(event({ receivedAt: 2_500 }));
        expect(await ledger.timeline(1_000, 4_000, 1_000)).toMatchObject([
          { from: 1_000, events: 2 },
          { from: 2_000, events: 1 },
          { from: 3_000, events: 0 },
        ]);
      });

      test('the export contains everything, page by page, oldest first', async () => {
        const given = [event({ deliveries: [delivery('slack')] }), event(), event()];
        for (const each of given) {
          await ledger.accept(each);
        }
        const page = await ledger.exportPage(0, 2);
        const rest = await ledger.exportPage(page.at(-1)?.sequence ?? 0, 2);
        expect([...page, ...rest].map(({ key }) => key)).toEqual(given.map(({ key }) => key));
        expect(page[0]?.deliveries).toMatchObject([{ destination: 'slack', attemptRecords: [] }]);
      });

      test('facts are recalled by the beginning of their key', async () => {
        await ledger.remember('zapier', { 'hook:a': '1', 'hook:b': '2', 'sent:a': '3' });
        await ledger.remember('slack', { 'hook:c': '4' });
        await ledger.remember('zapier', { 'hook:b': '5' });
        expect(await ledger.recallAll('zapier', 'hook:')).toEqual({ 'hook:a': '1', 'hook:b': '5' });
        expect(await ledger.recallAll('zapier', 'hook_')).toEqual({});
      });

      test('the ledger remembers who caused an event', async () => {
        const given = event();
        await ledger.accept(given);
        await ledger.nameTrigger(given.key, 'maya@alpine-goods.example');
        expect((await ledger.event(given.key))?.triggeredBy).toBe('maya@alpine-goods.example');
      });
    });
  });
}
