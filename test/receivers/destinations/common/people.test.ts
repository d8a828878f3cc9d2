import { expect, test } from '@jest/globals';
import { DESTINATION_KINDS } from '../../../../receivers/destinations/index.ts';
import { sampleMessage } from '../../../fixtures/messages.ts';

test.each(DESTINATION_KINDS.map((kind) => [kind.title, kind] as const))(
  '%s names everyone who had a part in a burst of updates',
  (_, kind) => {
    const message = sampleMessage('update', { alsoBy: ['noor@alpine-goods.example'] });
    const { text } = kind.preview(message, kind.example);
    expect(text).toContain('jonas@alpine-goods.example');
    expect(text).toContain('noor@alpine-goods.example');
  },
);
