import type { Command } from 'commander';
import { howToRun } from '../base/how-to-run.ts';
import type { Configuration } from '../config/configuration.ts';
import { type ListedZap, withZapierOperations, type ZapierOperations } from '../operations/zapier.ts';
import { oneLine } from './lines.ts';
import { orFail } from './receiver-access.ts';
import { wholeSettingsOf } from './settings.ts';
import type { Terminal } from './terminal.ts';

/** What to do with the keys and the Zaps. */
export type KeysWork =
  | { what: 'list' | 'zaps' }
  | { what: 'make'; source: string; name: string }
  | { what: 'revoke' | 'end'; id: string };

/** Works on the ledger of the settings, and prints what came of it. */
export function runOnLedger(terminal: Terminal, command: Command, work: KeysWork): Promise<void> {
  return orFail(terminal, async () => {
    const configuration = await wholeSettingsOf(terminal, command);
    terminal.printLine(
      await withZapierOperations(configuration, (operations) => outcomeOf(work, operations, configuration)),
    );
  });
}

function outcomeOf(
  work: KeysWork,
  operations: ZapierOperations,
  configuration: Configuration,
): Promise<string> {
  switch (work.what) {
    case 'list':
      return listKeys(operations, configuration);
    case 'zaps':
      return listZaps(operations);
    case 'make':
      return makeKey(operations, configuration, work.source, work.name);
    case 'revoke':
      return revokeKey(operations, work.id);
    default:
      return endZap(operations, work.id);
  }
}

async function listKeys(operations: ZapierOperations, { zapier }: Configuration): Promise<string> {
  const keys = await operations.keys();
  const lines = keys.map(({ id, source, name, createdAt, lastUsedAt }) => {
    const called = name === '' ? '' : `  ${oneLine(name)}`;
    return `${id}  ${source}  made ${day(createdAt)}, ${lastUsedAt === null ? 'never used' : `last used ${day(lastUsedAt)}`}${called}`;
  });
  if (zapier.apiKey !== null) {
    lines.push('ZAPIER_API_KEY  of the settings, for a receiver with a single store');
  }
  return lines.length === 0
    ? `There are no keys. Make one with: ${howToRun('zapier-keys', 'make', 'SOURCE')}`
    : lines.join('\n');
}

async function makeKey(
  operations: ZapierOperations,
  { sources }: Configuration,
  source: string,
  name: string,
): Promise<string> {
  const made = await operations.makeKey(source, name);
  if (made === null) {
    const known = sources.map((each) => each.name).join(', ');
    throw new Error(`There is no source “${oneLine(source)}”. The sources are ${known}.`);
  }
  return [
    made.key,
    '',
    `This is the Receiver Key for the source ${source}. It is not shown again: enter it in the connection in Zapier now.`,
    `To revoke it: ${howToRun('zapier-keys', 'revoke', String(made.made.id))}`,
  ].join('\n');
}

async function revokeKey(operations: ZapierOperations, id: string): Promise<string> {
  const ended = await operations.revokeKey(id);
  if (ended === null) {
    throw new Error(`There is no key ${oneLine(id)}. List them with: ${howToRun('zapier-keys')}`);
  }
  return `The key is revoked. ${ended === 1 ? '1 Zap gets' : `${ended} Zaps get`} no more events.`;
}

async function listZaps(operations: ZapierOperations): Promise<string> {
  const zaps = await operations.zaps();
  return zaps.length === 0 ? 'No Zap is on.' : zaps.map(zapLine).join('\n');
}

function zapLine({ id, zap, trigger, source, filters, keyId, createdAt, lastEventAt }: ListedZap): string {
  const parts = [
    zap === null ? 'a Zap' : `Zap ${oneLine(zap)}`,
    oneLine(trigger),
    ...filters.map(oneLine),
    `source ${source}`,
    keyId === null ? 'ZAPIER_API_KEY' : `key ${keyId}`,
    `on since ${day(createdAt)}`,
    lastEventAt === null ? 'no event yet' : `last event ${day(lastEventAt)}`,
  ];
  return `${id}  ${parts.join(', ')}`;
}

async function endZap(operations: ZapierOperations, id: string): Promise<string> {
  if (!(await operations.endZap(id))) {
    throw new Error(
      `There is no subscription ${oneLine(id)}. List them with: ${howToRun('zapier-keys', 'zaps')}`,
    );
  }
  return 'The subscription ended. Switch the Zap off and on to subscribe again.';
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ');
}
