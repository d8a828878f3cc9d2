import { expect, test } from '@jest/globals';
import { roleOfSession, sessionValue } from '../../../receivers/console/access/session.ts';

const tokens = { editor: 'one', viewer: 'two' };

test('a session ends at its time, and when its token changes', () => {
  const value = sessionValue('editor', 1_000, tokens);
  expect(roleOfSession(value, tokens, 999)).toBe('editor');
  expect(roleOfSession(value, tokens, 1_000)).toBeNull();
  expect(roleOfSession(value, { ...tokens, editor: 'new' }, 999)).toBeNull();
});
