import { resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { SecretMask } from '../base/secret-mask.ts';
import { jsonLine, visible } from '../base/visible-text.ts';
import type { EnvFile } from './env-file.ts';

/** What a command gets from whoever runs it: a process, or a test. */
export interface TerminalParts {
  /** The words after the program's name. */
  words: readonly string[];
  environment: Readonly<Record<string, string | undefined>>;
  /** The file that added to the environment; null without one. */
  envFile?: EnvFile | null;
  /** The current folder, which paths are relative to. */
  folder: string;
  input: Readable;
  output: Writable & { isTTY?: boolean };
  errors: Writable & { isTTY?: boolean };
  /** Calls back once, with the name of the signal, when the command is asked to end. */
  onEnd(ended: (signal: string) => void): void;
  /** Ends the program at once, whatever is still open. */
  exit(code: number): void;
}

/**
 * Where a command reads and writes. Nothing that it prints shows a secret that is known here, or a character that
 * steers a terminal.
 */
export class Terminal {
  readonly words: TerminalParts['words'];
  readonly environment: TerminalParts['environment'];
  readonly envFile: EnvFile | null;
  readonly folder: string;
  readonly input: Readable;
  readonly onEnd: TerminalParts['onEnd'];
  readonly exit: TerminalParts['exit'];
  /** Secrets that are printed as `[secret]`. */
  readonly mask = new SecretMask();
  /** The code with which the program will end. */
  exitCode = 0;
  readonly #output: TerminalParts['output'];
  readonly #errors: TerminalParts['errors'];

  constructor({
    words,
    environment,
    envFile = null,
    folder,
    input,
    output,
    errors,
    onEnd,
    exit,
  }: TerminalParts) {
    this.words = words;
    this.environment = environment;
    this.envFile = envFile;
    this.folder = folder;
    this.input = input;
    this.onEnd = onEnd;
    this.exit = exit;
    this.#output = output;
    this.#errors = errors;
  }

  /** Whether a person reads the output as it is written. */
  get isInteractive(): boolean {
    return this.#output.isTTY === true;
  }

  print(text: string): void {
    this.#output.write(this.#shown(text));
  }

  printLine(text: string): void {
    this.print(`${text}\n`);
  }

  /** Prints a value as JSON on one line, or indented by some spaces. */
  printJson(value: unknown, spaces = 0): void {
    this.#output.write(`${this.mask.hide(jsonLine(value, spaces))}\n`);
  }

  /** Prints bytes as they are, unless a person reads them. */
  printBytes(bytes: Uint8Array): void {
    this.#output.write(this.isInteractive ? this.#shown(Buffer.from(bytes).toString()) : bytes);
  }

  /** Prints a text that may show a secret: one that was just made, and is shown this once. */
  printNewSecret(text: string): void {
    this.#output.write(`${visible(text)}\n`);
  }

  /** Prints to the standard error, followed by a line feed. */
  printError(text: string): void {
    this.#errors.write(`${this.#shown(text)}\n`);
  }

  /** Says what went wrong; the program will end with this code. */
  fail(text: string, code = 1): void {
    this.printError(`error: ${text}`);
    this.exitCode = code;
  }

  /** Shows progress on a line that the next call replaces. Prints nothing if nobody would see it move. */
  progress(text: string): void {
    if (this.#errors.isTTY === true) {
      this.#errors.write(`\r${this.#shown(text)}`);
    }
  }

  /** A line about what was done. It replaces the progress. */
  report(text: string): void {
    this.#errors.write(`${this.#errors.isTTY === true ? '\r' : ''}${this.#shown(text)}\n`);
  }

  /** Prints a text to the output, and resolves when it is written, so that memory stays small. */
  write(text: string): Promise<void> {
    return writeTo(this.#output, text);
  }

  path(name: string): string {
    return resolve(this.folder, name);
  }

  #shown(text: string): string {
    return visible(this.mask.hide(text));
  }
}

/** Writes a text to a stream, and resolves when it is written. */
export function writeTo(stream: Writable, text: string): Promise<void> {
  return new Promise((written, failed) => {
    stream.write(text, (error) => (error ? failed(error) : written()));
  });
}

/** Ends a stream, and resolves when everything is written. */
export async function endOf(stream: Writable): Promise<void> {
  stream.end();
  await finished(stream);
}
