import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { welcome } from '../../../receivers/cli/welcome.ts';
import { loadConfiguration } from '../../../receivers/config/load.ts';
import { kindTitles } from '../../../receivers/destinations/index.ts';
import { signWebhook } from '../../../shared/verifier.ts';
import { startFakeOwnApi } from '../../fakes/own-api.ts';
import { runCommandHere } from '../../fixtures/command-here.ts';
import { sampleBody, samplePayload } from '../../fixtures/messages.ts';
import { environment, Receiver, runCommand, SECRET, temporaryFolder } from '../../fixtures/receiver.ts';

/**
 * A test with a data folder of its own, which runs at the same time as others: most of the time is waiting for other
 * processes to start, and for a stop that takes as long as it may.
 */
function folderTest(name: string, work: (folder: string) => Promise<void>, possible = true): void {
  (possible ? test.concurrent : test.concurrent.skip)(name, async () => {
    const home = temporaryFolder();
    await work(home.folder);
    home.remove();
  });
}

/** The same for a test whose commands run in its own process, which jest allows only one at a time. */
function folderTestHere(name: string, work: (folder: string) => Promise<void>, possible = true): void {
  (possible ? test : test.skip)(name, async () => {
    const home = temporaryFolder();
    await work(home.folder);
    home.remove();
  });
}

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const HERE = { HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'silent', LOG_PRETTY: 'true' };

folderTestHere('--role wins over RECEIVER_ROLE, and one that there is not ends with 78', async (folder) => {
  const settings = { ...HERE, PORT: 'none', DATA_DIR: folder };
  const wrong = await runCommandHere(['start', '--role', 'both'], { ...settings, RECEIVER_ROLE: 'all' });
  expect(wrong.code).toBe(78);
  expect(wrong.stderr).toMatch(/RECEIVER_ROLE\n +It is the text "both"\. Write all, accept or deliver/);
  const right = await runCommandHere(['start', '--role', 'accept'], { ...settings, RECEIVER_ROLE: 'both' });
  expect(right.stderr).toMatch(/PORT/);
  expect(right.stderr).not.toMatch(/RECEIVER_ROLE/);
});

describe('the first start', () => {
  folderTest(
    'says in five lines at most what to do next, and the secret that it made once',
    async (folder) => {
      const settings = { DATA_DIR: folder, INTELLIGEMS_WEBHOOK_SECRET: '', LOG_LEVEL: 'silent' };
      const receiver = await Receiver.start(settings);
      const lines = receiver.output.trim().split('\n');
      expect(lines.length).toBeLessThanOrEqual(5);
      const secret = readFileSync(join(folder, 'webhook-secret'), 'utf8').trim();
      expect(statSync(join(folder, 'webhook-secret')).mode & 0o777).toBe(0o600);
      expect(statSync(join(folder, 'console-token')).mode & 0o777).toBe(0o600);
      expect(receiver.output).toMatch(/npm run send -- start/);
      expect(receiver.output).toMatch(
        /Settings > Webhooks \(or Settings > Integrations\) and add .*\/webhooks\/intelligems with this secret/,
      );
      expect(receiver.output).toMatch(`Connect a destination: ${kindTitles('or')}; or Zapier`);
      expect(receiver.output.split(secret)).toHaveLength(2);
      expect((await receiver.post(sampleBody('start'), { secret })).status).toBe(200);
      expect(await receiver.stop()).toBe(0);

      const again = await Receiver.start(settings);
      expect(again.output).not.toMatch(secret);
      expect(again.output).toMatch(`with the secret in ${join(folder, 'webhook-secret')}`);
      expect((await again.post(sampleBody('end'), { secret })).status).toBe(200);
      await again.stop();
    },
  );
});

describe('a start that cannot be', () => {
  folderTestHere(
    '78 with every fault of file and environment at once, each with its place, and no secret',
    async (folder) => {
      writeFileSync(
        join(folder, 'receivers.yaml'),
        `sources:
  - name: main store
    secrets: ['\${NOT_SET}']
destinations:
  - { name: team, type: slak, token: xoxb-a-secret-token }
routes:
  - { name: all, to: [nobody] }
`,
      );
      const { code, stdout, stderr } = await runCommandHere(
        ['start'],
        { ...HERE, PORT: 'eighty', SMTP_URL: 'smtp://user:a-secret-password@', DATA_DIR: folder },
        { cwd: folder },
      );
      expect([code, stdout]).toEqual([78, '']);
      expect(stderr).toMatch(/The settings have \d+ problems; nothing was started\./);
      for (const place of [
        'PORT',
        'receivers.yaml:2 ',
        'receivers.yaml:3 ',
        'receivers.yaml:5 ',
        'receivers.yaml:7 ',
      ]) {
        expect(stderr).toMatch(place);
      }
      expect(stderr).toMatch(/NOT_SET is not set/);
      expect(stderr).not.toMatch(/a-secret/);
    },
  );

  folderTestHere(
    '78 with what is wrong with the key and the spreadsheet of Google, both at once',
    async (folder) => {
      const { code, stderr } = await runCommandHere(['start'], {
        ...HERE,
        DATA_DIR: folder,
        GOOGLE_SERVICE_ACCOUNT_KEY: '{"private_key":"a-secret"}',
        SHEETS_SPREADSHEET_ID: 'my sheet',
      });
      expect(code).toBe(78);
      expect(stderr).toMatch(
        /GOOGLE_SERVICE_ACCOUNT_KEY\n.* not a service account key: it has no client_email\. .*Add key, JSON/,
      );
      expect(stderr).toMatch(/SHEETS_SPREADSHEET_ID\n/);
      expect(stderr).not.toMatch(/a-secret/);
    },
  );

  folderTestHere('a port that is taken', async (folder) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const port = String((other.address() as AddressInfo).port);
    const { code, stderr } = await runCommandHere(['start'], { ...HERE, PORT: port, DATA_DIR: folder });
    other.close();
    expect(code).toBe(1);
    expect(stderr).toBe(
      `The receiver cannot start: port ${port} is taken by another program. Stop that one, or set PORT to a free one.\n`,
    );
  });

  folderTestHere('an address that this machine does not have', async (folder) => {
    const { code, stderr } = await runCommandHere(['start'], {
      ...HERE,
      HOST: '203.0.113.7',
      DATA_DIR: folder,
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/this machine has no address 203\.0\.113\.7\. Set HOST to one that it has/);
  });

  folderTestHere('a data folder that another receiver uses', async (folder) => {
    const first = await Receiver.start({ DATA_DIR: folder });
    const { code, stderr } = await runCommandHere(['start'], { ...HERE, DATA_DIR: folder });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /Another receiver is running on the data folder .* Stop it first, or give this one a folder of its own/,
    );
    expect((await first.post(sampleBody('start'))).status).toBe(200);
    await first.kill();
    const next = await Receiver.start({ DATA_DIR: folder });
    expect(await next.stop()).toBe(0);
  });

  folderTestHere('a data folder that is a file', async (folder) => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const { code, stderr } = await runCommandHere(['start'], { ...HERE, DATA_DIR: file });
    expect(code).toBe(1);
    expect(stderr).toMatch(/the data folder .*file.* Set DATA_DIR to a folder/);
  });

  test.each(['webhook-secret', 'console-token', 'console-viewer-token'])(
    'a file %s that was cut short, such as by a full disk: nobody may come in with nothing',
    async (name) => {
      const { folder, remove } = temporaryFolder();
      writeFileSync(join(folder, name), '\n');
      const { code, stderr } = await runCommandHere(['start'], { ...HERE, DATA_DIR: folder });
      expect(code).toBe(1);
      expect(stderr).toMatch(
        new RegExp(`The file .*${name} has no valid secret.* remove it and start again`),
      );
      remove();
    },
  );

  test('a data folder where there can be none', async () => {
    const { code, stderr } = await runCommandHere(['start'], { ...HERE, DATA_DIR: '/proc/here/data' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/the data folder \/proc\/here\/data cannot be made there. Set DATA_DIR/);
  });

  folderTestHere('a data folder behind a link to a disk that is not mounted', async (folder) => {
    const link = join(folder, 'link');
    symlinkSync(join(folder, 'unmounted'), link);
    for (const path of [link, join(link, 'data')]) {
      const { code, stderr } = await runCommandHere(['start'], { ...HERE, DATA_DIR: path });
      expect(code).toBe(1);
      expect(stderr).toMatch(/the link .*link leads to .*unmounted, where there is nothing\. Mount the disk/);
    }
  });

  folderTest('a disk that is full when the first file is written', async (folder) => {
    const full = `import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module';
      fs.writeFileSync = () => {
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
      };
      syncBuiltinESMExports();`;
    const { code, stderr } = await runCommand(['start'], {
      ...HERE,
      DATA_DIR: folder,
      NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(full)}`,
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/the data folder .* is on a disk that is full\. Make room, and start again/);
  });

  folderTestHere('a database that cannot be had, with what to do', async (folder) => {
    const refusing = createSocketServer((socket) => {
      socket.once('data', () => {
        const fields = 'SFATAL\0C3D000\0Mdatabase "nodb" does not exist\0\0';
        const head = Buffer.from('E\0\0\0\0');
        head.writeInt32BE(fields.length + 4, 1);
        socket.end(Buffer.concat([head, Buffer.from(fields)]));
      });
    }).listen(0, '127.0.0.1');
    await once(refusing, 'listening');
    const { port } = refusing.address() as AddressInfo;
    for (const [url, said] of [
      ['127.0.0.1:1/nodb', /ECONNREFUSED 127\.0\.0\.1:1\. Check that the database is running/],
      [
        `127.0.0.1:${port}/nodb`,
        /"nodb" does not exist\. Create that database \(createdb\), or correct its name/,
      ],
    ] as const) {
      const settings = { ...HERE, DATA_DIR: folder, DATABASE_URL: `postgres://me@${url}` };
      const { code, stderr } = await runCommandHere(['start'], settings);
      expect(code).toBe(1);
      expect(stderr).toMatch(said);
    }
    refusing.close();
  });

  folderTestHere(
    'a data folder that may not be written',
    async (folder) => {
      const closed = join(folder, 'closed');
      mkdirSync(closed);
      chmodSync(closed, 0o500);
      const { code, stderr } = await runCommandHere(['start'], { ...HERE, DATA_DIR: closed });
      expect(code).toBe(1);
      expect(stderr).toMatch(/the data folder .*closed/);
    },
    process.getuid?.() !== 0,
  );
});

describe('a receiver that runs', () => {
  folderTest(
    'at SIGTERM while a delivery hangs: exits with 0 within ten seconds, and looks at it again at the next start',
    async (folder) => {
      const api = await startFakeOwnApi();
      api.faults.add({ kind: 'hang' });
      const settings = {
        DATA_DIR: folder,
        FORWARD_URL: api.url,
        FORWARD_ALLOW_PRIVATE: 'true',
        LOG_PRETTY: 'false',
        FIRST_RETRY_SECONDS: '0.1',
      };
      const receiver = await Receiver.start(settings);
      const body = sampleBody('start');
      await receiver.post(body);
      while (api.requests.length === 0) {
        await fetch(`${receiver.url}/readyz`);
      }
      const asked = performance.now();
      expect(await receiver.stop()).toBe(0);
      expect(performance.now() - asked).toBeLessThan(10_000);
      const again = await Receiver.start(settings);
      await again.printed(/"delivered"/);
      expect(api.requests.map(({ id }) => id)).toEqual([api.requests[0]?.id, api.requests[0]?.id]);
      expect(await again.stop()).toBe(0);
      await api.close();
    },
  );

  folderTest(
    'takes a SIGTERM to npm start',
    async (folder) => {
      const run = fileURLToPath(new URL('../../../receivers/cli/run.js', import.meta.url));
      // As npm runs its scripts, with a shell that stays: it takes the signal and passes it on to nobody.
      const shell = spawn('sh', ['-c', `"${process.execPath}" "${run}" start; exit $?`], {
        env: environment({
          ...HERE,
          LOG_LEVEL: 'info',
          DATA_DIR: folder,
          LOG_PRETTY: 'false',
          npm_lifecycle_event: 'start',
        }),
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let output = '';
      shell.stdout.setEncoding('utf8').on('data', (text) => {
        output += text;
        if (/Receiving on/.test(output)) {
          shell.kill('SIGTERM');
        }
      });
      // The output closes when nobody is left who could write to it.
      await once(shell.stdout, 'close');
      expect(output).toMatch(/"signal":"the end of npm start".*"stopped"/s);
    },
    process.platform !== 'win32',
  );

  folderTest('a client that holds its connection open does not hold up the end', async (folder) => {
    const receiver = await Receiver.start({ DATA_DIR: folder });
    const response = await fetch(`${receiver.url}/healthz`, { headers: { connection: 'keep-alive' } });
    await response.text();
    expect(await receiver.stop()).toBe(0);
    expect(receiver.output).not.toMatch(SECRET);
  });

  folderTest('a start names the address of each source', async (folder) => {
    const file = join(folder, 'receivers.yaml');
    const settings = {
      DATA_DIR: folder,
      INTELLIGEMS_WEBHOOK_SECRET: '',
      PUBLIC_URL: 'https://hooks.example.com',
    };
    const webhooks = 'https://hooks.example.com/webhooks/intelligems';
    writeFileSync(file, 'sources: [{ name: outlet, secrets: [one] }]');
    const one = await Receiver.start(settings);
    expect(one.output).toMatch(`add ${webhooks}/outlet with the secret you have set\n`);
    await one.stop();
    writeFileSync(file, 'sources: [{ name: default }, { name: outlet, secrets: [one] }]');
    const two = await Receiver.start(settings);
    expect(two.output).toMatch(`add ${webhooks} or ${webhooks}/outlet with the secret of each, for default `);
    await two.stop();
    const stores = Array.from({ length: 20 }, (_, index) => `{ name: store-${index}, secrets: [s${index}] }`);
    writeFileSync(file, `sources: [${stores.join(', ')}]`);
    const loaded = loadConfiguration({ environment: { ...settings, CONFIG_FILE: file } });
    const address = { address: '0.0.0.0', family: 'IPv4', port: 8787 };
    const text = loaded.ok
      ? welcome(loaded.configuration, { address, newSecret: null, newConsoleToken: null })
      : '';
    expect(text).toContain(
      `add the address of each of your 20 sources, such as ${webhooks}/store-0 (the console lists all under Set-up), with the secret of each\n`,
    );
  });

  folderTest('whoever read the log may be gone: SIGTERM ends it all the same', async (folder) => {
    const receiver = await Receiver.start({ DATA_DIR: folder });
    const stopped = receiver.stop();
    await receiver.printed(/stopping/);
    receiver.process.stdout?.destroy();
    expect(await stopped).toBe(0);
  });

  folderTest(
    'a log that cannot be written ends nothing',
    async (folder) => {
      const port = await freePort();
      const full = openSync('/dev/full', 'w');
      const child = spawn(
        process.execPath,
        [fileURLToPath(new URL('../../../receivers/cli/run.js', import.meta.url))],
        {
          env: environment({
            ...HERE,
            PORT: String(port),
            DATA_DIR: folder,
            INTELLIGEMS_WEBHOOK_SECRET: SECRET,
          }),
          stdio: ['ignore', full, full],
        },
      );
      const exited = once(child, 'exit');
      const url = `http://127.0.0.1:${port}`;
      const alive = async (): Promise<boolean> => {
        try {
          return (await fetch(`${url}/healthz`)).ok;
        } catch {
          return false;
        }
      };
      while (child.exitCode === null && !(await alive())) {
        // Each answer, or its absence, is awaited.
      }
      for (let count = 0; count < 20; count += 1) {
        const body = JSON.stringify({ ...samplePayload('start'), timestamp: 1_790_000_000_000 + count });
        const headers = { 'x-intelligems-signature': signWebhook(body, SECRET) };
        const response = await fetch(`${url}/webhooks/intelligems`, { method: 'POST', headers, body });
        expect(response.status).toBe(200);
      }
      child.kill('SIGTERM');
      expect(await exited).toEqual([0, null]);
      closeSync(full);
    },
    existsSync('/dev/full'),
  );

  folderTest(
    'what is open for a destination that is no longer there becomes a dead letter, and can be replayed',
    async (folder) => {
      const api = await startFakeOwnApi();
      api.faults.draw(() => ({ kind: 'status', status: 503 }));
      const without = { DATA_DIR: folder, LOG_PRETTY: 'false' };
      const settings = { ...without, FORWARD_URL: api.url, FORWARD_ALLOW_PRIVATE: 'true' };
      const first = await Receiver.start({ ...settings, FIRST_RETRY_SECONDS: '0.1' });
      await first.post(sampleBody('start'));
      await first.printed(/"will try again"/);
      await first.stop();
      const second = await Receiver.start(without);
      await second.printed(
        /"destination":"http".*"The destination http is no longer in the settings.*"dead letter"/,
      );
      await second.stop();
      api.faults.clear();
      const third = await Receiver.start(settings);
      const { stdout } = await runCommand(['replay', '--destination', 'http'], {
        ...settings,
        ...HERE,
        PORT: new URL(third.url).port,
      });
      expect(stdout).toMatch(/1/);
      await third.printed(/"destination":"http".*"delivered"/);
      await third.stop();
      await api.close();
    },
  );
});
