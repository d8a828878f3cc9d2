import { keptSecret } from '../inbound/webhook-secret.ts';

/** The files in the data folder that hold the console's own tokens. */
export const TOKEN_FILE = 'console-token';
export const VIEWER_TOKEN_FILE = 'console-viewer-token';

export interface ConsoleTokens {
  /** Opens everything. */
  editor: string;
  /** Opens everything for reading. */
  viewer: string;
}

/**
 * The two tokens of the console: those of the settings, else the ones that are kept in the data folder,
 * made now where there are none (64 hex digits).
 *
 * @returns the tokens, and whether the editor's is new and has to be shown once
 */
export function consoleTokens(
  configured: { token: string | null; viewerToken: string | null },
  dataFolder: string,
): { tokens: ConsoleTokens; made: boolean } {
  const viewer = configured.viewerToken ?? keptSecret(dataFolder, VIEWER_TOKEN_FILE).secret;
  if (configured.token !== null) {
    return { tokens: { editor: configured.token, viewer }, made: false };
  }
  const { secret, made } = keptSecret(dataFolder, TOKEN_FILE);
  return { tokens: { editor: secret, viewer }, made };
}
