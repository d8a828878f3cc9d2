/** Checks blocks as Slack does. https://docs.slack.dev/reference/block-kit/blocks */

type Fields = Record<string, unknown>;

/**
 * What is wrong with the blocks, each as Slack words it with the place; empty if nothing is.
 *
 * @param unfetchable images that Slack cannot download. https://github.com/slackapi/python-slack-sdk/issues/1782
 */
export function blockFaults(blocks: unknown, unfetchable: ReadonlySet<string> = new Set()): string[] {
  if (!Array.isArray(blocks)) {
    return ['must be an array [json-pointer:/blocks]'];
  }
  const faults: string[] = [];
  if (blocks.length > 50) {
    faults.push('no more than 50 items allowed [json-pointer:/blocks]');
  }
  const ids = new Set<unknown>();
  blocks.forEach((block: Fields, index) => {
    const check = new Check(faults, `/blocks/${index}`);
    const known = CHECKS[String(block?.type)];
    if (known === undefined) {
      check.fault(`unsupported type: ${String(block?.type)}`);
      return;
    }
    if (block.block_id !== undefined && ids.has(block.block_id)) {
      check.fault('block_id already exists', 'block_id');
    }
    ids.add(block.block_id);
    known(check, block);
    if (block.type === 'image' && unfetchable.has(String(block.image_url))) {
      check.fault('downloading image failed', 'image_url');
    }
  });
  return faults;
}

class Check {
  #faults: string[];
  #place: string;

  constructor(faults: string[], place: string) {
    this.#faults = faults;
    this.#place = place;
  }

  at(part: string | number): Check {
    return new Check(this.#faults, `${this.#place}/${part}`);
  }

  fault(words: string, part?: string): void {
    this.#faults.push(`${words} [json-pointer:${this.#place}${part === undefined ? '' : `/${part}`}]`);
  }

  only(fields: Fields, allowed: readonly string[]): void {
    for (const name of Object.keys(fields)) {
      if (!allowed.includes(name)) {
        this.fault(`no more properties allowed: ${name}`);
      }
    }
  }

  text(value: unknown, limit: number, part: string): void {
    if (typeof value !== 'string') {
      this.fault('must provide a string', part);
    } else if (value.length === 0) {
      this.fault('must be more than 0 characters', part);
    } else if (value.length > limit) {
      this.fault(`must be less than ${limit + 1} characters`, part);
    }
  }

  textObject(value: unknown, types: readonly string[], limit: number): void {
    const object = value as Fields | undefined;
    if (typeof object !== 'object' || object === null || !types.includes(String(object.type))) {
      this.fault(`must provide an object of type ${types.join(' or ')}`);
      return;
    }
    this.only(object, object.type === 'mrkdwn' ? ['type', 'text', 'verbatim'] : ['type', 'text', 'emoji']);
    this.text(object.text, limit, 'text');
  }

  url(value: unknown, part: string): void {
    this.text(value, 3000, part);
    if (typeof value === 'string' && !/^https?:\/\/[^\s]+$/.test(value)) {
      this.fault('must be a valid URL', part);
    }
  }

  items(value: unknown, most: number, part: string): Fields[] {
    if (!Array.isArray(value) || value.length === 0) {
      this.fault('no fewer than 1 items allowed', part);
      return [];
    }
    if (value.length > most) {
      this.fault(`no more than ${most} items allowed`, part);
    }
    return value;
  }
}

const ANY_TEXT = ['plain_text', 'mrkdwn'];

const CHECKS: Readonly<Record<string, (check: Check, block: Fields) => void>> = {
  header(check, block) {
    check.only(block, ['type', 'block_id', 'text']);
    check.at('text').textObject(block.text, ['plain_text'], 150);
  },
  section(check, block) {
    check.only(block, ['type', 'block_id', 'text', 'fields', 'accessory', 'expand']);
    if (block.text === undefined && block.fields === undefined) {
      check.fault('missing required field: text');
    }
    if (block.text !== undefined) {
      check.at('text').textObject(block.text, ANY_TEXT, 3000);
    }
    if (block.fields !== undefined) {
      const fields = check.items(block.fields, 10, 'fields');
      fields.forEach((field, index) => {
        check.at('fields').at(index).textObject(field, ANY_TEXT, 2000);
      });
    }
  },
  context(check, block) {
    check.only(block, ['type', 'block_id', 'elements']);
    check.items(block.elements, 10, 'elements').forEach((element, index) => {
      check.at('elements').at(index).textObject(element, ANY_TEXT, 3000);
    });
  },
  image(check, block) {
    check.only(block, ['type', 'block_id', 'image_url', 'alt_text', 'title']);
    check.url(block.image_url, 'image_url');
    check.text(block.alt_text, 2000, 'alt_text');
  },
  actions(check, block) {
    check.only(block, ['type', 'block_id', 'elements']);
    const ids = new Set<unknown>();
    // Slack takes a button that only opens a link, and then shows a warning sign next to it if the app has no
    // interactivity. https://github.com/slackapi/slack-github-action/issues/513
    check.items(block.elements, 25, 'elements').forEach((element, index) => {
      const at = check.at('elements').at(index);
      if (element.type !== 'button') {
        at.fault(`unsupported type: ${String(element.type)}`);
        return;
      }
      at.only(element, [
        'type',
        'text',
        'action_id',
        'url',
        'value',
        'style',
        'accessibility_label',
        'confirm',
      ]);
      at.at('text').textObject(element.text, ['plain_text'], 75);
      at.text(element.action_id, 255, 'action_id');
      if (ids.has(element.action_id)) {
        at.fault('action_id already exists', 'action_id');
      }
      ids.add(element.action_id);
      if (element.value !== undefined) {
        at.text(element.value, 2000, 'value');
      }
      if (element.confirm !== undefined) {
        confirmation(at.at('confirm'), element.confirm as Fields);
      }
      if (element.url !== undefined) {
        at.url(element.url, 'url');
        at.fault('App has not been configured for this feature', 'url');
      }
    });
  },
  divider(check, block) {
    check.only(block, ['type', 'block_id']);
  },
  rich_text(check, block) {
    check.only(block, ['type', 'block_id', 'elements']);
    check.items(block.elements, 1000, 'elements').forEach((part, index) => {
      richTextPart(check.at('elements').at(index), part);
    });
  },
};

/** https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object */
function confirmation(check: Check, dialog: Fields): void {
  check.only(dialog, ['title', 'text', 'confirm', 'deny', 'style']);
  check.at('title').textObject(dialog.title, ['plain_text'], 100);
  check.at('text').textObject(dialog.text, ['plain_text'], 300);
  check.at('confirm').textObject(dialog.confirm, ['plain_text'], 30);
  check.at('deny').textObject(dialog.deny, ['plain_text'], 30);
}

function richTextPart(check: Check, part: Fields): void {
  switch (part.type) {
    case 'rich_text_list':
      check.only(part, ['type', 'style', 'indent', 'offset', 'border', 'elements']);
      if (part.style !== 'bullet' && part.style !== 'ordered') {
        check.fault('must be one of bullet, ordered', 'style');
      }
      check.items(part.elements, 1000, 'elements').forEach((item, index) => {
        const at = check.at('elements').at(index);
        if (item.type !== 'rich_text_section') {
          at.fault(`unsupported type: ${String(item.type)}`);
        }
        inlineElements(at, item);
      });
      return;
    case 'rich_text_section':
    case 'rich_text_quote':
    case 'rich_text_preformatted':
      check.only(part, ['type', 'border', 'elements']);
      inlineElements(check, part);
      return;
    default:
      check.fault(`unsupported type: ${String(part.type)}`);
  }
}

function inlineElements(check: Check, part: Fields): void {
  check.items(part.elements, 1000, 'elements').forEach((element, index) => {
    const at = check.at('elements').at(index);
    switch (element.type) {
      case 'text':
        at.only(element, ['type', 'text', 'style']);
        at.text(element.text, 12_000, 'text');
        return;
      case 'link':
        at.only(element, ['type', 'url', 'text', 'unsafe', 'style']);
        at.url(element.url, 'url');
        at.text(element.text, 12_000, 'text');
        return;
      case 'emoji':
        at.only(element, ['type', 'name', 'unicode', 'style']);
        at.text(element.name, 100, 'name');
        return;
      case 'user':
        at.only(element, ['type', 'user_id', 'style']);
        if (!/^[UW][A-Z0-9]+$/.test(String(element.user_id))) {
          at.fault('invalid user_id', 'user_id');
        }
        return;
      case 'date':
        at.only(element, ['type', 'timestamp', 'format', 'url', 'fallback', 'style']);
        if (!Number.isInteger(element.timestamp)) {
          at.fault('must be an integer', 'timestamp');
        }
        at.text(element.format, 1000, 'format');
        return;
      default:
        at.fault(`unsupported type: ${String(element.type)}`);
    }
  });
}
