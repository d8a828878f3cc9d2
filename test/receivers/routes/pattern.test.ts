import { describe, expect, test } from '@jest/globals';
import { fitsPattern } from '../../../receivers/routes/pattern.ts';

describe('fitsPattern', () => {
  test.each([
    ['*price*', 'A/B Price test'],
    ['*', ''],
    ['*', 'two\nlines'],
    ['content/*', 'content/url'],
    ['Q? *', 'q4 bundle'],
    ['a?b', 'a👩b'],
    ['[EU] Price (new) {v2}', '[eu] price (NEW) {V2}'],
    ['50\\* off', '50* off'],
    ['what\\?', 'what?'],
    ['ends with \\', 'ends with \\'],
    ['*a*b', 'ab ab'],
    ['**x**', 'x'],
    ['.hidden', '.HIDDEN'],
    ['!not', '!not'],
  ])('the pattern %j fits %j', (pattern, text) => {
    expect(fitsPattern(pattern, text)).toBe(true);
  });

  test.each([
    ['price', 'a price'],
    ['price', 'prices'],
    ['', 'x'],
    ['x', ''],
    ['?', ''],
    ['a?b', 'ab'],
    ['50\\* off', '500 off'],
    ['[ab]', 'a'],
    ['content/*', 'context/url'],
    ['*a*b', 'ab a'],
  ])('the pattern %j does not fit %j', (pattern, text) => {
    expect(fitsPattern(pattern, text)).toBe(false);
  });

  test('patterns agree with a regular expression that tries every way', () => {
    const letters = ['a', 'b', '*', '?'];
    const words = (of: string[], length: number): string[] =>
      length === 0
        ? ['']
        : words(of, length - 1).flatMap((word) => [word, ...of.map((letter) => word + letter)]);
    const texts = [...new Set(words(['a', 'b'], 4))];
    for (const pattern of new Set(words(letters, 4))) {
      const slow = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
      for (const text of texts) {
        expect(`${pattern} ${text} ${fitsPattern(pattern, text)}`).toBe(
          `${pattern} ${text} ${slow.test(text)}`,
        );
      }
    }
  });

  test('a name that nearly fits a pattern in many ways does not take long', () => {
    expect(fitsPattern(`${'*a'.repeat(90)}*b`, 'a'.repeat(100_000))).toBe(false);
  });
});
