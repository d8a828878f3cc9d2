import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type FakeGoogleSheets, startFakeGoogleSheets } from '../fakes/google-sheets.ts';
import { sampleBody } from '../fixtures/messages.ts';
import { temporaryFolder } from '../fixtures/receiver.ts';
import { ReceiverHere } from '../fixtures/receiver-here.ts';

const closing: (() => unknown)[] = [];
let fake: FakeGoogleSheets;

beforeEach(async () => {
  fake = await startFakeGoogleSheets();
  closing.push(() => fake.close());
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) {
    await close();
  }
});

async function receiver(): Promise<ReceiverHere> {
  const home = temporaryFolder();
  const started = await ReceiverHere.start({
    DATA_DIR: home.folder,
    GOOGLE_SERVICE_ACCOUNT_KEY: fake.serviceAccountKey,
    SHEETS_SPREADSHEET_ID: fake.spreadsheet.id,
    GOOGLE_API_ROOT_URL: fake.url,
    SHEETS_WRITES_PER_MINUTE: '6000',
    FIRST_RETRY_SECONDS: '0.05',
  });
  closing.push(
    () => home.remove(),
    () => started.stop(),
  );
  return started;
}

const PAGE = {
  kind: 'status',
  status: 200,
  contentType: 'text/html; charset=utf-8',
  body: '<!DOCTYPE html><html><title>Blocked</title><p>This site is blocked by your administrator.</p></html>',
} as const;

describe('an HTML page with status 200 from a proxy in front of Google', () => {
  // RFC 6585, appendix B: software takes the page of a captive portal for the answer that it asked for.
  test.each([
    ['the write', ':batchUpdate', /The row may have been written/],
    ['the read', '/v4/spreadsheets/', /Something other than Google answered/],
    ['the token', '/token', /Something other than Google answered/],
  ])(
    'an HTML page does not count as an answer to %s: the next attempt writes the row once',
    async (_, path, reason) => {
      const started = await receiver();
      fake.faults.add(PAGE, { path });
      fake.faults.add(PAGE, { path });
      await started.post(sampleBody('start'));
      expect(await started.printed(/[^\n]*"will try again"/)).toMatch(reason);
      await started.printed(/"delivered"/);
      expect(fake.spreadsheet.records('Intelligems')).toHaveLength(1);
      expect(fake.spreadsheet.records('Experiences')).toHaveLength(1);
    },
  );
});

/** An error in the form of Google's API, with the older kind of reason. */
function error(code: number, status: string, reason: string, message: string): string {
  return JSON.stringify({ error: { code, status, message, errors: [{ domain: 'usageLimits', reason }] } });
}

describe('errors that Google answers', () => {
  // https://developers.google.com/workspace/drive/api/guides/handle-errors
  test.each([
    ['dailyLimitExceeded', /limit of calls is reached[^\n]*"will try again"/],
    ['quotaExceeded', /limit of calls is reached[^\n]*"will try again"/],
    ['storageQuotaExceeded', /storage of the spreadsheet’s owner is full[^\n]*"dead letter"/],
  ])(
    'the error %s with status 403 does not count as a spreadsheet that is not shared',
    async (reason, expected) => {
      const started = await receiver();
      fake.faults.draw(({ url }) =>
        url?.startsWith('/v4/')
          ? {
              kind: 'status',
              status: 403,
              contentType: 'application/json; charset=UTF-8',
              body: error(403, 'PERMISSION_DENIED', reason, 'It was exceeded.'),
            }
          : null,
      );
      await started.post(sampleBody('start'));
      await started.printed(expected);
    },
  );

  // https://github.com/theoephraim/node-google-spreadsheet/issues/651
  test('an Excel file is recognized even if only the message says so', async () => {
    const started = await receiver();
    fake.faults.draw(({ url }) =>
      url?.startsWith('/v4/')
        ? {
            kind: 'status',
            status: 400,
            contentType: 'application/json; charset=UTF-8',
            body: error(400, 'INVALID_ARGUMENT', 'badRequest', 'The document must not be an Office file.'),
          }
        : null,
    );
    await started.post(sampleBody('start'));
    await started.printed(/Save as Google Sheets[^\n]*"dead letter"/);
  });
});
