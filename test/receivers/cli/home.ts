import { fillLedger, type PastEvent } from '../../fixtures/filled-ledger.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';

export const CLI_TOKEN = 'the-token-of-the-tests';

/** Hostile to a terminal: it would clear the screen and turn the direction. */
export const HOSTILE_NAME = 'Red \u001B[2J alert \u202Eevil';

export const DEAD_REASON = 'Your API answered 410. Correct FORWARD_URL, then replay.';

const NOW = Date.UTC(2026, 9, 10, 12);

const EVENTS: readonly PastEvent[] = [
  { sample: 'create', experienceId: 'backpack', name: 'Backpack price test', at: NOW - 3_000_000 },
  { sample: 'start', experienceId: 'backpack', name: 'Backpack price test', at: NOW - 2_000_000 },
  { sample: 'start', experienceId: 'tent', name: 'Tent bundle', at: NOW - 1_000_000 },
  { sample: 'pause', experienceId: 'hostile', name: HOSTILE_NAME, at: NOW },
];

/** A data folder with four events for the destination `http`; those of the experience `backpack` are dead letters. */
export async function filledHome(): Promise<{ folder: string; remove(): void }> {
  const home = temporaryFolder();
  await fillLedger(home.folder, EVENTS, ['http'], ({ event }) =>
    event.experienceId === 'backpack' ? { type: 'dead', reason: DEAD_REASON } : { type: 'done' },
  );
  return home;
}

/** The settings of a receiver on that folder; without a port, one that nobody listens on. */
export function settingsOf(folder: string, api: string, port = '1'): Record<string, string> {
  return {
    DATA_DIR: folder,
    HOST: '127.0.0.1',
    PORT: port,
    CONSOLE_TOKEN: CLI_TOKEN,
    FORWARD_URL: api,
    FORWARD_ALLOW_PRIVATE: 'true',
    LOG_LEVEL: 'warn',
  };
}

export function portOf(url: string): string {
  return new URL(url).port;
}
