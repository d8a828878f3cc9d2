import { expect, test } from '@jest/globals';
import { CONNECTED_KINDS } from '../../../../receivers/destinations/index.ts';
import { COLUMN_FIELDS } from '../../../../receivers/destinations/sheets/columns.ts';
import { messageOf, samplePayload } from '../../../fixtures/messages.ts';

const LINK = 'https://app.intelligems.io/experiment/7c0d9a54-3b1e-4f3a-9d27-52f0c9a1b6e8';

function aboutMessage() {
  const payload = samplePayload('start');
  const [control, variation] = payload.experience.variations as Record<string, unknown>[];
  const experience = {
    ...payload.experience,
    variations: [control, { ...variation, functionSyncError: true }],
  };
  const rollsOut = { experienceId: 'banner', name: 'Banner test', link: LINK };
  return messageOf({ ...payload, experience }, { rollsOut });
}

/** Each kind with settings that show all that it can show. */
const shown = CONNECTED_KINDS.map((kind) => {
  const example = kind.example as object;
  const settings =
    kind.kind === 'sheets'
      ? { ...example, columns: COLUMN_FIELDS.map((field) => ({ field, header: field })) }
      : example;
  return [kind.kind, kind, settings] as const;
});

test.each(shown)(
  '%s shows the hypothesis, the primary metric, what is rolled out, and a failed sync with Shopify',
  (_, kind, settings) => {
    const { text, document } = kind.preview(aboutMessage(), settings);
    const all = `${text}\n${document.content}`.replaceAll('\\', '');
    expect(all).toContain('Does a lower price on the Ridge backpack');
    expect(all).toContain('Revenue per visitor');
    expect(all).toContain('Banner test');
    expect(all).toMatch(/Not synced with Shopify|could not sync this experience with Shopify/i);
  },
);

test.each(shown)('%s does not warn of a failed sync unless one failed', (_, kind, settings) => {
  const { text, document } = kind.preview(messageOf(samplePayload('start')), settings);
  expect(`${text}\n${document.content}`).not.toMatch(/with Shopify/i);
});
