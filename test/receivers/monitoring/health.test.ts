import { afterEach, expect, test } from '@jest/globals';
import type { FakeExperience, FakeIntelligems } from '../../fakes/intelligems.ts';
import { parseMail } from '../../fakes/smtp.ts';
import { until } from '../../fixtures/until.ts';
import { type Stage, setStage } from '../intelligems/stage.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const MONITORING = {
  HEALTH: 'true',
  HEALTH_TO: 'email',
  HEALTH_EVERY_SECONDS: '0.1',
  RECONCILE_EVERY_SECONDS: '0.1',
};

let stage: Stage;
let agoMs = 0;

afterEach(async () => {
  agoMs = 0;
  await stage.close();
});

async function monitored(settings: Record<string, string> = {}): Promise<FakeIntelligems> {
  stage = await setStage({ now: () => Date.now() - agoMs });
  Object.assign(stage.settings, MONITORING, settings);
  return stage.intelligems;
}

/** An experience that was started some time ago. */
function running(intelligems: FakeIntelligems, name: string, liveMs: number): FakeExperience {
  agoMs = liveMs;
  const kept = intelligems.create({ name });
  intelligems.act(kept.id, 'start');
  agoMs = 0;
  return kept;
}

function measured(visitors: number[], orders = visitors.map((each) => Math.round(each / 20))) {
  return visitors.map((each, index) => ({
    visitors: each,
    orders: orders[index] as number,
    revenue: (orders[index] as number) * 50,
    profit: null,
  }));
}

/** Resolves after every running experience was checked so often more. */
async function checked(intelligems: FakeIntelligems, times: number): Promise<void> {
  const passes = (): number =>
    intelligems.requests.filter(({ path }) => path.includes('experiences-list')).length;
  const before = passes();
  await until(passes, (now) => now > before + times);
}

async function subjects(): Promise<(string | undefined)[]> {
  return (await Promise.all(stage.world.smtp.mails.map(parseMail))).map(({ subject }) => subject);
}

test('a wrong split of visitors is reported once, through a restart, and once more when it is right again', async () => {
  const intelligems = await monitored();
  await stage.start();
  await checked(intelligems, 1);
  const { id } = running(intelligems, 'Backpack price test', 2 * DAY_MS);
  // The receiver has not seen it before, but it began after monitoring did.
  intelligems.experience(id).startedAtTs = Date.now() + 1;
  intelligems.measure(id, { measured: measured([1100, 900]) });
  await until(
    () => stage.world.smtp.mails.length,
    (mails) => mails === 1,
  );
  await stage.receiver.stop();
  await stage.start();
  await checked(intelligems, 4);
  expect(await subjects()).toEqual([expect.stringContaining('visitors are not split as configured')]);
  intelligems.measure(id, { measured: measured([5010, 4990]) });
  await until(
    () => stage.world.smtp.mails.length,
    (mails) => mails === 2,
  );
  await checked(intelligems, 3);
  expect(await subjects()).toEqual([
    expect.stringContaining('visitors are not split as configured'),
    expect.stringContaining('visitors are split as configured again'),
  ]);
});

test('what was wrong before monitoring began is not reported, and neither is its end', async () => {
  const intelligems = await monitored();
  const { id } = running(intelligems, 'Long known', 2 * DAY_MS);
  intelligems.measure(id, { measured: measured([1100, 900]) });
  await stage.start();
  await checked(intelligems, 4);
  intelligems.measure(id, { measured: measured([5010, 4990]) });
  await checked(intelligems, 4);
  expect(await subjects()).toEqual([]);
});

test('an alarm is on the card while it lasts, in its thread, and in the row of the experience', async () => {
  const intelligems = await monitored({ HEALTH_TO: '' });
  const { world } = stage;
  await stage.start();
  await checked(intelligems, 1);
  const kept = running(intelligems, 'Backpack price test', HOUR_MS);
  kept.startedAtTs = Date.now() + 1;
  intelligems.measure(kept.id, { measured: measured([210, 205]) });
  await stage.post();
  await until(
    () => world.slack.inChannel().length,
    (messages) => messages === 1,
  );
  const card = (): string => JSON.stringify(world.slack.inChannel()[0]?.blocks);
  const failing = kept.variations.map((variation) => ({ ...variation, functionSyncError: true }));
  intelligems.update(kept.id, { variations: failing });
  await until(card, (blocks) => blocks.includes('Not delivered: Not synced with Shopify'));
  const thread = (): string[] => world.slack.messages().flatMap(({ thread, text }) => (thread ? [text] : []));
  await until(thread, (texts) => texts.length === 1);
  expect(thread()[0]).toContain('not synced with Shopify');
  const health = (): string => {
    const [header = [], row = []] = world.sheets.spreadsheet.shown('Experiences');
    return String(row[header.indexOf('Health')]);
  };
  await until(health, (words) => words === 'Not delivered');
  intelligems.update(kept.id, {
    variations: kept.variations.map((each) => ({ ...each, functionSyncError: false })),
  });
  await until(card, (blocks) => !blocks.includes('Not delivered'));
  await until(health, (words) => words === 'OK');
  await until(thread, (texts) => texts.length === 2);
  expect(thread()[1]).toContain('synced with Shopify again');
});

test('your own API gets the health and the verdict of an experience as events of their own type', async () => {
  const intelligems = await monitored({ HEALTH_TO: 'http' });
  const { world } = stage;
  await stage.start();
  await checked(intelligems, 1);
  const { id } = running(intelligems, 'Backpack price test', 12 * DAY_MS);
  intelligems.experience(id).startedAtTs = Date.now() + 1;
  intelligems.measure(id, {
    verdict: 'strong_win',
    runtimeDays: 12,
    measured: measured([5010, 4990], [240, 300]),
  });
  const bodies = (): Record<string, unknown>[] => world.api.requests.map(({ body }) => JSON.parse(body));
  await until(bodies, (all) => all.length === 1);
  expect(bodies()[0]).toMatchObject({
    type: 'experience.verdict',
    experienceId: id,
    data: { report: { verdict: 'strong_win', previous_verdict: null, experience_id: id } },
  });
  intelligems.measure(id, { measured: measured([5510, 4490], [240, 300]) });
  await until(bodies, (all) => all.length === 2);
  expect(bodies()[1]).toMatchObject({
    type: 'experience.health',
    experienceId: id,
    health: { kind: 'began', alarm: { check: 'sample_ratio_mismatch', state: 'alarm' } },
    data: {
      report: { check: 'sample_ratio_mismatch', state: 'began', experience_name: 'Backpack price test' },
    },
  });
});
