import type { ExportedEvent } from '../../../receivers/contract/ledger-reader.ts';
import { openLedger } from '../../../receivers/ledger/open.ts';
import type { Stage } from './stage.ts';

/** Everything that the receiver has kept, oldest first; the receiver is stopped for it. */
export async function stored(stage: Stage): Promise<ExportedEvent[]> {
  await stage.receiver.stop();
  const opened = await openLedger({ dataFolder: stage.settings.DATA_DIR ?? '', databaseUrl: null });
  const events = await opened.ledger.exportPage(0, 10_000);
  await opened.close();
  return events;
}

/** The actions of an experience's life that events tell, each as one line; in order. */
export function lives(
  events: readonly { action: string | null; experienceId: string | null; at: number }[],
): string[] {
  return events
    .filter(({ action }) => /^(start|pause|end|delete)Experience$/.test(action ?? ''))
    .map(({ action, experienceId, at }) => `${experienceId} ${action} ${at}`)
    .sort();
}
