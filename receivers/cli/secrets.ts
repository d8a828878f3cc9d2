import type { Command } from 'commander';
import { readLocalSources } from '../operations/local-sources.ts';
import { madeWebhookSecret } from '../operations/made-secrets.ts';
import type { Terminal } from './terminal.ts';

/** The secrets to compare a signature with. */
export interface TriedSecrets {
  secrets: string[];
  /** Secrets that are no longer accepted. */
  previousSecrets: string[];
}

/**
 * The secrets to try: those of `--secret`, exactly as given, or else those of the settings and the one that the
 * receiver made. They are masked from now on. Ends the command with a hint if there are none.
 */
export async function triedSecrets(
  terminal: Terminal,
  command: Command,
  given: readonly string[] | undefined,
): Promise<TriedSecrets> {
  const tried =
    given === undefined
      ? await secretsOfReceiver(terminal, command)
      : { secrets: [...given], previousSecrets: [] };
  tried.secrets = [...new Set(tried.secrets)].filter((secret) => secret !== '');
  if (tried.secrets.length === 0) {
    return command.error(
      'error: There is no secret to try. Give --secret, set INTELLIGEMS_WEBHOOK_SECRET (which stays out of the shell history), or run this where the data folder is (DATA_DIR).',
    );
  }
  terminal.mask.add([...tried.secrets, ...tried.previousSecrets]);
  return tried;
}

async function secretsOfReceiver(terminal: Terminal, command: Command): Promise<TriedSecrets> {
  const { environment, folder } = terminal;
  const read = await readLocalSources({ environment, cwd: folder });
  if (!read.ok) {
    const { INTELLIGEMS_WEBHOOK_SECRET = '' } = environment;
    return {
      secrets: INTELLIGEMS_WEBHOOK_SECRET.split(',').map((secret) => secret.trim()),
      previousSecrets: [],
    };
  }
  const { sources, dataFolder } = read.receiver;
  const made = sources.some(({ secrets }) => secrets.length === 0) ? ownSecret(dataFolder, command) : [];
  return {
    secrets: [...sources.flatMap(({ secrets }) => secrets), ...made],
    previousSecrets: sources.flatMap(({ previousSecrets }) => previousSecrets),
  };
}

function ownSecret(dataFolder: string, command: Command): string[] {
  try {
    const secret = madeWebhookSecret(dataFolder);
    return secret === null ? [] : [secret];
  } catch (error) {
    return command.error(`error: ${(error as Error).message}`);
  }
}
