import type { AddressInfo } from 'node:net';
import { howToRun } from '../base/how-to-run.ts';
import type { Configuration } from '../config/configuration.ts';
import { kindTitles } from '../operations/kinds.ts';
import { consoleTokenFile, webhookSecretFile } from '../operations/made-secrets.ts';
import { webhookUrl } from '../operations/set-up.ts';
import type { Service } from '../server/service.ts';

/** The text of a start, in at most five lines: where it listens, and the next three steps. */
export function welcome(
  configuration: Configuration,
  { address, newSecret, newConsoleToken }: Pick<Service, 'address' | 'newSecret' | 'newConsoleToken'>,
): string {
  const { publicUrl } = configuration.server;
  const zaps = configuration.zapier.apiKey === null ? [] : ['Zapier'];
  const kinds = [...new Set(configuration.destinations.map(({ kind }) => kind.title)), ...zaps];
  const previewing =
    zaps.length === 0 && configuration.destinations.every(({ kind }) => kind.kind === 'preview');
  const base = publicUrl ?? 'https://<your public address>';
  const addresses = addressWords(configuration, base);
  const console = `${publicUrl ?? localOrigin(address)}/console`;
  const kept = configuration.console.token === null;
  const link =
    newConsoleToken === null
      ? `${console}${kept ? ` (token in ${consoleTokenFile(configuration.storage.dataFolder)})` : ''}`
      : `${console}/login#${newConsoleToken} (this link is shown only now)`;
  return [
    `Receiving on ${origin(address)}, Node ${process.versions.node}; delivering to ${kinds.join(', ') || 'nothing'}.`,
    `1. See it work: ${howToRun('send', 'start')}`,
    `2. In Intelligems, open Settings > Webhooks (or Settings > Integrations) and add ${addresses} with ${secretWords(configuration, newSecret)}`,
    previewing
      ? `3. Connect a destination: ${kindTitles('or')}; or Zapier. Use Connections in the console, or the settings in its README. Until then, events are printed here.`
      : '3. This log has a line for every step of every event. Monitor /healthz, /readyz and /metrics.',
    `Console: ${link}`,
  ].join('\n');
}

/** How many addresses are listed. The console has the others. */
const MOST_ADDRESSES = 3;

function addressWords({ sources }: Configuration, base: string): string {
  const addresses = sources.map(({ name }) => webhookUrl(base, name));
  return addresses.length <= MOST_ADDRESSES
    ? addresses.join(' or ')
    : `the address of each of your ${addresses.length} sources, such as ${addresses[0]} (the console lists all under Set-up),`;
}

/** Which secret to enter at Intelligems. */
function secretWords({ sources, storage }: Configuration, made: string | null): string {
  const file = webhookSecretFile(storage.dataFolder);
  const own =
    made === null
      ? `the secret in ${file}`
      : `this secret, unless Intelligems shows you one to set as INTELLIGEMS_WEBHOOK_SECRET (shown only now, kept in ${file}): ${made}`;
  const unset = sources.find(({ secrets }) => secrets.length === 0);
  if (sources.length === 1) {
    return unset === undefined ? 'the secret you have set' : own;
  }
  return `the secret of each${unset === undefined ? '' : `, for ${unset.name} ${own}`}`;
}

/** The address for a browser on this machine. */
function localOrigin(address: AddressInfo): string {
  const anywhere = address.address === '0.0.0.0' || address.address === '::';
  return anywhere ? `http://localhost:${address.port}` : origin(address);
}

function origin({ address, port, family }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
