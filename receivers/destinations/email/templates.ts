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

/** What mails there are: one for each action, and the report. */
export const MAIL_NAMES = [...ACTIONS, 'report'] as const;
export type MailName = (typeof MAIL_NAMES)[number];

/** The templates by their file names. */
export type TemplateFiles = Readonly<Record<string, string>>;

export interface Templates {
  /** The built-in ones. */
  builtIn: TemplateFiles;
  /** The built-in ones, with those of the settings' folder in their place; null without any. */
  own: TemplateFiles | null;
  /** What is wrong with the folder as such: it cannot be read, or holds files that no mail uses. */
  problems: string[];
}

/** What came of one part: the text, and what kept a template of one's own from being used. */
export interface RenderedPart {
  text: string;
  /** Names the file and the fault; null where all went well. */
  problem: string | null;
}

const EXTENSION = '.liquid';
const BUILT_IN_FOLDER = fileURLToPath(new URL('templates/', import.meta.url));
let builtInFiles: TemplateFiles | undefined;

/** Reads the built-in templates, and those of a folder (a path) where one is given. Never throws for the folder. */
export function loadTemplates(folder: string | undefined): Templates {
  builtInFiles ??= readFolder(BUILT_IN_FOLDER);
  if (folder === undefined) {
    return { builtIn: builtInFiles, own: null, problems: [] };
  }
  try {
    const found = readFolder(folder);
    const own = Object.keys(found).length === 0 ? null : { ...builtInFiles, ...found };
    return { builtIn: builtInFiles, own, problems: unusedFiles(found, builtInFiles) };
  } catch (error) {
    const problem = `The template folder ${folder} cannot be read (${(error as Error).message}); the built-in templates are used.`;
    return { builtIn: builtInFiles, own: null, problems: [problem] };
  }
}

function readFolder(folder: string): TemplateFiles {
  const names = readdirSync(folder).filter((name) => name.endsWith(EXTENSION));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

function unusedFiles(own: TemplateFiles, builtIn: TemplateFiles): string[] {
  return Object.keys(own)
    .filter((name) => !name.startsWith('_') && builtIn[name] === undefined)
    .map(
      (name) =>
        `The template ${name} is used by no mail: name it <mail>.<part>.liquid, where the mail is ${MAIL_NAMES.join(', ')} and the part is ${PARTS.join(', ')}; partials begin with “_”.`,
    );
}

/** What a template of one's own may take, in milliseconds and in characters: it must not hold the others up. */
const RENDER_LIMIT_MS = 500;
const MEMORY_LIMIT = 5_000_000;

/**
 * Renders one part of a mail. Where the folder's own template fails, be it by an unknown name or a fault
 * in its writing, the built-in one takes its place and the fault is told, so that no mail is lost.
 */
export function renderPart(
  templates: Templates,
  mail: MailName,
  part: Part,
  variables: ExperienceVariables | ReportVariables,
): RenderedPart {
  const file = `${mail}.${part}${EXTENSION}`;
  const builtIn = (): string => engine(part, templates.builtIn, false).renderFileSync(file, variables);
  if (templates.own === null) {
    return { text: builtIn(), problem: null };
  }
  try {
    return { text: engine(part, templates.own, true).renderFileSync(file, variables), problem: null };
  } catch (error) {
    return { text: builtIn(), problem: templateProblem(file, templates.own, error as Error) };
  }
}

function templateProblem(file: string, files: TemplateFiles, error: Error): string {
  const fault = error.message.split('\n')[0]?.replace(/, file:.*?(?=, line:)/, '');
  const source = (error as { token?: { input?: string } }).token?.input;
  const partial = Object.keys(files).find((name) => name !== file && files[name] === source);
  const place = partial === undefined || files[file] === source ? file : `${partial} (used by ${file})`;
  return `The template ${place} failed: ${fault}. The built-in one was used; mend the file, then restart.`;
}

const engines = new WeakMap<TemplateFiles, Map<boolean, Liquid>>();

/** One engine per set of files and kind of output: only HTML is escaped, only templates of one's own are limited. */
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
