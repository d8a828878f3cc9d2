import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SETTINGS_KEY_FILE } from '../config/stored/settings-key.ts';
import { madeSecret, SECRET_FILE } from '../inbound/webhook-secret.ts';
import { TOKEN_FILE, VIEWER_TOKEN_FILE } from './console-tokens.ts';

/** The webhook secret that the receiver made; null if it has made none. Throws if the file has no valid secret. */
export function madeWebhookSecret(dataFolder: string): string | null {
  return madeSecret(dataFolder);
}

/** The file of the webhook secret that the receiver makes. */
export function webhookSecretFile(dataFolder: string): string {
  return join(dataFolder, SECRET_FILE);
}

/** The files of a data folder that a restored ledger needs and a backup does not have, each with what fails without it. */
export function filesToKeepWithBackup(dataFolder: string): { path: string; withoutIt: string }[] {
  return [
    { path: webhookSecretFile(dataFolder), withoutIt: 'a restored receiver refuses every webhook' },
    {
      path: join(dataFolder, SETTINGS_KEY_FILE),
      withoutIt: 'the tokens and passwords that were entered in the console have to be entered again',
    },
  ].filter(({ path }) => existsSync(path));
}

/** The file of the console token that the receiver makes. */
export function consoleTokenFile(dataFolder: string): string {
  return join(dataFolder, TOKEN_FILE);
}

/** The console token that the receiver made; null if it cannot be read. */
export function madeConsoleToken(dataFolder: string): string | null {
  return read(consoleTokenFile(dataFolder));
}

/** Every secret that the receiver made itself, for the mask. */
export function madeSecrets(dataFolder: string): string[] {
  return [SECRET_FILE, TOKEN_FILE, VIEWER_TOKEN_FILE, SETTINGS_KEY_FILE]
    .map((file) => read(join(dataFolder, file)))
    .filter((secret) => secret !== null);
}

function read(path: string): string | null {
  try {
    return existsSync(path) ? readFileSync(path, 'utf8').trim() : null;
  } catch {
    return null;
  }
}
