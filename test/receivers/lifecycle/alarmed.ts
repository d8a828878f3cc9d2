import type { FakeExperience } from '../../fakes/intelligems.ts';
import { FAKE_SIGNING_SECRET } from '../../fakes/slack/press.ts';
import type { SlackMessage } from '../../fakes/slack.ts';
import { until } from '../../fixtures/until.ts';
import { type Stage, setStage } from '../intelligems/stage.ts';

export const MAYA = { email: 'maya@alpine-goods.example', id: 'U0000000AAA' };
export const JONAS = { email: 'jonas@alpine-goods.example', id: 'U0000000BBB' };

/** A receiver with buttons in Slack. */
export async function setButtons(settings: Record<string, string> = {}): Promise<Stage> {
  const stage = await setStage();
  stage.world.slack.users.set(MAYA.email, MAYA.id);
  stage.world.slack.users.set(JONAS.email, JONAS.id);
  Object.assign(stage.settings, {
    HEALTH: 'true',
    HEALTH_EVERY_SECONDS: '0.1',
    RECONCILE_EVERY_SECONDS: '0.1',
    SLACK_SIGNING_SECRET: FAKE_SIGNING_SECRET,
    SLACK_ACTORS: MAYA.email,
    ...settings,
  });
  return stage;
}

/** Resolves after every running experience was checked once more. */
async function checked({ intelligems }: Stage): Promise<void> {
  const passes = (): number =>
    intelligems.requests.filter(({ path }) => path.includes('experiences-list')).length;
  const before = passes();
  await until(passes, (now) => now > before + 1);
}

/** Starts an experience in front of a running receiver, and lets its visitors be split wrongly. */
export async function alarmed(stage: Stage, name = 'Backpack price test'): Promise<FakeExperience> {
  const { intelligems } = stage;
  await checked(stage);
  const kept = intelligems.create({ name });
  intelligems.act(kept.id, 'start');
  await stage.post();
  const measured = [1100, 900].map((visitors) => ({ visitors, orders: 50, revenue: 2500, profit: null }));
  intelligems.measure(kept.id, { measured });
  return kept;
}

/** The messages in the threads of the cards, oldest first. */
export function replies({ world }: Stage): SlackMessage[] {
  return world.slack.messages().filter(({ thread }) => thread !== null);
}

/** The reply whose text has these words, once there is one. */
export async function replyWith(stage: Stage, words: string): Promise<SlackMessage> {
  const found = (): SlackMessage | undefined => replies(stage).find(({ text }) => text.includes(words));
  return (await until(found, (reply) => reply !== undefined)) as SlackMessage;
}

/** How often the API was asked to do something. */
export function actions({ intelligems }: Stage): string[] {
  return intelligems.requests.flatMap(({ path }) => /\/actions\/(\w+)$/.exec(path)?.[1] ?? []);
}
