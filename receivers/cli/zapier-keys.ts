import type { Command } from 'commander';
import { howToRun } from '../base/how-to-run.ts';
import type { Configuration } from '../config/configuration.ts';
import { type ListedZap, withZapierOperations, type ZapierOperations } from '../operations/zapier.ts';
import { oneLine } from './lines.ts';
import { orFail } from './receiver-access.ts';
import { wholeSettingsOf } from './settings.ts';
import type { Terminal } from './terminal.ts';

type Work = (operations: ZapierOperations, configuration: Configuration) => Promise<string>;

/** `zapier-keys`: the keys of the Zapier app's connections, and the Zaps that use them. */
export function defineCommand(keys: Command, terminal: Terminal): void {
  const onLedger = (command: Command, work: Work) => runOnLedger(terminal, command, work);
  keys
    .command('list', { isDefault: true })
    .description('list the keys')
    .action((_options: unknown, command: Command) => onLedger(command, listKeys));
  keys
    .command('make')
    .argument('<source>', 'the source whose events the key gives access to')
    .option('--name <name>', 'what to call it, such as who uses it', '')
    .description('make a key for a source; it is shown once')
    .action((source: string, { name }: { name: string }, command: Command) =>
      onLedger(command, (operations, configuration) => makeKey(operations, configuration, source, name)),
    );
  keys
    .command('revoke')
    .argument('<id>', 'the id of the key, as the list shows it')
    .description('make a key invalid, and end the subscriptions that were made with it')
    .action((id: string, _options: unknown, command: Command) =>
      onLedger(command, (operations) => revokeKey(operations, id)),
    );
  keys
    .command('zaps')
    .description('list the Zaps that are on')
    .action((_options: unknown, command: Command) => onLedger(command, listZaps));
  keys
    .command('end')
    .argument('<id>', 'the id of the subscription, as the list of Zaps shows it')
    .description('end the subscription of a Zap: it gets no more events until it is switched off and on')
    .action((id: string, _options: unknown, command: Command) =>
      onLedger(command, (operations) => endZap(operations, id)),
    );
}

/** Runs work on the ledger of the settings and prints its text. */
function runOnLedger(terminal: Terminal, command: Command, work: Work): Promise<void> {
  return orFail(terminal, async () => {
    const configuration = await wholeSettingsOf(terminal, command);
    terminal.printLine(
      await withZapierOperations(configuration, (operations) => work(operations, configuration)),
    );
  });
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
