import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { isRecord } from '../../shared/events.ts';
import { signWebhook } from '../../shared/verifier.ts';
import { suggestion } from '../base/nearest.ts';
import { type LocalReceiver, readLocalReceiver } from '../config/local-receiver.ts';
import { describeFaults } from '../config/values/faults.ts';
import { DEFAULT_SOURCE, type Source } from '../contract/source.ts';
import { madeSecret } from '../inbound/webhook-secret.ts';
import { noAnswerReason } from './lines.ts';
import { webAddress } from './web-address.ts';

/** The exit code for a fault in the settings (sysexits.h, EX_CONFIG). */
const EX_CONFIG = 78;

/** The samples by the word that a person types. */
const SAMPLES = ['create', 'start', 'update', 'pause', 'end', 'delete'] as const;

interface SendOptions {
  all?: boolean;
  url?: string;
  secret?: string;
  source?: string;
  body?: string;
  forge?: boolean;
}

/** Adds `send`: a correctly signed sample event for a receiver, and what it answers. */
export function addSendCommand(program: Command): void {
  program
    .command('send')
    .description('send a signed sample event to a receiver and print the answer')
    .argument('[sample]', `one of ${SAMPLES.join(', ')}`)
    .option('--all', 'send a whole life of a new experience: all six, in order')
    .option('--body <file>', 'send this file as it is')
    .option('--url <url>', 'where to (default: the receiver on this machine, by its settings)', webAddress)
    .option(
      '--secret <secret>',
      'what to sign with (default: by the settings, else what the receiver made)',
      writtenSecret,
    )
    .option('--source <name>', 'the source of receivers.yaml to send as (default: the one without a name)')
    .option('--forge', 'sign with a wrong secret, to see it refused')
    .action(async (sample: string | undefined, options: SendOptions, command: Command) => {
      const bodies = bodiesOf(sample, options, command);
      const { url, secret, header } = wayThere(options, command);
      if (secret === null) {
        command.error(
          'There is no secret to sign with. Start the receiver once (npm start makes one), set INTELLIGEMS_WEBHOOK_SECRET, or give --secret.',
        );
        return;
      }
      for (const { name, body } of bodies) {
        const accepted = await post(url, header, secret, name, body);
        if (!accepted) {
          process.exitCode = 1;
        }
      }
    });
}

function writtenSecret(written: string): string {
  if (written === '') {
    throw new InvalidArgumentError('It is empty. Write the secret, or leave --secret out.');
  }
  return written;
}

function bodiesOf(
  sample: string | undefined,
  options: SendOptions,
  command: Command,
): { name: string; body: Buffer }[] {
  const chosen = [sample, options.all, options.body].filter((value) => value !== undefined);
  if (chosen.length !== 1) {
    const what = `a sample (${SAMPLES.join(', ')}), --all, or --body FILE`;
    return command.error(`error: ${chosen.length === 0 ? 'Name' : 'Choose one of'} ${what}.`);
  }
  if (options.body !== undefined) {
    return [{ name: options.body, body: readBodyFile(options.body, command) }];
  }
  if (options.all) {
    const samples = SAMPLES.map((name) => ({ name, payload: readSample(name) }));
    const last = Number(samples.at(-1)?.payload.timestamp);
    const experienceId = randomUUID();
    return samples.map(({ name, payload }) => ({
      name,
      body: encode(relabelled(movedInTime(payload, Date.now() - last), experienceId)),
    }));
  }
  const name = SAMPLES.find((known) => known === sample);
  if (name === undefined) {
    const guess = suggestion(sample ?? '', SAMPLES) || ` Write one of ${SAMPLES.join(', ')}.`;
    return command.error(`error: There is no sample “${sample}”.${guess}`);
  }
  const payload = readSample(name);
  return [{ name, body: encode(movedInTime(payload, Date.now() - Number(payload.timestamp))) }];
}

function readBodyFile(path: string, command: Command): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    return command.error(`The file ${path} cannot be read: ${(error as Error).message}`);
  }
}

function readSample(name: (typeof SAMPLES)[number]): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(`../../shared/samples/${name}.json`, import.meta.url), 'utf8'));
}

function encode(payload: unknown): Buffer {
  return Buffer.from(JSON.stringify(payload));
}

/** The same payload with all its times moved by so many milliseconds. */
function movedInTime(payload: Record<string, unknown>, by: number): Record<string, unknown> {
  return JSON.parse(JSON.stringify(payload), (field, value) =>
    typeof value === 'number' && /^(timestamp|\w+Ts)$/.test(field) ? value + by : value,
  );
}

function relabelled(payload: Record<string, unknown>, id: string): Record<string, unknown> {
  const experience = isRecord(payload.experience) ? payload.experience : {};
  return { ...payload, experience: { ...experience, id } };
}

/** Where to post, and how to sign; what is not given comes from the settings. */
function wayThere(
  options: SendOptions,
  command: Command,
): { url: string; secret: string | null; header: string } {
  const read = readLocalReceiver({ environment: process.env });
  const forged = options.forge ? `not-${randomUUID()}` : options.secret;
  if (!read.ok) {
    if (options.url === undefined || forged === undefined) {
      return command.error(
        `${describeFaults(read.faults, 'nothing was sent')}\nOr give --url and --secret.`,
        { exitCode: EX_CONFIG },
      );
    }
    return { url: options.url, secret: forged, header: 'x-intelligems-signature' };
  }
  const { receiver } = read;
  const source = sourceNamed(options.source, receiver, command);
  return {
    url: options.url ?? ownUrl(receiver, source),
    secret: forged ?? source.secrets[0] ?? madeSecret(receiver.dataFolder),
    header: receiver.signatureHeader,
  };
}

function sourceNamed(name: string | undefined, { sources }: LocalReceiver, command: Command): Source {
  const wanted = name ?? DEFAULT_SOURCE;
  const found = sources.find((source) => source.name === wanted) ?? (name === undefined ? sources[0] : null);
  return (
    found ??
    command.error(
      `There is no source ${wanted}. The settings name: ${sources.map((each) => each.name).join(', ') || 'none'}.`,
    )
  );
}

function ownUrl({ host, port }: LocalReceiver, { name }: Source): string {
  const near = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const path = name === DEFAULT_SOURCE ? '' : `/${name}`;
  return `http://${near.includes(':') ? `[${near}]` : near}:${port}/webhooks/intelligems${path}`;
}

async function post(
  url: string,
  header: string,
  secret: string,
  name: string,
  body: Buffer,
): Promise<boolean> {
  const headers = { 'content-type': 'application/json', [header]: signWebhook(body, secret) };
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body: new Uint8Array(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(15_000),
    });
    process.stdout.write(`${name}: ${response.status} ${await response.text()}\n`);
    return response.ok;
  } catch (error) {
    process.stderr.write(
      `${name}: no answer from ${url} (${noAnswerReason(error)}). Is the receiver running? Start it with: npm start\n`,
    );
    return false;
  }
}
