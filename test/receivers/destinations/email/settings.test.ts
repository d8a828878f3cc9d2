import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { parseMailboxes } from '../../../../receivers/destinations/email/addresses.ts';
import { email } from '../../../../receivers/destinations/email/definition.ts';

const LEAST = { smtpUrl: 'smtp://mail.example.com', from: 'bot@a.example', to: 'ann@a.example' };

function faults(settings: Record<string, unknown>): string {
  const parsed = email.settings.safeParse({ ...LEAST, ...settings });
  return parsed.success
    ? ''
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n');
}

describe('settings', () => {
  test('a server, a sender, and recipients are enough settings', () => {
    expect(email.settings.parse(LEAST)).toEqual({
      ...LEAST,
      subject: 'thread',
      timeZone: 'UTC',
      locale: 'en-US',
    });
  });

  test.each([
    [{ smtpUrl: 'mail.example.com:25' }, 'smtpUrl: Write it as smtps://user:password@host:465'],
    [{ smtpUrl: 'https://mail.example.com' }, 'smtpUrl: Write it as'],
    [{ smtpUrl: 'smtp://bot:pa#ss@mail.example.com' }, 'smtpUrl: Write it as smtps://user:password@host:465'],
    [{ smtpUrl: 'smtp://bot:12#34@mail.example.com' }, 'smtpUrl: Part of the user or password looks like'],
    [{ smtpUrl: 'smtp://bot:12/34@mail.example.com' }, 'smtpUrl: Part of the user or password looks like'],
    [{ smtpUrl: 'smtp://bot:12?34@mail.example.com' }, 'smtpUrl: Part of the user or password looks like'],
    [{ from: 'a@a.example, b@b.example' }, 'from: Give one address only.'],
    [{ from: 'Experiments' }, 'from: “Experiments” is not an email address.'],
    [{ to: '' }, 'to: No email address.'],
    [{ to: ['ann@a.example', 'bob'] }, 'to: “bob” is not an email address.'],
    [{ to: 'ann@a.example\r\nRCPT TO:<victim@evil.example>' }, 'to: “ann@a.example␤␤RCPT TO'],
    [{ timeZone: 'Zurich' }, 'timeZone: Write a time zone as America/New_York'],
    [{ locale: 'english!' }, 'locale: Write a locale as en-US'],
    [{ listId: 'Our list\r\nX: y' }, 'listId: Write it like a domain name'],
    [{ unsubscribe: 'http://a.example/' }, 'unsubscribe: Write an https:// page'],
    [{ unsubscribe: 'https://a.example/>\r\nX: y' }, 'unsubscribe: Write an https:// page'],
    [{ cc: 'x' }, ': Unrecognized key: "cc"'],
  ])('the email settings %j are refused with what to write instead', (settings, message) => {
    expect(faults(settings)).toContain(message);
  });

  test('the JSON Schema describes every field and marks the secret one', () => {
    const { properties = {} } = z.toJSONSchema(email.settings, { io: 'input' });
    const fields = properties as Record<string, { description?: string; secret?: boolean }>;
    expect(Object.values(fields).every(({ description }) => description !== undefined)).toBe(true);
    expect(Object.keys(fields).filter((name) => fields[name]?.secret)).toEqual(['smtpUrl']);
    expect(Object.keys(fields).sort()).toEqual(Object.values(email.environment).sort());
  });
});

describe('mailboxes', () => {
  test.each([
    ['ann@a.example', [{ name: '', address: 'ann@a.example' }]],
    [
      'ann@a.example, Bob <bob@b.example>; "Keller, Jo" <jo@c.example>',
      [
        { name: '', address: 'ann@a.example' },
        { name: 'Bob', address: 'bob@b.example' },
        { name: 'Keller, Jo', address: 'jo@c.example' },
      ],
    ],
    ['<ann+x@a.example>,', [{ name: '', address: 'ann+x@a.example' }]],
    ['ann@a.example, ANN@A.EXAMPLE', [{ name: '', address: 'ANN@A.EXAMPLE' }]],
    ['Zoë <zoe@bücher.example>', [{ name: 'Zoë', address: 'zoe@bücher.example' }]],
    ['root@localhost', [{ name: '', address: 'root@localhost' }]],
  ])('%s', (text, mailboxes) => {
    expect(parseMailboxes(text)).toEqual({ ok: true, mailboxes });
  });

  test.each([
    'ann',
    '@a.example',
    'ann@',
    'ann@a..example',
    'ann@-a.example',
    'ann@a.example bob@b.example',
    'Ann <ann@a.example',
    'ann@a.example>',
    'ann@a.example\nbob@b.example',
    'Ann\r\nBcc: x <ann@a.example>',
    'ann@a.example\u0000',
    '<ann@a.example> NOTIFY=NEVER',
    `${'a'.repeat(65)}@a.example`,
    '"ann b"@a.example',
    'ann@[127.0.0.1]',
  ])('the mailboxes %j are refused', (text) => {
    expect(parseMailboxes(text)).toMatchObject({ ok: false });
  });

  test('more than 50 mailboxes are refused', () => {
    const many = Array.from({ length: 51 }, (_, index) => `person${index}@a.example`);
    expect(parseMailboxes(many)).toEqual({
      ok: false,
      problem: '51 addresses; at most 50 are allowed.',
    });
  });
});
