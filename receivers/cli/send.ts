import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { isRecord } from '../../shared/events.ts';
import { signWebhook } from '../../shared/verifier.ts';
import { SECRET_FILE } from '../inbound/webhook-secret.ts';

/** The samples by the word that a person types. */
const SAMPLES = ['create', 'start', 'update', 'pause', 'end', 'delete'] as const;

interface SendOptions {
  all?: boolean;
  url?: string;
  secret?: string;
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
    .option('--url <url>', 'where to (default: the receiver on this machine, by HOST and PORT)')
    .option(
      '--secret <secret>',
      "what to sign with (default: INTELLIGEMS_WEBHOOK_SECRET, else the receiver's own)",
    )
    .option('--forge', 'sign with a wrong secret, to see it refused')
    .action(async (sample: string | undefined, options: SendOptions, command: Command) => {
      const bodies = bodiesOf(sample, options);
      if (bodies === null) {
        command.error(`Name a sample (${SAMPLES.join(', ')}), or --all, or --body FILE.`);
        return;
      }
      const url = options.url ?? ownUrl();
      const secret = options.forge ? `not-${randomUUID()}` : (options.secret ?? ownSecret());
      if (secret === null) {
        command.error(
          'There is no secret to sign with. Start the receiver once (npm start makes one), set INTELLIGEMS_WEBHOOK_SECRET, or give --secret.',
        );
        return;
      }
      for (const { name, body } of bodies) {
        const accepted = await post(url, secret, name, body);
        if (!accepted) {
          process.exitCode = 1;
        }
      }
    });
}

function bodiesOf(sample: string | undefined, options: SendOptions): { name: string; body: Buffer }[] | null {
  if (options.body !== undefined) {
    return [{ name: options.body, body: readFileSync(options.body) }];
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
    return null;
  }
  const payload = readSample(name);
  return [{ name, body: encode(movedInTime(payload, Date.now() - Number(payload.timestamp))) }];
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

function ownUrl(): string {
  const { HOST = '127.0.0.1', PORT = '8787' } = process.env;
  const host = HOST === '0.0.0.0' || HOST === '::' ? '127.0.0.1' : HOST;
  return `http://${host.includes(':') ? `[${host}]` : host}:${PORT}/webhooks/intelligems`;
}

function ownSecret(): string | null {
  const configured = process.env.INTELLIGEMS_WEBHOOK_SECRET?.split(',')[0]?.trim();
  if (configured) {
    return configured;
  }
  try {
    return readFileSync(join(process.env.DATA_DIR ?? 'data', SECRET_FILE), 'utf8').trim();
  } catch {
    return null;
  }
}

async function post(url: string, secret: string, name: string, body: Buffer): Promise<boolean> {
  const header = process.env.INTELLIGEMS_SIGNATURE_HEADER ?? 'X-Intelligems-Signature';
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [header]: signWebhook(body, secret) },
      body: new Uint8Array(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(15_000),
    });
    process.stdout.write(`${name}: ${response.status} ${await response.text()}\n`);
    return response.ok;
  } catch (error) {
    const cause = (error as Error & { cause?: Error & { code?: string } }).cause;
    process.stderr.write(
      `${name}: no answer from ${url} (${cause?.code ?? (error as Error).message}). Is the receiver running? Start it with: npm start\n`,
    );
    return false;
  }
}
