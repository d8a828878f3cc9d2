import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { email } from '../../../../receivers/destinations/email/definition.ts';
import { parseMail, startFakeSmtp } from '../../../fakes/smtp.ts';
import { AWKWARD_MESSAGES, SAMPLE_REPORT, sampleMessage } from '../../../fixtures/messages.ts';
import { attempt } from '../common/opened.ts';
import { opened } from './opened.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'templates-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), content);
  }
}

/** The mail of a message with the templates of the folder. */
function rendered(message = sampleMessage('start')): { text: string; html: string } {
  const { text, document } = email.preview(message, { ...email.example, templatesFolder: folder });
  return { text, html: document.content };
}

test('a template file replaces only the built-in template of the same name', () => {
  write({ 'startExperience.html.liquid': '<p>{{ experience.name }} {{ verb }}</p>' });
  expect(rendered().html).toBe('<p>Backpack price test was started</p>');
  expect(rendered().text).toContain('Type: Price (A/B test)');
  expect(rendered(sampleMessage('end')).html).toContain('Experience ended');
});

test('HTML is escaped; text and subject are not', () => {
  const template = '{{ experience.name }}';
  write({
    'startExperience.html.liquid': template,
    'startExperience.text.liquid': template,
    'startExperience.subject.liquid': template,
  });
  const { text, html } = rendered(AWKWARD_MESSAGES.html as never);
  expect(html).toBe('&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;');
  expect(text).toContain('Subject: <script>alert(1)</script><img src=x onerror=alert(1)>\n');
});

test('experience.*.liquid replaces the default for every action without its own template', () => {
  write({
    'experience.html.liquid': '<p>Any: {{ verb }}</p>',
    'pauseExperience.html.liquid': '<p>Paused</p>',
  });
  expect(rendered().html).toBe('<p>Any: was started</p>');
  expect(rendered(sampleMessage('end')).html).toBe('<p>Any: was ended</p>');
  expect(rendered(sampleMessage('pause')).html).toBe('<p>Paused</p>');
});

test('a template of one action can change a part of the default', () => {
  write({
    'startExperience.html.liquid':
      "{% layout 'experience.html.liquid' %}{% block story %}<p>Watch it for {{ variations.size }} variations.</p>{% endblock %}",
  });
  expect(rendered().html).toContain('<p>Watch it for 2 variations.</p>');
  expect(rendered().html).toContain('Experience started');
  expect(rendered(sampleMessage('end')).html).not.toContain('Watch it');
});

test('a partial changes each mail that uses it', () => {
  write({ '_badge.html.liquid': '<b>OURS {{ words }}</b>' });
  expect(rendered().html).toContain('<b>OURS Experience started</b>');
  expect(rendered(sampleMessage('pause')).html).toContain('<b>OURS Experience paused</b>');
});

test.each([
  ['an unknown name', '{{ experience.nmae }}', 'undefined variable: experience.nmae'],
  ['an unknown filter', '{{ verb | shout }}', 'undefined filter: shout'],
  ['a fault in writing', '{% if late %}', 'tag {% if late %} not closed'],
  ['an unknown partial', "{% include '_nothing.liquid' %}", '_nothing.liquid'],
  ['no end', '{% for i in (1..1000000000) %}{{ i }}{% endfor %}', 'memory alloc limit exceeded'],
])('%s: the error names the file, and the built-in template is used', (_, template, fault) => {
  write({ 'startExperience.html.liquid': template });
  const { text, html } = rendered();
  expect(html).toContain('Experience started');
  expect(text).toContain('The template startExperience.html.liquid failed: ');
  expect(text).toContain(fault);
});

test('an error in a partial names the partial', () => {
  write({ '_badge.html.liquid': '{{ wrods }}' });
  expect(rendered().text).toContain(
    'The template _badge.html.liquid (used by startExperience.html.liquid) failed: undefined variable: wrods',
  );
});

test('a template uses “if” or “default” for names that may be missing', () => {
  write({
    'startExperience.html.liquid':
      '{% if payload.experience.hypothesis %}{{ payload.experience.hypothesis }}{% endif %}{{ payload.foo | default: "none" }}',
  });
  expect(rendered().html).toBe('none');
});

test('a subject stays on one line', () => {
  write({ 'startExperience.subject.liquid': 'one\r\nBcc: victim@evil.example\n\n{{ experience.name }}' });
  expect(rendered().text).toContain('Subject: one Bcc: victim@evil.example Backpack price test\n');
});

test('a template in UTF-16 is not used, and the check says how to save it', async () => {
  const text = '{{ experience.name }} {{ verb }}';
  write({ 'startExperience.text.liquid': text });
  const marked = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
  writeFileSync(join(folder, 'startExperience.html.liquid'), marked);
  writeFileSync(join(folder, 'endExperience.html.liquid'), Buffer.from(text, 'utf16le'));
  writeFileSync(join(folder, 'pauseExperience.html.liquid'), Buffer.from('Gr\xfcezi', 'latin1'));
  expect(rendered().html).toContain('Experience started');
  expect(rendered().text).toContain('Backpack price test was started');
  const smtp = await startFakeSmtp();
  const destination = await opened(smtp, { templatesFolder: folder });
  const findings = (await destination.check()).map(({ finding, fix }) => `${finding} ${fix}`).join('\n');
  await destination.close();
  await smtp.close();
  expect(findings).toContain('startExperience.html.liquid is in UTF-16, not UTF-8');
  expect(findings).toContain('endExperience.html.liquid is in UTF-16, not UTF-8');
  expect(findings).toContain('pauseExperience.html.liquid is in another encoding, not UTF-8');
  expect(findings).toContain('Save it as UTF-8');
});

test('an empty subject falls back to the built-in one', () => {
  write({ 'startExperience.subject.liquid': '  \n' });
  expect(rendered().text).toContain('Subject: Backpack price test (Price, Alpine Goods)\n');
});

test('a mail with a broken template still goes out, and the error is logged and kept with the delivery', async () => {
  write({ 'startExperience.html.liquid': '{{ nothing }}' });
  const smtp = await startFakeSmtp();
  const lines: string[] = [];
  const log = pino({}, { write: (line) => lines.push(line) });
  const destination = await opened(smtp, { templatesFolder: folder }, log);
  const outcome = await destination.send(sampleMessage('start'), attempt());
  await destination.close();
  expect(outcome).toMatchObject({
    type: 'done',
    note: expect.stringContaining('undefined variable: nothing'),
  });
  expect(lines.join()).toContain('undefined variable: nothing');
  expect((await parseMail(smtp.mails[0]!)).html).toContain('Experience started');
  await smtp.close();
});

test('the check finds broken templates before any mail is sent', async () => {
  write({
    'startExperiense.html.liquid': 'never used',
    'deleteExperience.text.liquid': '{{ nothing }}',
    'report.html.liquid': '{{ titel }}',
  });
  const smtp = await startFakeSmtp();
  const destination = await opened(smtp, { templatesFolder: folder });
  const findings = (await destination.check())
    .filter(({ what, state }) => what === 'Email templates' && state === 'warning')
    .map(({ finding }) => finding);
  await destination.close();
  await smtp.close();
  expect(findings).toEqual([
    expect.stringContaining('No mail uses the template startExperiense.html.liquid'),
    expect.stringContaining('deleteExperience.text.liquid failed: undefined variable: nothing'),
    expect.stringContaining('report.html.liquid failed: undefined variable: titel'),
  ]);
});

test('the check finds an error in a branch that only some events reach', async () => {
  write({
    'endExperience.text.liquid': '{% if results %}{{ results.verdikt }}{% endif %}',
    'updateExperience.text.liquid': '{% for change in changes %}{{ chnge }}{% endfor %}',
  });
  const smtp = await startFakeSmtp();
  const destination = await opened(smtp, { templatesFolder: folder });
  const findings = (await destination.check()).map(({ finding }) => finding).join('\n');
  await destination.close();
  await smtp.close();
  expect(findings).toContain('endExperience.text.liquid failed: undefined variable: results.verdikt');
  expect(findings).toContain('updateExperience.text.liquid failed: undefined variable: chnge');
});

test('the check reports that valid templates are fine', async () => {
  write({ 'report.html.liquid': '<h1>{{ title }}</h1>' });
  expect(rendered(SAMPLE_REPORT as never).html).toBe(`<h1>${SAMPLE_REPORT.report.title}</h1>`);
  const smtp = await startFakeSmtp();
  const destination = await opened(smtp, { templatesFolder: folder });
  expect(await destination.check()).toContainEqual(
    expect.objectContaining({ what: 'Email templates', state: 'ok' }),
  );
  await destination.close();
  await smtp.close();
});

test('a missing template folder is reported, and the built-in templates are used', () => {
  rmSync(folder, { recursive: true });
  const { text, html } = rendered();
  expect(html).toContain('Experience started');
  expect(text).toContain(`The template folder ${folder} cannot be read`);
});
