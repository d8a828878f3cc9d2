import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { visible } from '../../../receivers/base/visible-text.ts';
import { curlCommand } from '../../../receivers/console/pages/curl.ts';
import type { StoredEvent } from '../../../receivers/contract/event.ts';
import { eventRecord } from '../../../receivers/operations/records.ts';

const stored = (body: Uint8Array, headers: Record<string, string> = {}): StoredEvent => ({
  key: 'evt_1',
  sequence: 1,
  source: 'default',
  origin: 'webhook',
  action: null,
  experienceId: null,
  experienceName: null,
  organizationId: null,
  occurredAt: null,
  receivedAt: 1,
  body,
  headers: { 'x-intelligems-signature': 'ab', host: 'here', 'content-length': '3', ...headers },
  problem: null,
  late: false,
  triggeredBy: null,
});

/** What curl would send, if a POSIX shell read the command from a file or from a terminal. */
function sentBy(command: string): Buffer {
  const fake =
    'curl() { while [ "$1" != --data-binary ]; do shift; done; if [ "$2" = @- ]; then cat; else printf %s "$2"; fi; }\n';
  return execFileSync('sh', { input: `${fake}${command}\n`, maxBuffer: 64 * 1_024 * 1_024 });
}

test.each([
  ['quotes', Buffer.from(`{"name":"it's $(touch /tmp/x) \\"q\\" \`id\`"}`)],
  ['a leading @', Buffer.from('@/etc/passwd')],
  ['line ends', Buffer.from('{\r\n"a": 1\r\n}')],
  ['a trailing line feed', Buffer.from('{"a":1}\n')],
  ['tabs', Buffer.from('{\t"a": 1}')],
  ['DEL and C1 controls', Buffer.from('{"name":"a\u007F\u009B2J\u202E"}')],
  ['bytes that are not text', Buffer.from([0xff, 0x00, 0x27, 0x80])],
  ['no bytes', Buffer.alloc(0)],
  ['more than the 128 KiB that Linux allows in an argument', Buffer.alloc(200_000, 'é')],
  ['5 MB', Buffer.alloc(5_000_000, '{"a":1}')],
])('the curl command sends the exact bytes of a body with %s', (_, body) => {
  const command = curlCommand(eventRecord(stored(body)), 'https://example.com/hook');
  expect(command).toContain("-H 'x-intelligems-signature: ab'");
  expect(command).not.toContain('content-length');
  expect(sentBy(command).equals(body)).toBe(true);
});

test('the curl command holds no control characters, whatever the event holds', () => {
  const event = eventRecord(
    stored(Buffer.from('{"name":"a\u007F\u0000\u009B2J\u202E\t"}'), { 'x-odd': 'a\u009Bb' }),
  );
  const command = curlCommand(event, 'https://example.com/\u007F');
  expect(visible(command)).toBe(command);
  expect(command).not.toMatch(/\t|x-odd/);
});

test('no line of a long curl command is longer than a terminal accepts', () => {
  const command = curlCommand(eventRecord(stored(Buffer.alloc(200_000, 'x'))), 'https://example.com/hook');
  expect(Math.max(...command.split('\n').map(({ length }) => length))).toBeLessThan(1_000);
});
