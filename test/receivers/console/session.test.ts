import { expect, test } from '@jest/globals';
import { roleOfSession, SESSION_MS, sessionValue } from '../../../receivers/console/access/session.ts';

const tokens = { editor: 'one', viewer: 'two' };

test('a session ends at its time, and when its token changes', () => {
  const value = sessionValue('editor', 1_000, tokens);
  expect(roleOfSession(value, tokens, 999)).toBe('editor');
  expect(roleOfSession(value, tokens, 1_000)).toBeNull();
  expect(roleOfSession(value, { ...tokens, editor: 'new' }, 999)).toBeNull();
});

test('a session made while the clock was ahead lasts no longer than any other', () => {
  const now = Date.parse('2026-11-27T12:00:00Z');
  const whileAhead = sessionValue('editor', now + 365 * 86_400_000 + SESSION_MS, tokens);
  expect(roleOfSession(whileAhead, tokens, now)).toBeNull();
  expect(roleOfSession(sessionValue('editor', now + SESSION_MS, tokens), tokens, now)).toBe('editor');
  const beforeACorrection = sessionValue('editor', now + 1_000 + SESSION_MS, tokens);
  expect(roleOfSession(beforeACorrection, tokens, now)).toBe('editor');
});
