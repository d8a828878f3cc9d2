import type { IncomingMessage } from 'node:http';
import type { Fault } from '../fakes/faults.ts';
import { type FakeGoogleSheets, startFakeGoogleSheets } from '../fakes/google-sheets.ts';
import { type FakeOwnApi, startFakeOwnApi } from '../fakes/own-api.ts';
import { type FakeSlack, startFakeSlack } from '../fakes/slack.ts';
import { type FakeSmtp, type SmtpFault, startFakeSmtp } from '../fakes/smtp.ts';
import { type FakeZapierHooks, startFakeZapierHooks } from '../fakes/zapier-hooks.ts';

/** All other sides, and what happens to the requests that reach them. */
export interface World {
  slack: FakeSlack;
  sheets: FakeGoogleSheets;
  smtp: FakeSmtp;
  api: FakeOwnApi;
  hooks: FakeZapierHooks;
  /** The settings with which a receiver delivers to all of them but Zapier. */
  settings: Record<string, string>;
  /** Those that connect Zapier. */
  zapier: { ZAPIER_API_KEY: string; ZAPIER_TARGET_HOSTS: string };
  close(): Promise<void>;
}

export async function startWorld(slackMode: 'card' | 'message'): Promise<World> {
  const [slack, sheets, smtp, api, hooks] = await Promise.all([
    startFakeSlack(),
    startFakeGoogleSheets(),
    startFakeSmtp(),
    startFakeOwnApi(),
    startFakeZapierHooks(),
  ]);
  return {
    slack,
    sheets,
    smtp,
    api,
    hooks,
    zapier: { ZAPIER_API_KEY: 'a-key-for-chaos-only', ZAPIER_TARGET_HOSTS: '127.0.0.1' },
    settings: {
      SLACK_BOT_TOKEN: slack.token,
      SLACK_CHANNEL: 'C0123456789',
      SLACK_API_URL: slack.url,
      SLACK_MODE: slackMode,
      GOOGLE_SERVICE_ACCOUNT_KEY: sheets.serviceAccountKey,
      SHEETS_SPREADSHEET_ID: sheets.spreadsheet.id,
      SHEETS_COLUMNS: 'eventKey',
      SHEETS_WRITES_PER_MINUTE: '6000',
      GOOGLE_API_ROOT_URL: sheets.url,
      SMTP_URL: smtp.url,
      EMAIL_FROM: 'experiments@example.com',
      EMAIL_TO: 'team@example.com',
      FORWARD_URL: api.url,
      FORWARD_ALLOW_PRIVATE: 'true',
    },
    async close() {
      await Promise.all([slack.close(), sheets.close(), smtp.close(), api.close(), hooks.close()]);
    },
  };
}

/** The Zaps that are switched on: each wants every event. */
export const ZAPS = ['first', 'second'] as const;

/** Switches the Zaps on at a receiver that was started with the settings of Zapier. */
export async function switchZapsOn({ hooks, zapier }: World, url: string): Promise<void> {
  for (const zap of ZAPS) {
    const response = await fetch(`${url}/zapier/hooks`, {
      method: 'POST',
      headers: { authorization: `Bearer ${zapier.ZAPIER_API_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ targetUrl: hooks.urlOf(zap), actions: [] }),
    });
    if (response.status !== 201) {
      throw new Error(`The Zap ${zap} could not be switched on: ${await response.text()}`);
    }
  }
}

/** The moments of a delivery, as the other sides see them, at which a receiver is killed. */
export type Moment = 'before the send' | 'after the send, before the record' | 'while repairing';

/** Whether a request only looks at what is there. */
function looks(request: IncomingMessage): boolean {
  return (
    request.method === 'GET' || /conversations\.|getByDataFilter|developerMetadata/.test(request.url ?? '')
  );
}

/** Faults that pass by themselves: a share of all requests meets one, before or after taking effect. */
function passingFault(random: () => number): Fault | null {
  const roll = random();
  const after = random() < 0.5;
  if (roll < 0.03) {
    return { kind: 'status', status: 500, after };
  }
  if (roll < 0.06) {
    return { kind: 'reset', after };
  }
  if (roll < 0.065) {
    return { kind: 'status', status: 429, retryAfterSeconds: 1 };
  }
  return roll < 0.07 ? { kind: 'hang', after } : null;
}

function passingSmtpFault(random: () => number): SmtpFault | null {
  const roll = random();
  if (roll < 0.01) {
    return { kind: 'reply', code: 451, text: 'Try again later' };
  }
  return roll < 0.02 ? { kind: 'reset', after: random() < 0.5 } : null;
}

/**
 * Sets random faults on all sides, and has `kill` called at one moment: at the `after`-th request that fits
 * it. The request that meets the moment is never answered.
 */
export function setTrouble(
  { slack, sheets, smtp, api, hooks }: World,
  random: () => number,
  deadly: { moment: Moment; after: number; kill(): void } | null,
): void {
  let left = deadly?.after ?? 0;

  function meetsMoment(looking: boolean): boolean {
    if (deadly === null || looking !== (deadly.moment === 'while repairing')) {
      return false;
    }
    left -= 1;
    return left === 0;
  }

  const afterwards = deadly?.moment === 'after the send, before the record';
  for (const { faults } of [slack, sheets, api, hooks]) {
    faults.draw((request) => {
      if (request.url?.endsWith('/token') || !meetsMoment(looks(request))) {
        return passingFault(random);
      }
      deadly?.kill();
      return { kind: 'hang', after: afterwards };
    });
  }
  smtp.faults.draw(({ step }) => {
    if (step !== 'data' || !meetsMoment(false)) {
      return passingSmtpFault(random);
    }
    deadly?.kill();
    return { kind: 'hang', after: afterwards };
  });
}

/** The other sides work again. */
export function endTrouble({ slack, sheets, smtp, api, hooks }: World): void {
  for (const { faults } of [slack, sheets, smtp, api, hooks]) {
    faults.clear();
  }
}
