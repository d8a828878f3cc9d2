import { startWorld, type World } from '../../chaos/world.ts';
import { type FakeIntelligems, type FakeOptions, startFakeIntelligems } from '../../fakes/intelligems.ts';
import { Receiver, type RunningReceiver, temporaryFolder } from '../../fixtures/receiver.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';

/** A receiver with an access token, between a fake Intelligems and fakes of everything it delivers to. */
export interface Stage {
  world: World;
  intelligems: FakeIntelligems;
  /** The one that runs now. */
  receiver: RunningReceiver;
  settings: Record<string, string>;
  /** Starts the receiver, or starts it anew; `changes` are environment variables. */
  start(changes?: Record<string, string>): Promise<void>;
  /** The same as a process of its own, which can be killed. */
  startProcess(changes?: Record<string, string>): Promise<Receiver>;
  /** Posts the body of a webhook to the receiver; by itself the one of the last thing that happened. */
  post(body?: string): Promise<Response>;
  /** Resolves after so many deliveries of the running receiver to a destination. */
  delivered(destination: string, times: number): Promise<unknown>;
  close(): Promise<void>;
}

export async function setStage(options: FakeOptions = {}): Promise<Stage> {
  const world = await startWorld('card');
  const intelligems = await startFakeIntelligems({
    rate: { size: 1000, refill: 1000, everyMs: 1000 },
    ...options,
  });
  const data = temporaryFolder();
  const stage: Stage = {
    world,
    intelligems,
    receiver: undefined as unknown as RunningReceiver,
    settings: {
      ...world.settings,
      DATA_DIR: data.folder,
      UPDATE_QUIET_SECONDS: '0',
      FIRST_RETRY_SECONDS: '0.05',
      LOG_PRETTY: 'false',
      INTELLIGEMS_API_URL: intelligems.url,
      INTELLIGEMS_ACCESS_TOKEN: intelligems.token,
      WHO_AFTER_SECONDS: '0.1',
      RESULTS_AFTER_SECONDS: '0.1',
      RECONCILE: 'off',
      HEALTH: 'false',
    },
    async start(changes = {}) {
      Object.assign(stage.settings, changes);
      stage.receiver = await ReceiverHere.start(stage.settings);
    },
    async startProcess(changes = {}) {
      Object.assign(stage.settings, changes);
      const receiver = await Receiver.start(stage.settings);
      stage.receiver = receiver;
      return receiver;
    },
    post: (body = intelligems.webhooks.at(-1)?.body ?? '') => stage.receiver.post(body),
    delivered: (destination, times) =>
      stage.receiver.printed(
        new RegExp(`(?:"destination":"${destination}"[^\\n]*"msg":"delivered"[^]*){${times}}`),
      ),
    async close() {
      await stage.receiver?.stop();
      await world.close();
      await intelligems.close();
      data.remove();
    },
  };
  return stage;
}
