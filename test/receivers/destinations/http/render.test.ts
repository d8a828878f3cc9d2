import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Message } from '../../../../receivers/contract/message.ts';
import { http } from '../../../../receivers/destinations/http/definition.ts';
import { render } from '../../../../receivers/destinations/http/render.ts';
import { expectGolden } from '../../../fixtures/golden.ts';
import {
  AWKWARD_MESSAGES,
  MONITORING_REPORTS,
  SAMPLE_NAMES,
  SAMPLE_REPORT,
  sampleMessage,
} from '../../../fixtures/messages.ts';

const MESSAGES: Record<string, Message> = {
  ...Object.fromEntries(SAMPLE_NAMES.map((name) => [name, sampleMessage(name)])),
  ...AWKWARD_MESSAGES,
  report: SAMPLE_REPORT,
  ...MONITORING_REPORTS,
};

const TEMPLATE = `{
  "text": "{{ experience.name }} {{ verb }}{% if triggeredBy %} by {{ triggeredBy }}{% endif %}",
  "at": {{ timestamp.iso | json }},
  "variations": [{% for variation in variations %}{% unless forloop.first %}, {% endunless %}{{ variation.name | json }}{% endfor %}],
  "store": {{ organization | json }}
}`;

describe.each(Object.entries(MESSAGES))('%s', (name, message) => {
  const file = name.replaceAll(' ', '-');

  test('the default body matches its golden file', () => {
    const { document } = http.preview({ ...message, key: 'evt_key' }, http.example);
    expect(document.type).toBe('json');
    expectGolden(new URL(`golden/${file}.json`, import.meta.url), `${document.content}\n`);
  });

  test('the body of a template matches its golden file', () => {
    const rendered = render(message, TEMPLATE);
    expect(rendered).toMatchObject({ ok: true });
    const { body } = rendered as { body: string };
    expect(() => JSON.parse(body)).not.toThrow();
    if (message.kind === 'experience') {
      expectGolden(new URL(`golden/template/${file}.json`, import.meta.url), `${body}\n`);
    }
  });
});

test('a name cannot end the JSON string it is in', () => {
  const message = sampleMessage('start');
  const name = '", "admin": true, "x": "\\';
  const event = { ...message.event, experience: { ...message.event.experience, name } };
  const rendered = render({ ...message, event }, '{"text":"{{ experience.name }}"}');
  expect(JSON.parse((rendered as { body: string }).body)).toEqual({ text: name });
});

test('a template that fails for an event describes its error', () => {
  const template = '{"name": "{{ payload.experience.description }}"}';
  const problem = render(AWKWARD_MESSAGES['missing fields'] as never, template);
  expect(problem).toEqual({
    ok: false,
    problem: 'The body template failed: undefined variable: payload.experience.description, line:1, col:14.',
  });
});

test('the preview shows the URL without its path, which may be a secret', () => {
  const { text } = http.preview(sampleMessage('start'), {
    ...http.example,
    url: 'https://hooks.example.com/T123/secret-token?key=1',
  });
  expect(text).toContain('POST https://hooks.example.com/…');
  expect(text).not.toContain('secret-token');
});

test('a webhook that nests too deep for JavaScript to write again is sent unchanged', () => {
  const message = sampleMessage('start');
  const body = `{"deep":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  const event = { ...message.event, payload: JSON.parse(body) };
  for (const template of [undefined, '{"all": {{ payload | json }}}']) {
    const rendered = render({ ...message, event, body }, template);
    expect(rendered).toMatchObject({ ok: true, body: expect.stringContaining(body) });
  }
  expect(render({ ...message, event, body }, '{"part": {{ payload.deep | json }}}')).toMatchObject({
    ok: false,
  });
});

test('with any name of an experience, a template gives JSON that contains it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      fc.pre(name.trim() !== '');
      const message = sampleMessage('start');
      const event = { ...message.event, experience: { ...message.event.experience, name } };
      const rendered = render(
        { ...message, event },
        '{"a":"{{ experience.name }}","b":{{ experience.name | json }}}',
      );
      const trimmed = name.trim();
      expect(JSON.parse((rendered as { body: string }).body)).toEqual({ a: trimmed, b: trimmed });
    }),
  );
});
