import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runCommandHere } from '../../fixtures/command-here.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';

const SECRETS = { OUTLET_SECRET: 'the-secret-of-the-outlet', MAIN_SECRET: 'the-secret-of-the-main-store' };

/** Settings as people have them: more in the file than this terminal has variables for. */
function settingsFile(port: string): string {
  return `
server: { host: 127.0.0.1, port: ${port}, signatureHeader: X-Signed }
storage: { dataFolder: '${join(home.folder, 'elsewhere')}' }
sources:
  - { name: default, secrets: ['\${MAIN_SECRET}'] }
  - { name: outlet, secrets: ['\${OUTLET_SECRET}'] }
destinations:
  - { name: team, type: http, url: 'http://127.0.0.1:1/', allowPrivate: true, secret: '\${API_SECRET}' }
`;
}

let home: ReturnType<typeof temporaryFolder>;
let receiver: ReceiverHere;

beforeAll(async () => {
  home = temporaryFolder();
  writeFileSync(join(home.folder, 'receivers.yaml'), settingsFile('0'));
  const started = await ReceiverHere.start(
    {
      ...SECRETS,
      API_SECRET: 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=',
      INTELLIGEMS_WEBHOOK_SECRET: '',
      LOG_PRETTY: 'false',
    },
    { cwd: home.folder },
  );
  receiver = started;
  writeFileSync(join(home.folder, 'receivers.yaml'), settingsFile(new URL(receiver.url).port));
});

afterAll(async () => {
  await receiver.stop();
  home.remove();
});

function send(words: readonly string[], variables: Record<string, string> = SECRETS) {
  return runCommandHere(['send', ...words], variables, { cwd: home.folder });
}

describe('send, with receivers.yaml', () => {
  test('takes port, header and secret from the file, whatever else in it is at fault', async () => {
    const { code, stdout, stderr } = await send(['start']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^start: 200 \{"status":"accepted"/);
  });

  test('sends as another source, with its own secret', async () => {
    expect((await send(['create', '--source', 'outlet'])).stdout).toMatch(/^create: 200 /);
    await receiver.printed(/"source":"outlet","action":"createExperience"/);
    const none = await send(['create', '--source', 'nobody']);
    expect(none.code).toBe(1);
    expect(none.stderr).toMatch('There is no source “nobody”. The settings name default, outlet.');
  });

  test('says which variable is missing where that is the secret', async () => {
    const { code, stderr } = await send(['start'], { MAIN_SECRET: SECRETS.MAIN_SECRET });
    expect(code).toBe(78);
    expect(stderr).toMatch(/receivers.yaml:6 sources\[1\].*\n.*OUTLET_SECRET is not set/);
    expect(stderr).not.toMatch('API_SECRET');
  });

  test('an empty secret is refused as such, for the receiver runs', async () => {
    const { code, stderr } = await send(['start', '--secret', '']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/--secret .*It is empty\. Write the secret, or leave out --secret/);
    expect(stderr).not.toMatch('Is the receiver running?');
  });

  test('send --forge needs no sample', async () => {
    const { code, stdout } = await send(['--forge']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^start: 401 /);
  });

  test('a forged one is refused, and that is the answer', async () => {
    const { code, stdout } = await send(['start', '--forge']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^start: 401 \{.*"title":"Signature refused"/);
  });
});

describe('send', () => {
  test('says what to do where nothing listens', async () => {
    const { code, stderr } = await runCommandHere(['send', 'start'], {
      HOST: '127.0.0.1',
      PORT: '1',
      INTELLIGEMS_WEBHOOK_SECRET: 'x',
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /no answer from http:\/\/127\.0\.0\.1:1\/\S+ \(bad port\)\. .*Start it with: npm start/,
    );
  });

  test('says what to do without a secret, a sample, or a file', async () => {
    const empty = temporaryFolder();
    const cases: [words: string[], said: RegExp][] = [
      [['start'], /There is no secret to sign with\. Start the receiver once/],
      [['--secret', 'x'], /Give a sample \(create, start/],
      [['strat', '--secret', 'x'], /There is no sample “strat”\. Did you mean “start”\?/],
      [['begin', '--secret', 'x'], /There is no sample “begin”\. Write one of create, start/],
      [['start', '--all', '--secret', 'x'], /Choose one of a sample \(create, .*--all, or --body FILE/],
      [['start', '--body', 'package.json', '--secret', 'x'], /Choose one of a sample/],
      [['--body', 'nowhere.json', '--secret', 'x'], /The file nowhere\.json cannot be read/],
    ];
    await Promise.all(
      cases.map(async ([words, said]) => {
        const { code, stderr } = await runCommandHere(['send', ...words], { DATA_DIR: empty.folder });
        expect(code).toBe(1);
        expect(stderr).toMatch(said);
      }),
    );
    empty.remove();
  });
});
