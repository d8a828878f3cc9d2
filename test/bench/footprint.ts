import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { startFakeOwnApi } from '../fakes/own-api.ts';
import { samplePayload } from '../fixtures/messages.ts';
import { postSigned, Receiver, temporaryFolder } from '../fixtures/receiver.ts';
import { printTable } from './table.ts';

/**
 * Memory and disk of one receiver on SQLite that delivers to one destination: when idle after its start, and after so
 * many events with the bodies of real webhooks.
 *
 *   npm run bench:footprint [-- EVENTS]
 */
const [events = 10_000] = process.argv.slice(2).map(Number);
const AT_ONCE = 20;

const data = temporaryFolder({ onDisk: true });
const api = await startFakeOwnApi();
const receiver = await Receiver.start({
  DATA_DIR: data.folder,
  FORWARD_URL: api.url,
  FORWARD_ALLOW_PRIVATE: 'true',
  LOG_PRETTY: 'false',
  LOG_LEVEL: 'warn',
});
await new Promise((resolve) => setTimeout(resolve, 4_000));
const idle = memory();

const payload = samplePayload('start');
let sent = 0;
let bytes = 0;
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    while (sent < events) {
      sent += 1;
      const experience = { ...payload.experience, id: `experience-${sent % 200}` };
      const body = JSON.stringify({ ...payload, timestamp: Date.now() + sent, experience });
      bytes += body.length;
      await postSigned(receiver.url, body);
    }
  }),
);
while (new Set(api.requests.map(({ id }) => id)).size < events) {
  await new Promise((resolve) => setTimeout(resolve, 200));
}
const busy = memory();
await receiver.stop();
const disk = readdirSync(data.folder).reduce((sum, name) => sum + statSync(join(data.folder, name)).size, 0);
await api.close();
data.remove();

printTable(
  [`${events} events of ${Math.round(bytes / events)} bytes`, ''],
  [
    ['memory when idle, MB', idle.toFixed(0)],
    ['memory after the events, MB', busy.toFixed(0)],
    ['disk for 1,000 events, MB', ((disk / events) * 1e-3).toFixed(1)],
  ],
);

function memory(): number {
  const status = readFileSync(`/proc/${receiver.process.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024;
}
