import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { eventKey } from '../../shared/event-key.ts';
import { parseEvent } from '../../shared/events.ts';
import type { Preview } from '../contract/destination.ts';
import type { StoredEvent } from '../contract/event.ts';
import type { Message } from '../contract/message.ts';
import type { Operations } from '../operations/operations.ts';
import { unknownName } from './known-names.ts';
import { oneLine, unwritable } from './lines.ts';
import { type AccessOptions, onReceiver, settingsOf, withAccessOptions } from './receiver-access.ts';

/** The samples by the word that a person types. */
const SAMPLES = ['create', 'start', 'update', 'pause', 'end', 'delete'];

interface PreviewOptions extends AccessOptions {
  destination?: string;
  out?: string;
  document?: boolean;
}

/** Adds `preview`: how an event looks at a destination. Nothing is sent. */
export function addPreviewCommand(program: Command): void {
  withAccessOptions(
    program
      .command('preview')
      .description('show how an event looks at each destination; nothing is sent')
      .argument(
        '<event>',
        `a sample (${SAMPLES.join(', ')}), a file with a webhook’s body, or the key of a stored event`,
      )
      .option('--destination <name>', 'only this one, by its name or kind, such as slack')
      .option('--document', 'as it goes over the wire: JSON, or the mail as HTML')
      .option('--out <file>', 'write that document to a file, to open it (needs --destination)'),
  ).action(async (event: string, options: PreviewOptions, command: Command) => {
    if (options.out !== undefined && options.destination === undefined) {
      command.error('error: Say which one to write: --destination email');
    }
    const { namedTargets, previewTargets } = await import('../operations/preview.ts');
    const targets = previewTargets(settingsOf(command));
    const chosen = namedTargets(targets, options.destination);
    if (options.out !== undefined && chosen.length > 1) {
      command.error(`error: Say which one to write: ${chosen.map(({ name }) => name).join(' or ')}.`);
    }
    if (/^(evt|report|body)_/.test(event)) {
      // A receiver elsewhere may have destinations that the settings here do not name.
      const elsewhere = options.destination === undefined ? [] : [options.destination];
      const names = chosen.length > 0 ? chosen.map(({ name }) => name) : elsewhere;
      await onReceiver(options, command, async ({ operations, running }) => {
        for (const name of names) {
          const preview = await operations.preview(event, name);
          if (preview === null) {
            const here = running ? null : targets.map((target) => target.name);
            throw new Error(await whyNoPreview(event, name, operations, here));
          }
          show(name, preview, options);
        }
      });
      return;
    }
    const message = await messageOf(event, command);
    if (chosen.length === 0) {
      const known = targets.map(({ name }) => name);
      command.error(`error: ${unknownName('destination', options.destination ?? '', known)}`);
    }
    for (const { title, example, render } of chosen) {
      show(`${title}${example ? ' (not connected; an example)' : ''}`, render(message), options);
    }
  });
}

/** @param here what events can be shown for by these settings; null where another's settings decide */
async function whyNoPreview(
  key: string,
  destination: string,
  operations: Operations,
  here: readonly string[] | null,
): Promise<string> {
  const story = await operations.event(key);
  if (story === null) {
    return `There is no event ${oneLine(key)}. List them with: npm run events`;
  }
  const { problem } = story.event;
  if (problem !== null) {
    return `The event ${key} cannot be shown: it is none that is known here. ${oneLine(problem)} See what came in: npm run events -- show ${key}`;
  }
  const reports = await operations.destinations();
  const there = reports.filter(({ internal }) => !internal).map(({ name }) => name);
  return unknownName('destination', destination, here ?? there);
}

function show(title: string, { text, document }: Preview, options: PreviewOptions): void {
  if (options.out !== undefined) {
    try {
      writeFileSync(options.out, document.content);
    } catch (error) {
      process.stderr.write(`error: ${unwritable(options.out, error).message}\n`);
      process.exitCode = 1;
      return;
    }
    process.stdout.write(`Written to ${options.out} (${document.type}).\n`);
    return;
  }
  if (options.document) {
    process.stdout.write(`${document.content.trimEnd()}\n`);
    return;
  }
  process.stdout.write(`${`── ${title} `.padEnd(72, '─')}\n${text.trimEnd()}\n\n`);
}

async function messageOf(name: string, command: Command): Promise<Message> {
  const { experienceMessage } = await import('../delivery/message.ts');
  const sample = SAMPLES.indexOf(name);
  const bodies = sample < 0 ? [fileBody(name, command)] : SAMPLES.slice(0, sample + 1).map(sampleBody);
  const events = bodies.map((body, index) => storedEvent(body, index, command));
  const event = events.at(-1) as StoredEvent;
  const settings = settingsOf(command);
  return experienceMessage(
    { eventKey: event.key, replay: 0, event, merged: [] },
    events,
    {
      addresses: settings.intelligems.addresses,
      publicUrl: settings.server.publicUrl,
    },
    event.receivedAt,
  );
}

function sampleBody(name: string): Buffer {
  return readFileSync(new URL(`../../shared/samples/${name}.json`, import.meta.url));
}

function fileBody(file: string, command: Command): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return command.error(
      `error: “${file}” is no sample (${SAMPLES.join(', ')}), no file that can be read, and no key of an event.`,
    );
  }
}

function storedEvent(body: Buffer, sequence: number, command: Command): StoredEvent {
  const parsed = parseEvent(body);
  if (!parsed.ok) {
    return command.error(`error: This is no event that is known here: ${parsed.hint}`);
  }
  const { event } = parsed;
  return {
    key: eventKey('default', event, body),
    sequence,
    source: 'default',
    origin: 'webhook',
    action: event.action,
    experienceId: event.experience.id,
    experienceName: event.experience.name ?? null,
    organizationId: event.organization.id ?? null,
    occurredAt: event.timestamp,
    receivedAt: event.timestamp ?? Date.now(),
    body,
    headers: {},
    problem: null,
    late: false,
    triggeredBy: null,
  };
}
