import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { http } from '../../../../receivers/destinations/http/definition.ts';
import { startFakeOwnApi } from '../../../fakes/own-api.ts';
import { opened } from './opened.ts';

const URL_ONLY = { url: 'https://api.example.com/events' };
const SECRET = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;

/** The messages that a person gets for settings with a fault. */
function faults(settings: Record<string, unknown>): string[] {
  const parsed = http.settings.safeParse({ ...URL_ONLY, ...settings });
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('settings', () => {
  test('the URL is the only required setting of http', () => {
    expect(http.settings.parse(URL_ONLY)).toEqual({
      ...URL_ONLY,
      method: 'POST',
      headers: {},
      secret: [],
      success: '200-299',
      timeoutMs: 10_000,
      allowPrivate: false,
    });
  });

  test('texts from the environment and values from a file mean the same', () => {
    const fromEnvironment = {
      ...URL_ONLY,
      headers: '{"X-Team":"growth"}',
      secret: `${SECRET},${SECRET}`,
      success: '200, 201',
      timeoutMs: '5000',
      allowPrivate: 'true',
    };
    const fromFile = {
      ...URL_ONLY,
      headers: { 'X-Team': 'growth' },
      secret: [SECRET, SECRET],
      success: [200, '201'],
      timeoutMs: 5000,
      allowPrivate: true,
    };
    expect(http.settings.parse(fromEnvironment)).toEqual(http.settings.parse(fromFile));
  });

  test.each([
    [{ url: 'api.example.com' }, 'url: Write a whole URL'],
    [{ url: 'file:///etc/passwd' }, 'url: Write a whole URL'],
    [
      { url: 'https://bot:pa#ss@api.example.com/' },
      'url: Write a whole URL, beginning with https:// (or http://). Percent-encode',
    ],
    [{ method: 'GET' }, 'method: '],
    [{ headers: 'Authorization: Bearer x' }, 'headers: Write the headers as a JSON object'],
    [{ headers: '{"a":1}' }, 'headers: Write the headers as a JSON object'],
    [{ headers: { 'X-A': 'one\r\nX-B: two' } }, 'headers: The value of X-A has a line break'],
    [{ headers: { 'X A': 'x' } }, 'headers: “X A” is not a header name'],
    [{ headers: { 'Webhook-Id': 'x' } }, 'headers: The receiver sets the header Webhook-Id itself'],
    [
      { secret: 'whsec_short' },
      'secret: A signing secret is whsec_ followed by 24 to 64 bytes in base64; create one with',
    ],
    [{ success: '299-200' }, 'success: Write statuses such as 200-299, 409.'],
    [{ success: 'all' }, 'success: Write statuses such as 200-299, 409.'],
    [{ timeoutMs: 'soon' }, 'timeoutMs: Write whole milliseconds'],
    [{ allowPrivate: 'perhaps' }, 'allowPrivate: Write true or false.'],
    [{ body: '{"a": {{ nmae | json }}}' }, 'body: The body template failed: undefined variable: nmae'],
    [{ body: '{"a": {{ triggeredBy }}}' }, 'body: The body template does not give JSON for every event'],
    [{ body: '{"a": "{{ verb }"}' }, 'body: The body template failed: output "{{ verb }'],
    [{ colour: 'red' }, ': Unrecognized key: "colour"'],
  ])('the http settings %j are refused with what to write instead', (settings, message) => {
    expect(faults(settings).join('\n')).toContain(message);
  });

  test('no error about http settings contains a secret', () => {
    expect(faults({ secret: 'swordfish', headers: '{"Authorization": "swordfish' }).join()).not.toContain(
      'swordfish',
    );
  });

  test('the JSON Schema describes every field and marks the secret ones', () => {
    const { properties = {} } = z.toJSONSchema(http.settings, { io: 'input' });
    const fields = properties as Record<string, { description?: string; secret?: boolean }>;
    expect(Object.values(fields).every(({ description }) => description !== undefined)).toBe(true);
    expect(Object.keys(fields).filter((name) => fields[name]?.secret)).toEqual(['url', 'headers', 'secret']);
    expect(Object.keys(fields).sort()).toEqual(Object.values(http.environment).sort());
  });
});

describe('the check of http', () => {
  test('the check of http passes for an API that accepts connections, with a secret', async () => {
    const api = await startFakeOwnApi();
    const destination = await opened({ url: api.url, secret: SECRET });
    expect(await destination.check()).toEqual([
      expect.objectContaining({ what: 'Encryption', state: 'warning' }),
      expect.objectContaining({ what: 'Your API', state: 'ok' }),
    ]);
    expect(api.requests).toEqual([]);
    await destination.close();
    await api.close();
  });

  test('the check of http warns of requests without a signature, with a command that creates a secret', async () => {
    const destination = await opened({ url: 'https://nothing.invalid/' });
    const checks = await destination.check();
    expect(checks).toContainEqual(
      expect.objectContaining({
        what: 'Signature',
        state: 'warning',
        fix: expect.stringContaining('node -p'),
      }),
    );
    expect(checks).toContainEqual(
      expect.objectContaining({
        state: 'fault',
        finding: expect.stringContaining('The name of nothing.invalid could not be resolved'),
      }),
    );
    await destination.close();
  });
});
