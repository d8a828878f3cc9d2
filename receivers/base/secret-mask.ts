/** Replaces a secret in a text. */
const MASKED = '[secret]';

/** How much more of a text is searched than is shown of it, in characters. */
const SEARCHED_BEYOND = 4_096;

/** Shorter texts are too likely to be part of ordinary words, in characters. */
const SHORTEST_SECRET = 6;

/** Encodings of a shorter secret are too likely to appear by chance, in characters. */
const SHORTEST_ENCODED = 8;

const HTML_ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Masks secrets by their value, wherever in a text they are: as they are, and in the encodings in which they
 * travel (URL, JSON, HTML, hex, base64 at any offset, as in `Basic` credentials).
 */
export class SecretMask {
  readonly #forms = new Set<string>();
  #pattern: RegExp | null = null;

  constructor(secrets: Iterable<string> = []) {
    this.add(secrets);
  }

  /** Adds secrets that became known. Those of less than 6 characters are ignored. */
  add(secrets: Iterable<string>): void {
    for (const secret of secrets) {
      if (secret.length >= SHORTEST_SECRET) {
        for (const form of formsOf(secret)) {
          this.#forms.add(form);
        }
      }
    }
    const longestFirst = [...this.#forms].sort((one, other) => other.length - one.length);
    this.#pattern = longestFirst.length === 0 ? null : new RegExp(longestFirst.map(escaped).join('|'), 'g');
  }

  /** The text with every known secret replaced by `[secret]`. */
  hide(text: string): string {
    return this.#pattern === null ? text : text.replace(this.#pattern, MASKED);
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
  const inUrl = encodeURIComponent(secret.toWellFormed());
  const plain = [
    secret,
    inUrl,
    inUrl.replace(/%../g, (byte) => byte.toLowerCase()),
    new URLSearchParams({ '': secret }).toString().slice(1),
    JSON.stringify(secret).slice(1, -1),
    secret.replace(/[&<>"']/g, (character) => HTML_ESCAPES[character] as string),
  ];
  return secret.length < SHORTEST_ENCODED ? plain : [...plain, ...encodedForms(Buffer.from(secret))];
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

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
