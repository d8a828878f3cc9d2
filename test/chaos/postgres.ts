import { randomUUID } from 'node:crypto';
import { samplePayload } from '../fixtures/messages.ts';
import { type OwnPostgresServer, startOwnPostgres } from '../fixtures/postgres.ts';
import { Receiver, temporaryFolder } from '../fixtures/receiver.ts';
import { type ChaosResult, count, drained, IMPATIENT, post, type Sent } from './chaos.ts';
import { drawn, seeded } from './random.ts';
import { endTrouble, setTrouble, startWorld, switchZapsOn, type World } from './world.ts';

const KILLS = [
  'an accepting process',
  'a delivering process',
  'both delivering processes after a send, before the record',
  'PostgreSQL',
  'PostgreSQL and a delivering process',
] as const;

type Kill = (typeof KILLS)[number];

/** Two of each role. */
const ROLES = ['accept', 'accept', 'deliver', 'deliver'] as const;

/** A sender tries again after this, milliseconds. */
const AGAIN_MS = 50;

export interface PostgresChaosOptions {
  seed: number;
  rounds: number;
  eventsPerRound: number;
}

export type PostgresChaosResult = Omit<ChaosResult, 'kills'> & { kills: Record<Kill, number> };

/**
 * Two accepting and two delivering processes on one PostgreSQL. In each round events come, a process or
 * the database is killed and started again, and a sender that gets no answer tries the other accepting
 * process, as a load balancer would. In the end the effects are counted.
 */
export async function runPostgresChaos({
  seed,
  rounds,
  eventsPerRound,
}: PostgresChaosOptions): Promise<PostgresChaosResult> {
  const random = seeded(seed);
  const world = await startWorld(random() < 0.5 ? 'card' : 'message');
  const postgres = await startOwnPostgres();
  const { folder, remove } = temporaryFolder({ onDisk: true });
  const fleet = new Fleet({
    ...world.settings,
    ...world.zapier,
    ...IMPATIENT,
    DATA_DIR: folder,
    DATABASE_URL: await postgres.createDatabase(),
    DATABASE_LEASE_SECONDS: '1.5',
  });
  const acknowledged: Sent[] = [];
  const kills = Object.fromEntries(KILLS.map((kill) => [kill, 0])) as Record<Kill, number>;
  try {
    await fleet.start();
    await switchZapsOn(world, fleet.receiver(0).url);
    for (let round = 0; round < rounds; round += 1) {
      const kill = round < KILLS.length ? (KILLS[round] as Kill) : drawn(KILLS, random);
      const senders = Array.from({ length: Math.max(1, Math.round(eventsPerRound / 5)) }, () =>
        oneExperience(fleet, random),
      );
      await killOnce(kill, fleet, postgres, world, eventsPerRound, random);
      for (const sent of await Promise.all(senders)) {
        acknowledged.push(...sent);
      }
      kills[kill] += 1;
    }
    endTrouble(world);
    await drained(fleet.receiver(3)).finally(() => fleet.check());
    await fleet.stop();
    return { seed, kills, acknowledged: acknowledged.length, ...count(world, acknowledged) };
  } finally {
    await fleet.kill();
    await world.close();
    await postgres.stop();
    remove();
  }
}

/** The receiver's processes. */
class Fleet {
  readonly #settings: Record<string, string>;
  #receivers: Receiver[] = [];

  constructor(settings: Record<string, string>) {
    this.#settings = settings;
  }

  async start(): Promise<void> {
    this.#receivers = await Promise.all(ROLES.map((role) => this.#launch(role)));
  }

  receiver(index: number): Receiver {
    return this.#receivers[index] as Receiver;
  }

  async replace(...indexes: number[]): Promise<void> {
    await Promise.all(
      indexes.map(async (index) => {
        await this.receiver(index).kill();
        this.#receivers[index] = await this.#launch(ROLES[index] as (typeof ROLES)[number]);
      }),
    );
  }

  /** Throws if a process ended that the test did not kill. */
  check(): void {
    for (const { process, output } of this.#receivers) {
      if (process.exitCode !== null || process.signalCode !== null) {
        throw new Error(`A receiver ended by itself:\n${output.slice(-4_000)}`);
      }
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#receivers.map((receiver) => receiver.stop()));
  }

  async kill(): Promise<void> {
    await Promise.all(this.#receivers.map((receiver) => receiver.kill()));
  }

  /** A process that finds no database ends with a message, and its host starts it again. */
  async #launch(role: (typeof ROLES)[number]): Promise<Receiver> {
    for (;;) {
      try {
        return await Receiver.start({ ...this.#settings, RECEIVER_ROLE: role });
      } catch (error) {
        if (!/The database refused/.test((error as Error).message)) {
          throw error;
        }
      }
    }
  }
}

/** Kills once, at a moment of the round's events, and starts again what was killed. */
async function killOnce(
  kill: Kill,
  fleet: Fleet,
  postgres: OwnPostgresServer,
  world: World,
  events: number,
  random: () => number,
): Promise<void> {
  const moment = Promise.withResolvers<void>();
  const deadly = {
    moment: 'after the send, before the record' as const,
    after: 1 + Math.floor(random() * events),
    kill: moment.resolve,
  };
  const atSend = kill === 'both delivering processes after a send, before the record';
  setTrouble(world, random, atSend ? deadly : null);
  // Whatever the moment needs may never come.
  const timer = setTimeout(moment.resolve, atSend ? 2_500 : random() * 600);
  await moment.promise;
  clearTimeout(timer);
  const [accepting, delivering] = [random() < 0.5 ? 0 : 1, random() < 0.5 ? 2 : 3];
  if (kill === 'an accepting process') {
    await fleet.replace(accepting);
  } else if (kill === 'a delivering process') {
    await fleet.replace(delivering);
  } else if (atSend) {
    await fleet.replace(2, 3);
  } else {
    const replaced = kill === 'PostgreSQL' ? [] : [delivering];
    await postgres.kill();
    await Promise.all([postgres.restart(), fleet.replace(...replaced)]);
  }
}

/** The events of one experience, each sent until it is acknowledged. */
async function oneExperience(fleet: Fleet, random: () => number): Promise<Sent[]> {
  const experienceId = randomUUID();
  const acknowledged: Sent[] = [];
  for (const name of ['create', 'start', 'update', 'pause', 'end'] as const) {
    const sample = samplePayload(name);
    const experience = { ...sample.experience, id: experienceId };
    const body = JSON.stringify({
      ...sample,
      timestamp: sample.timestamp + Math.floor(random() * 1_000),
      experience,
    });
    for (let key: string | null = null; key === null; ) {
      const receiver = fleet.receiver(random() < 0.5 ? 0 : 1);
      key = await post(receiver, body, { left: Number.POSITIVE_INFINITY }, () => {});
      if (key === null) {
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      } else {
        acknowledged.push({ key, experienceId });
      }
    }
  }
  return acknowledged;
}
