import { visible } from '../../base/visible-text.ts';

/** Markup that is safe to send: every text in it has been escaped. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

/** A value in a template: text is escaped, markup is not, lists are joined, and null, undefined and false are empty. */
export type Content = Html | string | number | false | null | undefined | readonly Content[];

/**
 * A template of markup: ``html`<p>${text}</p>` ``. Every value that is not {@link Html} is escaped, for text and for
 * attributes in double quotes, and its control characters are written out.
 */
export function html(strings: TemplateStringsArray, ...values: Content[]): Html {
  let markup = strings[0] ?? '';
  values.forEach((value, index) => {
    markup += render(value) + strings[index + 1];
  });
  return new Html(markup);
}

/** Content that is only shown if the condition holds. */
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

/** A text, unchanged to the last character, for attributes that scripts read and people do not see. */
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
