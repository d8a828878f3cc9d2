/** Replaces a secret in a text. */
const MASKED = '[secret]';

/** How much more of a text is searched than is shown of it, in characters. */
const SEARCHED_BEYOND = 4_096;

/** Shorter texts are too likely to be part of ordinary words, in characters. */
const SHORTEST_SECRET = 6;

/** Encodings of a shorter secret are too likely to appear by chance, in characters. */
const SHORTEST_ENCODED = 8;

/** What a text repeats that is encoded again: enough for JSON within JSON, four deep. */
const PERCENT = '%(?:25){0,4}';
const AMPERSAND = '&(?:amp;){0,4}';
const BACKSLASH = `(?:\\\\|${PERCENT}5[cC])`;
const BACKSLASHES = `${BACKSLASH}{0,15}`;
/** Before the first character of a secret: tried once in a row of backslashes, which may be long. */
const FIRST_BACKSLASHES = `(?:(?<!\\\\)${BACKSLASHES}|)`;

const HTML_NAMES: Readonly<Record<string, string>> = {
  '&': 'amp',
  '<': 'lt',
  '>': 'gt',
  '"': 'quot',
  "'": 'apos',
};

/** Written in the same way by JSON, HTML, URLs and shells. */
const PLAIN = /^[A-Za-z0-9_.~-]+$/;

/** Cuts a text where it may be written differently: rows of plain characters and of backslashes, and other characters. */
const PIECES = /[A-Za-z0-9_.~-]+|\\+|./gsu;

/**
 * Masks secrets by their value, wherever in a text they are: as they are, and in the encodings in which they
 * travel (URL, JSON, HTML, hex, base64 at any offset, as in `Basic` credentials).
 */
export class SecretMask {
  /** Each way to write a secret, and the pattern that finds it. */
  readonly #patterns = new Map<string, string>();
  /** Finds all of them; null until it is needed. */
  #pattern: RegExp | null = null;

  constructor(secrets: Iterable<string> = []) {
    this.add(secrets);
  }

  /** Adds secrets that became known. Those of less than 6 characters are ignored. */
  add(secrets: Iterable<string>): void {
    for (const secret of secrets) {
      if (secret.length >= SHORTEST_SECRET) {
        for (const form of formsOf(secret)) {
          if (!this.#patterns.has(form)) {
            this.#patterns.set(form, patternOf(form));
            this.#pattern = null;
          }
        }
      }
    }
  }

  /** The text with every known secret replaced by `[secret]`. */
  hide(text: string): string {
    if (this.#patterns.size === 0) {
      return text;
    }
    this.#pattern ??= this.#compile();
    return text.replace(this.#pattern, MASKED);
  }

  #compile(): RegExp {
    const longestFirst = [...this.#patterns].sort(([one], [other]) => other.length - one.length);
    return new RegExp(longestFirst.map(([, pattern]) => pattern).join('|'), 'g');
  }

  /**
   * The first characters of a text, without secrets. Cut before it is masked, the text could end in most of a secret
   * that is no longer recognized.
   */
  hideInStart(text: string, characters: number): string {
    return this.hide(text.slice(0, characters + SEARCHED_BEYOND)).slice(0, characters);
  }
}

function formsOf(secret: string): string[] {
  return secret.length < SHORTEST_ENCODED ? [secret] : [secret, ...encodedForms(Buffer.from(secret))];
}

function encodedForms(bytes: Buffer): string[] {
  const hex = bytes.toString('hex');
  const base64 = [0, 1, 2].map((offset) => base64At(bytes, offset));
  const urlSafe = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  return [hex, hex.toUpperCase(), ...base64, ...urlSafe];
}

/**
 * The base64 characters that depend on these bytes only, if they begin at an offset of 0 to 2 bytes within a group
 * of three, whatever surrounds them.
 */
function base64At(bytes: Buffer, offset: number): string {
  const whole = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  const from = Math.ceil((offset * 8) / 6);
  const to = Math.floor(((offset + bytes.length) * 8) / 6);
  return whole.slice(from, to);
}

/** A pattern that matches a text however JSON, HTML, URLs and shells write it, also one within another. */
function patternOf(text: string): string {
  const pieces = text.match(PIECES) ?? [];
  return pieces
    .map((piece, at) => {
      if (PLAIN.test(piece)) {
        return escaped(piece);
      }
      if (piece.startsWith('\\')) {
        // In pairs: the last backslash of an odd number belongs to what comes next.
        const count = piece.length;
        return `(?:(?:${BACKSLASH}{2}){${count},${8 * count}}|${BACKSLASH}{${count}})`;
      }
      return `${at === 0 ? FIRST_BACKSLASHES : BACKSLASHES}(?:${waysToWrite(piece).join('|')})`;
    })
    .join('');
}

function waysToWrite(character: string): string[] {
  const code = character.codePointAt(0) as number;
  const bytes = Buffer.from(character).toString('hex').match(/../g) as string[];
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  const name = HTML_NAMES[character];
  return [
    // A shell ends the quotes, and begins them again.
    ...(character === "'" ? [`'${BACKSLASH}{1,15}''`] : []),
    `${AMPERSAND}(?:${name === undefined ? '' : `${name}|`}#0{0,4}${code}|#[xX]0{0,4}${anyCase(code.toString(16))});`,
    bytes.map((byte) => PERCENT + anyCase(byte)).join(''),
    units.map((unit) => `${BACKSLASH}u${anyCase(unit.toString(16).padStart(4, '0'))}`).join(''),
    ...(character === ' ' ? ['\\+'] : []),
    escaped(character),
  ];
}

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
