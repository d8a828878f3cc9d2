import { describe, expect, test } from '@jest/globals';
import zapier, {
  type BasicActionOperation,
  type PlainInputField,
  type PlainOutputField,
} from 'zapier-platform-core';
import { ACTIONS } from '../../shared/events.ts';
import { intelligemsApp } from '../../zapier-app/app.ts';
import { sampleEvent } from '../../zapier-app/samples.ts';

const privateApp = intelligemsApp({ version: '1.0.0', audience: 'private' });
const publicApp = intelligemsApp({ version: '1.0.0', audience: 'public' });

/** Makes of an app what Zapier's servers call; the types of its package leave it out. */
const { createAppHandler } = zapier as unknown as {
  createAppHandler(app: typeof privateApp): (event: { command: string }) => Promise<unknown>;
};

interface Operation extends Pick<BasicActionOperation, 'sample'> {
  type?: string;
  inputFields?: (PlainInputField | (() => unknown))[];
  outputFields?: PlainOutputField[];
  performList?: unknown;
  performSubscribe?: unknown;
  performUnsubscribe?: unknown;
}

interface Step {
  kind: 'trigger' | 'action' | 'search';
  key: string;
  noun: string;
  display: { label?: string; description?: string; directions?: string; hidden?: boolean };
  operation: Operation;
}

function stepsOf(app: typeof privateApp): Step[] {
  const kinds = { trigger: app.triggers, action: app.creates, search: app.searches };
  return Object.entries(kinds).flatMap(([kind, group]) =>
    Object.values(group).map((step) => ({ kind, ...step }) as unknown as Step),
  );
}

const steps = stepsOf(privateApp);
const visible = steps.filter(({ display }) => display.hidden !== true);

const SMALL_WORDS = /^(of|in|to|the|by|per|for|and|a|an|or)$/;

function isTitleCase(label: string): boolean {
  return label
    .split(/[\s,]+/)
    .filter((word) => /^[a-z]/i.test(word))
    .every((word, index) => (index > 0 && SMALL_WORDS.test(word)) || /^[A-Z]/.test(word));
}

/** Every text that people read, with its place. */
function texts(value: unknown, path = 'app'): [string, string][] {
  if (typeof value === 'string') {
    return /\.(label|description|directions|helpText|placeholder)$/.test(path) ? [[path, value]] : [];
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, child]) => texts(child, `${path}.${key}`));
  }
  return [];
}

const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/;

function matchesType(value: unknown, { type, children }: PlainOutputField): boolean {
  if (value === null) {
    return true;
  }
  if (children !== undefined) {
    return Array.isArray(value);
  }
  switch (type) {
    case 'datetime':
      return typeof value === 'string' && ISO_TIME.test(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

describe('what is offered', () => {
  test('the triggers, actions, and searches have their names', () => {
    expect(visible.map(({ kind, display }) => `${kind}: ${display.label}`)).toEqual([
      'trigger: Experience Created',
      'trigger: Experience Started',
      'trigger: Experience Paused',
      'trigger: Experience Ended',
      'trigger: Experience Deleted',
      'trigger: Settings Changed',
      'trigger: Any Experience Event',
      'trigger: Results Ready',
      'trigger: Experience Reached a Milestone',
      'trigger: Weekly Report',
      'trigger: Health Alert',
      'trigger: Verdict Changed',
      'trigger: Experience Status Changed',
      'trigger: New Experience',
      'trigger: Catch Intelligems Webhook',
      'action: Start Experience',
      'action: Pause Experience',
      'action: End Experience',
      'search: Find Experience',
      'search: Find Experiences',
      'search: Find Experience Results',
    ]);
  });

  test.each([['private', privateApp] as const, ['public', publicApp] as const])(
    'the %s app has the structure that Zapier requires',
    async (_, app) => {
      expect(await createAppHandler(app)({ command: 'validate' })).toMatchObject({ results: [] });
    },
  );

  test('a public app has no hook whose address is pasted by hand (D017)', () => {
    for (const { key, operation } of stepsOf(publicApp)) {
      const isStatic = operation.type === 'hook' && operation.performSubscribe === undefined;
      expect([key, isStatic]).toEqual([key, false]);
    }
    expect(steps.some(({ key }) => key === 'catch_webhook')).toBe(true);
  });

  test('a public app asks for no secret that its triggers do not need', () => {
    const asked = ({ authentication }: typeof privateApp) => authentication?.fields?.map(({ key }) => key);
    expect(asked(privateApp)).toEqual(['access_token', 'receiver_url', 'receiver_key', 'webhook_secret']);
    expect(asked(publicApp)).toEqual(['access_token', 'receiver_url', 'receiver_key']);
  });
});

describe.each(visible.map((step) => [step.key, step] as const))('%s', (_, step) => {
  const { kind, display, operation } = step;
  const { outputFields = [], sample = {} } = operation;
  const inputFields = (operation.inputFields ?? []).filter((field) => typeof field !== 'function');

  test('the names of a step are in title case (D018)', () => {
    const labels = [display.label, step.noun, ...inputFields.map(({ label }) => label)];
    labels.push(...outputFields.map(({ label }) => label));
    expect(labels.filter((label) => label === undefined || !isTitleCase(label))).toEqual([]);
  });

  test('the description of a step is a sentence of the right form, without the name of the app (D021, M002)', () => {
    expect(display.description).toMatch(kind === 'trigger' ? /^Triggers when .+\.$/ : /^[A-Z].+s .+\.$/);
    expect(display.description).not.toMatch(/intelligems|zapier/i);
  });

  test('the sample of a step has every output field, and no other, in the right type (D012, D023, D024)', () => {
    expect(Object.keys(sample).sort()).toEqual(outputFields.map(({ key }) => key).sort());
    for (const field of outputFields) {
      const value = sample[field.key];
      expect([field.key, value, matchesType(value, field)]).toEqual([field.key, value, true]);
      for (const [index, item] of (Array.isArray(value) ? value : []).entries()) {
        expect(Object.keys(item as object)).toEqual(field.children?.map(({ key }) => key));
        for (const child of field.children ?? []) {
          const inside = (item as Record<string, unknown>)[child.key];
          expect([index, child.key, matchesType(inside, child)]).toEqual([index, child.key, true]);
        }
      }
    }
    for (const value of Object.values(sample)) {
      if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value)) {
        expect(value).toMatch(ISO_TIME);
      }
    }
  });

  test('the sample of a step has an ID (D010)', () => {
    expect(sample.id).toEqual(expect.any(String));
  });

  test('IDs are picked from dropdowns that exist, and searches exist for them (D004, D005, D013, D014)', () => {
    for (const field of inputFields.filter(({ key }) => key.endsWith('_id'))) {
      const [trigger, value, label] = field.dynamic?.split('.') ?? [];
      const source = steps.find((each) => each.kind === 'trigger' && each.key === trigger);
      expect(source?.operation.outputFields?.map(({ key }) => key)).toEqual(
        expect.arrayContaining([value, label]),
      );
      const [search] = field.search?.split('.') ?? [];
      expect(search === undefined || search in privateApp.searches).toBe(true);
    }
  });

  test('a step asks for no key of an account (D001), and its help adds to its label (D011)', () => {
    for (const { key, label, helpText } of inputFields) {
      expect(key).not.toMatch(/api_?key|token|secret|password/);
      expect(helpText?.replace(/\.$/, '').toLowerCase()).not.toBe(label?.toLowerCase());
    }
    expect(kind === 'trigger' || inputFields.length > 0).toBe(true);
  });

  test('an instant trigger has samples on demand (D006)', () => {
    expect(operation.type !== 'hook' || operation.performList !== undefined).toBe(true);
  });
});

test('a deletion is promised only while the list still contains the experience', () => {
  const { description } = privateApp.triggers.experience_status_changed?.display ?? {};
  expect(description).toContain('deleted while it is still listed');
});

test('the documented fields come first, under their documented names', () => {
  const documented = [
    'Experience Name',
    'Action Type',
    'Experience Type',
    'Timestamp',
    'Experience ID',
    'Triggered By Email',
  ];
  for (const { kind, operation } of visible) {
    if (kind === 'trigger' && operation.outputFields?.some(({ key }) => key === 'action_type')) {
      expect(operation.outputFields?.slice(0, 6).map(({ label }) => label)).toEqual(documented);
    }
  }
});

test('every trigger for events gives the same object', () => {
  const shapes = visible
    .filter(({ operation }) => operation.outputFields?.some(({ key }) => key === 'action_type'))
    .map(({ operation }) => JSON.stringify(operation.outputFields));
  expect(new Set(shapes).size).toBe(1);
  for (const action of ACTIONS) {
    expect(Object.keys(sampleEvent(action))).toEqual(Object.keys(sampleEvent('createExperience')));
  }
});

test('links are complete and encrypted, and addresses in texts are in backticks (D007, D008)', () => {
  for (const [path, text] of texts(privateApp)) {
    const outside = text.replaceAll(/\[[^\]]+\]\(https:\/\/[^)\s]+\)/g, '').replaceAll(/`[^`]*`/g, '');
    expect([path, /https?:\/\/\w/.test(outside)]).toEqual([path, false]);
  }
});

test('the connection says where to find what it asks for, and has a name (D002, D003)', () => {
  const { authentication } = privateApp;
  const fields = (authentication?.fields ?? []) as PlainInputField[];
  expect(fields.every(({ helpText }) => helpText !== undefined)).toBe(true);
  for (const key of ['access_token', 'webhook_secret']) {
    expect(fields.find((field) => field.key === key)?.helpText).toMatch(/\[[^\]]+\]\(https:\/\//);
  }
  expect(fields.filter(({ required }) => required).map(({ key }) => key)).toEqual(['access_token']);
  expect(authentication?.connectionLabel).toBe('{{label}}');
});
