import type { AddressInfo } from 'node:net';
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
  const base = publicUrl ?? 'https://<this machine, as the internet sees it>';
  const addresses = addressWords(configuration, base);
  const console = `${publicUrl ?? localOrigin(address)}/console`;
  const kept = configuration.console.token === null;
  const link =
    newConsoleToken === null
      ? `${console}${kept ? ` (token in ${consoleTokenFile(configuration.storage.dataFolder)})` : ''}`
      : `${console}/login#${newConsoleToken} (this link is shown only now)`;
  return [
    `Receiving on ${origin(address)}, Node ${process.versions.node}; delivering to ${kinds.join(', ') || 'nothing'}.`,
    '1. See it work: npm run send -- start',
    `2. In Intelligems, Settings, Webhooks: paste ${addresses} with ${secretWords(configuration, newSecret)}`,
    previewing
      ? `3. Connect a destination: ${kindTitles('or')}; or Zapier. The README of each lists its settings. Until then, events are printed here.`
      : '3. Every step of every event is a line in this log; /healthz, /readyz and /metrics are for machines.',
    `Console, to see all this and what to do: ${link}`,
  ].join('\n');
}

/** More addresses than these are left to the console: the text of a start is to be read. */
const MOST_ADDRESSES = 3;

function addressWords({ sources }: Configuration, base: string): string {
  const addresses = sources.map(({ name }) => webhookUrl(base, name));
  return addresses.length <= MOST_ADDRESSES
    ? addresses.join(' or ')
    : `the address of each of your ${addresses.length} sources, such as ${addresses[0]} (all are under Set-up in the console),`;
}

/** Which secret to enter at Intelligems. */
function secretWords({ sources, storage }: Configuration, made: string | null): string {
  const file = webhookSecretFile(storage.dataFolder);
  const own =
    made === null ? `the secret in ${file}` : `this secret (said only now, kept in ${file}): ${made}`;
  const unset = sources.find(({ secrets }) => secrets.length === 0);
  if (sources.length === 1) {
    return unset === undefined ? 'the secret you have set' : own;
  }
  return `the secret of each${unset === undefined ? '' : `, for ${unset.name} ${own}`}`;
}

/** Where a browser on this machine finds it. */
function localOrigin(address: AddressInfo): string {
  const anywhere = address.address === '0.0.0.0' || address.address === '::';
  return anywhere ? `http://localhost:${address.port}` : origin(address);
}

function origin({ address, port, family }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
