import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PlainInputField } from 'zapier-platform-core';
import { intelligemsApp } from '../../zapier-app/app.ts';

/**
 * Draws the pictures in zapier-app/README.md from the app's own definition, so that they show the fields as they are:
 * `node test/pictures/zapier.ts`. A test checks that they are current.
 */

const app = intelligemsApp({ version: '1.0.0', audience: 'private' });

interface Field {
  label: string;
  value: string;
}

interface Step {
  title: string;
  fields: Field[];
}

/** A step of the app, with what a person enters by the fields' keys; the other fields are blank. */
function ownStep(group: 'triggers' | 'searches', key: string, entered: Record<string, string>): Step {
  const step = (
    app[group] as Record<string, { display: { label: string }; operation: { inputFields?: unknown } }>
  )[key];
  if (step === undefined) {
    throw new Error(`The app has no ${key}`);
  }
  const fields = (step.operation.inputFields ?? []) as PlainInputField[];
  const unknown = Object.keys(entered).filter((name) => !fields.some((field) => field.key === name));
  if (unknown.length > 0) {
    throw new Error(`${key} has no field ${unknown}`);
  }
  return {
    title: `Intelligems: ${step.display.label}`,
    fields: fields.map((field) => ({ label: field.label ?? field.key, value: entered[field.key] ?? '' })),
  };
}

const ANY_EVENT = (events: string) => ownStep('triggers', 'any_experience_event', { events });

const ZAPS: Readonly<Record<string, Step[]>> = {
  slack: [
    ANY_EVENT('Experience Started, Experience Paused, Experience Ended'),
    {
      title: 'Slack: Send Channel Message',
      fields: [
        { label: 'Channel', value: '#experiments' },
        {
          label: 'Message Text',
          value: '{{Experience Name}}: {{Event}} by {{Triggered By Email}}. {{Link}}',
        },
      ],
    },
  ],
  sheets: [
    ANY_EVENT(''),
    {
      title: 'Google Sheets: Create Spreadsheet Row',
      fields: [
        'Experience Name',
        'Action Type',
        'Experience Type',
        'Timestamp',
        'Experience ID',
        'Triggered By Email',
      ].map((label) => ({ label, value: `{{${label}}}` })),
    },
  ],
  email: [
    ownStep('triggers', 'experience_ended', { category: 'A/B test' }),
    ownStep('searches', 'experience_results', { experience_id: '{{Experience ID}}' }),
    {
      title: 'Gmail: Send Email',
      fields: [
        { label: 'To', value: 'team@your-store.example' },
        { label: 'Subject', value: 'Results of {{Experience Name}}: {{Verdict in Words}}' },
        { label: 'Body', value: 'Recommended variation: {{Recommended Variation}} …' },
      ],
    },
  ],
  api: [
    ANY_EVENT(''),
    {
      title: 'Webhooks by Zapier: POST',
      fields: [
        { label: 'URL', value: 'https://api.your-store.example/experiences' },
        { label: 'Payload Type', value: 'json' },
        { label: 'Data', value: 'id → {{Event ID}}, action → {{Action Type}} …' },
      ],
    },
  ],
};

const WIDTH = 680;
const ROW = 52;
const HEAD = 44;
const GAP = 24;

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function row({ label, value }: Field, y: number): string {
  const shown = value === '' ? '<tspan fill="#8a8f98">blank</tspan>' : escaped(value);
  return `<text x="20" y="${y + 14}" font-size="12" fill="#4a4f57">${escaped(label)}</text>
<rect x="20" y="${y + 20}" width="${WIDTH - 40}" height="26" rx="4" fill="#fff" stroke="#c8ccd2"/>
<text x="30" y="${y + 38}" font-size="13" fill="#15181c">${shown}</text>`;
}

/** A Zap's steps with their fields, one below the other. */
export function picture(steps: readonly Step[]): string {
  let y = 8;
  const parts = steps.map(({ title, fields }, index) => {
    const top = y;
    const height = HEAD + fields.length * ROW + 12;
    y += height + GAP;
    return `<rect x="8" y="${top}" width="${WIDTH - 16}" height="${height}" rx="8" fill="#f6f7f9" stroke="#d9dce1"/>
<text x="20" y="${top + 27}" font-size="15" font-weight="600" fill="#15181c">${index + 1}. ${escaped(title)}</text>
${fields.map((field, at) => row(field, top + HEAD + at * ROW)).join('\n')}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}" font-family="system-ui, sans-serif">
<title>${escaped(steps.map(({ title }) => title).join(', then '))}</title>
<rect width="${WIDTH}" height="${y}" fill="#fff"/>
${parts.join('\n')}
</svg>
`;
}

/** All pictures by the names of their files. */
export function zapPictures(): Map<string, string> {
  return new Map(Object.entries(ZAPS).map(([name, steps]) => [`${name}.svg`, picture(steps)]));
}

export const PICTURES_FOLDER = fileURLToPath(new URL('../../zapier-app/pictures/', import.meta.url));

if (import.meta.main) {
  mkdirSync(PICTURES_FOLDER, { recursive: true });
  for (const [name, content] of zapPictures()) {
    writeFileSync(`${PICTURES_FOLDER}${name}`, content);
  }
}
