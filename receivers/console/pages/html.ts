/** Markup that is safe to send: every text in it has been escaped. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

/** What may stand in a template: text is escaped, markup is not, lists are joined, and nothing is nothing. */
export type Content = Html | string | number | false | null | undefined | readonly Content[];

/**
 * A template of markup: ``html`<p>${text}</p>` ``. Every value that is no {@link Html} is escaped, for text
 * and for attributes in double quotes, and shown with its invisible characters made visible.
 */
export function html(strings: TemplateStringsArray, ...values: Content[]): Html {
  let markup = strings[0] ?? '';
  values.forEach((value, index) => {
    markup += render(value) + strings[index + 1];
  });
  return new Html(markup);
}

/** Content that is shown only where the condition holds. */
export function when(condition: unknown, content: () => Content): Content {
  return condition ? content() : null;
}

function render(content: Content): string {
  if (content instanceof Html) {
    return content.markup;
  }
  if (content === null || content === undefined || content === false) {
    return '';
  }
  return typeof content === 'object' ? content.map(render).join('') : escaped(visible(String(content)));
}

/** A text to the last character, for attributes that programs read and people do not see. */
export function exact(text: string): Html {
  return new Html(escaped(text).replaceAll('\r', '&#13;'));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}

/** Direction marks that move nothing but themselves: honest right-to-left names have them. */
const HARMLESS = /[\u061C\u200E\u200F]/g;

/**
 * The text with what could disguise it written out: control characters and those that turn the direction
 * of what follows, as `[U+202E]`; half characters as `\uFFFD`. Line feeds and tabs stay.
 */
export function visible(text: string): string {
  return text
    .toWellFormed()
    .replace(HARMLESS, '')
    .replace(
      /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu,
      (character) =>
        `[U+${(character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}]`,
    );
}
