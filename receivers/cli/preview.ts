import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { howToRun } from '../base/how-to-run.ts';
import { escapeSteering } from '../base/visible-text.ts';
import type { Preview } from '../contract/destination.ts';
import { connectTo } from '../operations/find-receiver.ts';
import type { Operations } from '../operations/operations.ts';
import { namedTargets, type PreviewName, unstoredPreviews } from '../operations/preview.ts';
import { SAMPLES, type SampleName, sampleBytes } from '../operations/samples.ts';
import type { AccessOptions } from './access-options.ts';
import { unwritable } from './files.ts';
import { unknownName } from './known-names.ts';
import { oneLine } from './lines.ts';
import { findReceiver, onReceiver, orFail } from './receiver-access.ts';
import { wholeSettingsOf } from './settings.ts';
import type { Terminal } from './terminal.ts';

export interface PreviewOptions extends AccessOptions {
  destination?: string;
  out?: string;
  document?: boolean;
}

/** Prints how a sample, a file, or a stored event looks. */
export function preview(
  terminal: Terminal,
  command: Command,
  event: string,
  options: PreviewOptions,
): Promise<void> {
  return /^(evt|report|body)_/.test(event)
    ? previewStored(terminal, command, event, options)
    : previewBody(terminal, command, event, options);
}

function previewStored(
  terminal: Terminal,
  command: Command,
  key: string,
  options: PreviewOptions,
): Promise<void> {
  return onReceiver(terminal, command, options, async ({ operations }) => {
    const targets = await operations.previews();
    for (const { name, title } of chosenTargets(targets, options)) {
      const preview = await operations.preview(key, name);
      if (preview === null) {
        throw new Error(await whyNoPreview(key, operations));
      }
      show(terminal, title, preview, options);
    }
  });
}

function previewBody(
  terminal: Terminal,
  command: Command,
  event: string,
  options: PreviewOptions,
): Promise<void> {
  return orFail(terminal, async () => {
    const bodies = bodiesOf(terminal, event);
    const place = await findReceiver(terminal, options);
    const operations: Pick<Operations, 'previews' | 'previewBodies'> =
      place === null ? unstoredPreviews(await wholeSettingsOf(terminal, command)) : connectTo(place);
    for (const { name, title, example } of chosenTargets(await operations.previews(), options)) {
      const preview = await operations.previewBodies(bodies, name);
      if (preview !== null) {
        show(terminal, `${title}${example ? ' (not connected; an example)' : ''}`, preview, options);
      }
    }
  });
}

/** Those that the options name. Throws if there is none, or if several would write the same file. */
function chosenTargets(targets: readonly PreviewName[], { destination, out }: PreviewOptions): PreviewName[] {
  const chosen = namedTargets(targets, destination);
  const names = (all: readonly PreviewName[]) => all.map(({ name }) => name);
  if (chosen.length === 0) {
    throw new Error(unknownName('destination', destination ?? '', names(targets)));
  }
  if (out !== undefined && chosen.length > 1) {
    throw new Error(`Say which one to write: ${names(chosen).join(' or ')}.`);
  }
  return chosen;
}

async function whyNoPreview(key: string, operations: Operations): Promise<string> {
  const story = await operations.event(key);
  return story === null
    ? `There is no event ${oneLine(key)}. List them with: ${howToRun('events')}`
    : `The event ${key} cannot be shown: it is not an event that is known here. ${oneLine(story.event.problem ?? '')} See its payload: ${howToRun('events', 'show', key)}`;
}

function show(
  terminal: Terminal,
  title: string,
  { text, document }: Preview,
  { out, document: asDocument }: PreviewOptions,
): void {
  if (out !== undefined) {
    try {
      writeFileSync(terminal.path(out), document.content);
    } catch (error) {
      throw unwritable(terminal.path(out), error);
    }
    terminal.printLine(`Written to ${out} (${document.type}).`);
  } else if (asDocument) {
    const content = document.content.trimEnd();
    terminal.printLine(document.type === 'json' ? escapeSteering(content) : content);
  } else {
    terminal.print(`${`── ${title} `.padEnd(72, '─')}\n${text.trimEnd()}\n\n`);
  }
}

/** The webhooks to preview: a sample after those before it in its life, or a file. */
function bodiesOf(terminal: Terminal, event: string): string[] {
  const last = SAMPLES.indexOf(event as SampleName);
  if (last >= 0) {
    return SAMPLES.slice(0, last + 1).map((name) => sampleBytes(name).toString());
  }
  try {
    return [readFileSync(terminal.path(event), 'utf8')];
  } catch {
    throw new Error(
      `“${event}” is not a sample (${SAMPLES.join(', ')}), a file that can be read, or the key of an event.`,
    );
  }
}
