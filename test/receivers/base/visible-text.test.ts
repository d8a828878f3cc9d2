import { expect, test } from '@jest/globals';
import { visible } from '../../../receivers/base/visible-text.ts';

test('visible text has every control character and reordering mark written out', () => {
  expect(visible('a\u202Eb\u2066c\u0000d\u001Be\r\n\tf\u2028g\u007Fh\u009Bi')).toBe(
    'a[U+202E]b[U+2066]c[U+0000]d[U+001B]e[U+000D]\n\tf[U+2028]g[U+007F]h[U+009B]i',
  );
});

test('visible text keeps right-to-left names and replaces unpaired surrogates', () => {
  expect(visible('اختبار\u200F \uD800')).toBe('اختبار \uFFFD');
});
