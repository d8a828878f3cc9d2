import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { howToRun } from '../base/how-to-run.ts';
import { suggestion } from '../base/nearest.ts';
import type { LocalReceiver } from '../config/local-receiver.ts';
import { describeFaults } from '../config/values/faults.ts';
import { DEFAULT_SOURCE, type Source } from '../contract/source.ts';
import { localUrl } from '../operations/find-receiver.ts';
import { readLocalSources } from '../operations/local-sources.ts';
import { madeWebhookSecret } from '../operations/made-secrets.ts';
import { SAMPLES, sampleAt, sampleLife } from '../operations/samples.ts';
import { type SigningSender, sendWebhook, wrongSecret } from '../operations/send.ts';
import { webhookPath } from '../operations/set-up.ts';
import { EX_CONFIG } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

export interface SendOptions {
  all?: boolean;
  url?: string;
  secret?: string;
  source?: string;
  body?: string;
  forge?: boolean;
}

/** What is sent, by the name that the output shows. */
interface NamedBody {
  name: string;
  body: Buffer;
}

const DEFAULT_HEADER = 'x-intelligems-signature';

/** Sends what the options choose, one after the other. */
export async function sendSamples(
  terminal: Terminal,
  command: Command,
  sample: string | undefined,
  options: SendOptions,
): Promise<void> {
  const bodies = bodiesOf(terminal, command, sample, options);
  const sender = await senderOf(terminal, command, options);
  for (const each of bodies) {
    await send(terminal, sender, each);
  }
}

function bodiesOf(
  terminal: Terminal,
  command: Command,
  sample: string | undefined,
  options: SendOptions,
): NamedBody[] {
  const chosen = [sample, options.all, options.body].filter((value) => value !== undefined);
  if (chosen.length === 0 && options.forge) {
    return [sampleNamed(command, 'start')];
  }
  if (chosen.length !== 1) {
    const what = `a sample (${SAMPLES.join(', ')}), --all, or --body FILE`;
    return command.error(`error: ${chosen.length === 0 ? 'Give' : 'Choose one of'} ${what}.`);
  }
  if (options.body !== undefined) {
    return [{ name: options.body, body: bodyFile(terminal, command, options.body) }];
  }
  return options.all
    ? sampleLife(Date.now()).map(({ name, payload }) => ({ name, body: encode(payload) }))
    : [sampleNamed(command, sample ?? '')];
}

function sampleNamed(command: Command, wanted: string): NamedBody {
  const name = SAMPLES.find((known) => known === wanted);
  if (name === undefined) {
    const guess = suggestion(wanted, SAMPLES) || ` Write one of ${SAMPLES.join(', ')}.`;
    return command.error(`error: There is no sample “${wanted}”.${guess}`);
  }
  return { name, body: encode(sampleAt(name, Date.now())) };
}

function bodyFile(terminal: Terminal, command: Command, path: string): Buffer {
  try {
    return readFileSync(terminal.path(path));
  } catch (error) {
    return command.error(`error: The file ${path} cannot be read: ${(error as Error).message}`);
  }
}

function encode(payload: unknown): Buffer {
  return Buffer.from(JSON.stringify(payload));
}

/** Where to post, and how to sign. What the options leave out comes from the settings. */
async function senderOf(terminal: Terminal, command: Command, options: SendOptions): Promise<SigningSender> {
  const { environment, folder } = terminal;
  const read = await readLocalSources({ environment, cwd: folder });
  const given = options.forge ? wrongSecret() : options.secret;
  if (!read.ok) {
    if (options.url === undefined || given === undefined) {
      return command.error(
        `${describeFaults(read.faults, 'nothing was sent')}\nOr give --url and --secret.`,
        { exitCode: EX_CONFIG },
      );
    }
    return { url: options.url, secret: given, header: DEFAULT_HEADER };
  }
  const { receiver } = read;
  const source = sourceNamed(command, options.source, receiver);
  const secret = given ?? ownSecret(command, source, receiver);
  terminal.mask.add([secret]);
  return {
    url: options.url ?? `${localUrl(receiver)}${webhookPath(source.name)}`,
    secret,
    header: receiver.signatureHeader,
  };
}

function ownSecret(command: Command, { secrets }: Source, { dataFolder }: LocalReceiver): string {
  try {
    const secret = secrets[0] ?? madeWebhookSecret(dataFolder);
    if (secret !== null) {
      return secret;
    }
  } catch (error) {
    command.error(`error: ${(error as Error).message}`);
  }
  return command.error(
    `error: There is no secret to sign with. Start the receiver once (${howToRun('start')} makes one), set INTELLIGEMS_WEBHOOK_SECRET, or give --secret.`,
  );
}

function sourceNamed(command: Command, name: string | undefined, { sources }: LocalReceiver): Source {
  const wanted = name ?? DEFAULT_SOURCE;
  const found = sources.find((source) => source.name === wanted) ?? (name === undefined ? sources[0] : null);
  return (
    found ??
    command.error(
      `error: There is no source “${wanted}”. The settings name ${sources.map((each) => each.name).join(', ') || 'none'}.`,
    )
  );
}

async function send(terminal: Terminal, sender: SigningSender, { name, body }: NamedBody): Promise<void> {
  const sent = await sendWebhook(sender, body);
  if ('noAnswer' in sent) {
    terminal.fail(
      `${name}: no answer from ${sender.url} (${sent.noAnswer}). Is the receiver running? Start it with: ${howToRun('start')}`,
    );
    return;
  }
  terminal.printLine(`${name}: ${sent.status} ${sent.text}`);
  if (!sent.ok) {
    terminal.exitCode = 1;
  }
}
