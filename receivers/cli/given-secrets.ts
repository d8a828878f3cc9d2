import type { Command } from 'commander';

/**
 * The secrets to try: those of `--secret`, exactly as given, else those of INTELLIGEMS_WEBHOOK_SECRET, separated by
 * commas. Ends the command with a hint where there is none.
 */
export function givenSecrets(given: readonly string[] | undefined, command: Command): string[] {
  const { INTELLIGEMS_WEBHOOK_SECRET = '' } = process.env;
  const secrets = given ?? INTELLIGEMS_WEBHOOK_SECRET.split(',').map((secret) => secret.trim());
  const named = secrets.filter((secret) => secret !== '');
  return named.length > 0
    ? named
    : command.error(
        'There is no secret to try. Give --secret, or set INTELLIGEMS_WEBHOOK_SECRET (it stays out of the shell history).',
      );
}
