import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Liquid } from 'liquidjs';
import { ACTIONS } from '../../../shared/events.ts';
import { newLiquid } from '../common/liquid.ts';
import type { ExperienceVariables, ReportVariables } from './variables.ts';

/** The three parts of a mail, each from a template of its own. */
export const PARTS = ['subject', 'text', 'html'] as const;
export type Part = (typeof PARTS)[number];

/** The mails: one for each action, and the report. */
const MAIL_NAMES = [...ACTIONS, 'report'] as const;
export type MailName = (typeof MAIL_NAMES)[number];

/** The mail of every action that has no template of its own. */
const DEFAULT_NAME = 'experience';

/** The templates by their file names. */
type TemplateFiles = Readonly<Record<string, string>>;

export interface Templates {
  /** The built-in ones. */
  builtIn: TemplateFiles;
  /** The built-in ones, overridden by those of the settings' folder; null if it has none. */
  own: TemplateFiles | null;
  /** What is wrong with the folder: it cannot be read, or holds files that no mail can use. */
  problems: string[];
}

/** One part of a mail, and why the custom template was not used for it. */
export interface RenderedPart {
  text: string;
  /** Names the file and the fault; null if there is none. */
  problem: string | null;
}

const EXTENSION = '.liquid';
const BUILT_IN_FOLDER = fileURLToPath(new URL('templates/', import.meta.url));
let builtInFiles: TemplateFiles | undefined;

/** Reads the built-in templates, and those of a folder (a path) if one is given. Never throws because of the folder. */
export function loadTemplates(folder: string | undefined): Templates {
  builtInFiles ??= readFolder(BUILT_IN_FOLDER).files;
  if (folder === undefined) {
    return { builtIn: builtInFiles, own: null, problems: [] };
  }
  try {
    const { files, problems } = readFolder(folder);
    const own = Object.keys(files).length === 0 ? null : { ...builtInFiles, ...files };
    return { builtIn: builtInFiles, own, problems: [...problems, ...unusedFiles(files)] };
  } catch (error) {
    const problem = `The template folder ${folder} cannot be read (${(error as Error).message}); the built-in templates are used.`;
    return { builtIn: builtInFiles, own: null, problems: [problem] };
  }
}

/** The templates of a folder, and a sentence about each that cannot be used. */
function readFolder(folder: string): { files: TemplateFiles; problems: string[] } {
  const files: Record<string, string> = {};
  const problems: string[] = [];
  for (const name of readdirSync(folder).filter((each) => each.endsWith(EXTENSION))) {
    const content = readFileSync(join(folder, name));
    const text = utf8(content);
    if (text === null) {
      problems.push(
        `The template ${name} is ${encodingOf(content)}, not UTF-8, so it is not used. Save it as UTF-8.`,
      );
    } else {
      files[name] = text;
    }
  }
  return { files, problems };
}

/** The text of bytes in UTF-8; null if they are something else. */
function utf8(content: Buffer): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(content);
    // UTF-16 without a mark is valid UTF-8 for English text, with a NUL beside each letter.
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}

/** Editors on Windows save UTF-16, with or without a mark. */
function encodingOf(content: Buffer): string {
  const mark = content.subarray(0, 2).toString('hex');
  return mark === 'fffe' || mark === 'feff' || content.includes(0) ? 'in UTF-16' : 'in another encoding';
}

function unusedFiles(own: TemplateFiles): string[] {
  const mails = [DEFAULT_NAME, ...MAIL_NAMES];
  const used = mails.flatMap((mail) => PARTS.map((part) => fileOf(mail, part)));
  return Object.keys(own)
    .filter((name) => !name.startsWith('_') && !used.includes(name))
    .map(
      (name) =>
        `No mail uses the template ${name}. Name it <mail>.<part>.liquid, where the mail is one of ${mails.join(', ')} and the part one of ${PARTS.join(', ')}. Partials begin with “_”.`,
    );
}

function fileOf(mail: string, part: Part): string {
  return `${mail}.${part}${EXTENSION}`;
}

/** The file from which a part is made: the action's own, or the default. */
function chosenFile(files: TemplateFiles, mail: MailName, part: Part): string {
  const own = fileOf(mail, part);
  return Object.hasOwn(files, own) ? own : fileOf(DEFAULT_NAME, part);
}

/** The limits of custom templates, in milliseconds and in characters: they must not hold up other mails. */
const RENDER_LIMIT_MS = 500;
const MEMORY_LIMIT = 5_000_000;

/**
 * Renders one part of a mail. If the folder's own template fails, such as by an unknown name or a syntax error,
 * the built-in one is used and the fault reported, so that no mail is lost.
 */
export function renderPart(
  templates: Templates,
  mail: MailName,
  part: Part,
  variables: ExperienceVariables | ReportVariables,
): RenderedPart {
  const builtIn = (): string => {
    const file = chosenFile(templates.builtIn, mail, part);
    return engine(part, templates.builtIn, false).renderFileSync(file, variables);
  };
  if (templates.own === null) {
    return { text: builtIn(), problem: null };
  }
  const file = chosenFile(templates.own, mail, part);
  try {
    return { text: engine(part, templates.own, true).renderFileSync(file, variables), problem: null };
  } catch (error) {
    return {
      text: builtIn(),
      problem: templateProblem(file, fileOf(mail, part), templates.own, error as Error),
    };
  }
}

/** @param part the file that only this part of the mail would use, which names it for people */
function templateProblem(file: string, part: string, files: TemplateFiles, error: Error): string {
  const fault = error.message.split('\n')[0]?.replace(/, file:.*?(?=, line:)/, '');
  const source = (error as { token?: { input?: string } }).token?.input;
  const partial = Object.keys(files).find((name) => name !== file && files[name] === source);
  const place = partial === undefined || files[file] === source ? file : `${partial} (used by ${part})`;
  return `The template ${place} failed: ${fault}. The built-in one was used. Fix the file, then restart.`;
}

const engines = new WeakMap<TemplateFiles, Map<boolean, Liquid>>();

/** One engine per set of files and kind of output: only HTML is escaped, only custom templates are limited. */
function engine(part: Part, files: TemplateFiles, limited: boolean): Liquid {
  const kinds = engines.get(files) ?? new Map<boolean, Liquid>();
  engines.set(files, kinds);
  const isHtml = part === 'html';
  const known = kinds.get(isHtml);
  if (known !== undefined) {
    return known;
  }
  const made = newLiquid({
    templates: { ...files },
    strictVariables: true,
    strictFilters: true,
    lenientIf: true,
    ownPropertyOnly: true,
    cache: true,
    ...(limited ? { renderLimit: RENDER_LIMIT_MS, memoryLimit: MEMORY_LIMIT } : {}),
    ...(isHtml ? { outputEscape: 'escape' as const } : {}),
  });
  kinds.set(isHtml, made);
  return made;
}
