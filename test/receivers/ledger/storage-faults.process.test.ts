import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { samplePayload } from '../../fixtures/messages.ts';
import { Receiver, runCommand, temporaryFolder } from '../../fixtures/receiver.ts';

let data: ReturnType<typeof temporaryFolder>;

beforeEach(() => {
  data = temporaryFolder();
});

afterEach(() => data.remove());

function freshBody(): string {
  const payload = samplePayload('start');
  return JSON.stringify({ ...payload, experience: { ...payload.experience, id: randomUUID() } });
}

/** Resolves once the receiver takes events again. */
async function recovered(receiver: Receiver): Promise<void> {
  while ((await receiver.post(freshBody())).status !== 200) {
    // Each answer is awaited.
  }
  expect((await fetch(`${receiver.url}/readyz`)).status).toBe(200);
}

async function refuses(receiver: Receiver, said: RegExp): Promise<void> {
  const response = await receiver.post(freshBody());
  expect(response.status).toBe(503);
  expect(response.headers.get('content-type')).toMatch('application/problem+json');
  expect((await fetch(`${receiver.url}/readyz`)).status).toBe(503);
  expect((await fetch(`${receiver.url}/healthz`)).status).toBe(200);
  await receiver.printed(said);
}

test('a ledger that another program has locked refuses events, and recovers', async () => {
  const receiver = await Receiver.start({ DATA_DIR: data.folder, LOG_PRETTY: 'false' });
  const other = new DatabaseSync(join(data.folder, 'ledger.sqlite'), { timeout: 10_000 });
  other.exec('BEGIN IMMEDIATE');
  const together = await Promise.all(Array.from({ length: 20 }, () => receiver.post(freshBody())));
  expect(together.map(({ status }) => status)).toEqual(Array(20).fill(503));
  await refuses(receiver, /Another program holds a lock on the ledger/);
  other.exec('ROLLBACK');
  other.close();
  await recovered(receiver);
  expect(await receiver.stop()).toBe(0);
});

test('a ledger that was moved away accepts nothing, and continues when it is back', async () => {
  const receiver = await Receiver.start({ DATA_DIR: data.folder, LOG_PRETTY: 'false' });
  expect((await receiver.post(freshBody())).status).toBe(200);
  const away = `${data.folder}-away`;
  renameSync(data.folder, away);
  await refuses(receiver, /was removed, moved or replaced while this receiver was running\. Put it back/);
  renameSync(away, data.folder);
  await recovered(receiver);
  expect(await receiver.stop()).toBe(0);
});

test('nothing is written after process.lock was removed, since another receiver could start', async () => {
  const receiver = await Receiver.start({ DATA_DIR: data.folder, LOG_PRETTY: 'false' });
  expect((await receiver.post(freshBody())).status).toBe(200);
  rmSync(join(data.folder, 'process.lock'));
  await refuses(receiver, /process\.lock was removed or replaced.*restart this receiver/);
  await receiver.stop();
});

test('a ledger that is damaged while the receiver runs accepts nothing more', async () => {
  const CONSOLE_TOKEN = 'a-token-for-the-console';
  const receiver = await Receiver.start({ DATA_DIR: data.folder, LOG_PRETTY: 'false', CONSOLE_TOKEN });
  expect((await receiver.post(freshBody())).status).toBe(200);
  for (const name of ['ledger.sqlite', 'ledger.sqlite-wal']) {
    const file = join(data.folder, name);
    const descriptor = openSync(file, 'r+');
    writeSync(descriptor, Buffer.alloc(statSync(file).size, 'damage'));
    closeSync(descriptor);
  }
  // The first list that a person asks for is read from the file, not from memory.
  await fetch(`${receiver.url}/console/api/events`, {
    headers: { authorization: `Bearer ${CONSOLE_TOKEN}` },
  });
  await receiver.printed(/The file ledger\.sqlite in the data folder is damaged/);
  await refuses(receiver, /damaged.*answered 503/);
  await receiver.kill();
});

test('a damaged ledger stops the start with what to do', async () => {
  writeFileSync(join(data.folder, 'ledger.sqlite'), 'this is not a database, it is a text\n'.repeat(500));
  const { code, stderr } = await runCommand(['start'], {
    DATA_DIR: data.folder,
    HOST: '127.0.0.1',
    PORT: '0',
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(/ledger.sqlite in the data folder is damaged.*move the file away/);
});

/** A file system of two megabytes over the folder; false if this user may not mount one. */
function mountSmallDisk(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const probe = temporaryFolder();
const mayMount = mountSmallDisk(probe.folder);
if (mayMount) {
  execFileSync('umount', [probe.folder]);
}
probe.remove();

(mayMount ? describe : describe.skip)('a disk (needs the right to mount one)', () => {
  beforeEach(() => {
    mountSmallDisk(data.folder);
  });

  afterEach(() => {
    execFileSync('umount', ['--lazy', data.folder]);
  });

  test('a full disk refuses events, and the receiver recovers', async () => {
    const receiver = await Receiver.start({ DATA_DIR: data.folder, LOG_PRETTY: 'false' });
    const filler = join(data.folder, 'filler');
    execFileSync('sh', ['-c', `cat /dev/zero > ${filler} 2>/dev/null || true`]);
    let status: number;
    do {
      status = (await receiver.post(freshBody())).status;
    } while (status === 200);
    expect(status).toBe(503);
    await refuses(receiver, /The disk of the data folder is full/);
    rmSync(filler);
    await recovered(receiver);
    expect(await receiver.stop()).toBe(0);
  });

  test('a full disk at the start makes no promise to recover', async () => {
    const filler = join(data.folder, 'filler');
    execFileSync('sh', ['-c', `cat /dev/zero > ${filler} 2>/dev/null || true`]);
    const { code, stderr } = await runCommand(['start'], {
      DATA_DIR: data.folder,
      HOST: '127.0.0.1',
      PORT: '0',
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /The disk of the data folder is full\. Free some space\. Then start the receiver again\./,
    );
    expect(stderr).not.toMatch(/by itself/);
  });

  test('a read-only folder stops the start with what to do', async () => {
    const receiver = await Receiver.start({ DATA_DIR: data.folder });
    await receiver.stop();
    // What is left after a stop is whole by itself.
    expect(readdirSync(data.folder).filter((name) => /-(wal|shm|journal)$/.test(name))).toEqual([]);
    execFileSync('mount', ['-o', 'remount,ro', data.folder]);
    const { code, stderr } = await runCommand(['start'], {
      DATA_DIR: data.folder,
      HOST: '127.0.0.1',
      PORT: '0',
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/the data folder .* is on a disk that is read-only\. Mount it writable/);
  });
});
