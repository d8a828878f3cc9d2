import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { Attempt, Destination } from '../../../receivers/contract/destination.ts';
import { experienceKey } from '../../../receivers/contract/experience-key.ts';
import { eventKey } from '../../../shared/event-key.ts';
import { sampleMessage } from '../../fixtures/messages.ts';
import { servicesFor } from '../../fixtures/services.ts';
import { sendOnce } from './common/opened.ts';
import { KINDS_WITH_WORLDS, type World } from './worlds.ts';

// What holds for every destination, whatever its kind.
describe.each(KINDS_WITH_WORLDS)('%s', (name, kind, startWorld) => {
  let world: World;
  let log: string;
  let opened: Destination[];

  beforeEach(async () => {
    world = await startWorld();
    log = '';
    opened = [];
  });

  afterEach(async () => {
    await Promise.all(opened.map((destination) => destination.close()));
    await world.close();
  });

  async function open(settings: Record<string, unknown>): Promise<Destination> {
    const stream = {
      write: (line: string) => {
        log += line;
      },
    };
    const destination = await kind.open(kind.settings.parse(settings), {
      ...servicesFor(kind),
      log: pino({ level: 'trace' }, stream),
    });
    opened.push(destination);
    return destination;
  }

  function send(destination: Destination, details: Partial<Attempt> = {}) {
    return sendOnce(destination, sampleMessage('start'), details);
  }

  function expectNoSecret(shown: unknown): void {
    const text = `${JSON.stringify(shown)}${log}`;
    expect(world.secrets.filter((secret) => text.includes(secret))).toEqual([]);
  }

  test(`${name}: the check has no effect, and sending has one`, async () => {
    const destination = await open(world.settings);
    const checks = await destination.check();
    expect(checks.filter(({ state }) => state === 'fault')).toEqual([]);
    expect(world.effects()).toBe(0);
    expect(await send(destination)).toMatchObject({ type: 'done' });
    expect(world.effects()).toBeGreaterThan(0);
    expectNoSecret(checks);
  });

  test(`${name}: an attempt whose lease is lost has no effect and is tried again`, async () => {
    const destination = await open(world.settings);
    const outcome = await send(destination, { signal: AbortSignal.abort() });
    expect(outcome).toMatchObject({ type: 'retry' });
    expect(outcome).not.toHaveProperty('uncertain');
    expect(world.effects()).toBe(0);
    expect(await send(destination)).toMatchObject({ type: 'done' });
  });

  test(`${name}: a lease that is lost while the attempt looks things up leaves no effect`, async () => {
    const destination = await open(world.settings);
    const controller = new AbortController();
    const outcome = await send(destination, {
      uncertain: true,
      signal: controller.signal,
      recall: async () => {
        controller.abort();
        return null;
      },
    });
    // A kind that looks nothing up is not interrupted here.
    expect([outcome.type, world.effects() > 0]).toEqual(
      controller.signal.aborted ? ['retry', false] : ['done', true],
    );
  });

  test(`${name}: two sources with the same experience id share no card, row, thread or fact`, async () => {
    const facts = new Map<string, string>();
    const recall = async (key: string) => facts.get(key) ?? null;
    const before = world.effects();
    for (const action of ['start', 'end'] as const) {
      for (const source of ['alps', 'bikes']) {
        const message = sampleMessage(action);
        const { id } = message.event.experience;
        const own = {
          source,
          key: eventKey(source, message.event, Buffer.from(message.body)),
          experienceKey: experienceKey(source, id),
        };
        // Each attempt looks for what an earlier one may have left: it must not find the other source's.
        const details = { uncertain: true, signal: AbortSignal.timeout(20_000), recall };
        // A new one each time, because a chat may make one wait between messages.
        const outcome = await sendOnce(await open(world.settings), sampleMessage(action, own), details);
        expect(outcome).toMatchObject({ type: 'done' });
        const remembered = outcome.type === 'done' ? outcome.remember : {};
        for (const [key, value] of Object.entries(remembered ?? {})) {
          facts.set(key, value);
        }
      }
    }
    expect(world.effects()).toBeGreaterThan(before);
    expect(await (world.experiences?.() ?? ['alps', 'bikes'])).toHaveLength(2);
  });

  test(`${name}: an unreachable service got nothing, and its check is a fault`, async () => {
    const destination = await open(world.unreachable);
    const outcome = await send(destination);
    expect(outcome).toMatchObject({ type: 'retry', reason: expect.stringContaining('127.0.0.1:1') });
    expect(outcome).not.toHaveProperty('uncertain');
    const checks = await destination.check();
    const fault = checks.find(({ state }) => state === 'fault');
    expect(fault).toMatchObject({ finding: expect.stringContaining('127.0.0.1:1'), fix: expect.any(String) });
    expectNoSecret([outcome, checks]);
  });

  test(`${name}: a redirect is not followed, and the reason says where it leads`, async () => {
    const { addressField } = world;
    if (addressField === null) {
      return;
    }
    let followed = 0;
    const server = createServer((request, response) => {
      followed += request.url === '/elsewhere' ? 1 : 0;
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const address = String(world.settings[addressField]).replace(/127\.0\.0\.1:\d+/, host);
    const outcome = await send(await open({ ...world.settings, [addressField]: address }));
    server.close();
    server.closeAllConnections();
    expect(outcome).toMatchObject({ type: 'dead', reason: expect.stringContaining(`${host}/elsewhere`) });
    expect(followed).toBe(0);
    expectNoSecret(outcome);
  });

  test(`${name}: a preview and the description of repeats contain no secret`, async () => {
    const settings = kind.settings.parse(world.settings);
    expectNoSecret([kind.preview(sampleMessage('start'), settings), kind.repeated(settings)]);
  });
});
