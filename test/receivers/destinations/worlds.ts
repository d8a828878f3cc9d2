import type { DestinationKind } from '../../../receivers/contract/destination.ts';
import { CONNECTED_KINDS } from '../../../receivers/destinations/index.ts';
import { startFakeDiscord } from '../../fakes/discord.ts';
import { startFakeGoogleChat } from '../../fakes/google-chat.ts';
import { startFakeGoogleSheets } from '../../fakes/google-sheets.ts';
import { startFakeOwnApi } from '../../fakes/own-api.ts';
import { startFakeSlack } from '../../fakes/slack.ts';
import { parseMail, startFakeSmtp } from '../../fakes/smtp.ts';
import { startFakeTeams } from '../../fakes/teams.ts';

/** The other side of a kind of destination, as the conformance suite needs it. */
export interface World {
  /** Settings of a destination that works. */
  settings: Record<string, unknown>;
  /** The same at an address without a listener, with the same secrets. */
  unreachable: Record<string, unknown>;
  /** The field that holds the address, for kinds that are reached by HTTP; null for others. */
  addressField: string | null;
  /** What must never be shown. */
  secrets: string[];
  /** How many effects a person can see. */
  effects(): number;
  /**
   * What keeps together what happened to an experience, as a person sees it: the cards, the rows, the threads. Absent for
   * kinds that keep nothing together.
   */
  experiences?(): Promise<unknown[]>;
  close(): Promise<void>;
}

/** The same address at a port without a listener. */
function closedPort(url: string): string {
  return url.replace(/127\.0\.0\.1:\d+/, '127.0.0.1:1');
}

/** A kind that has only the URL of an incoming webhook. */
function webhookWorld(
  fake: { webhookUrl: string; close(): Promise<void> },
  secret: string,
  effects: () => number,
): World {
  return {
    settings: { webhookUrl: fake.webhookUrl },
    unreachable: { webhookUrl: closedPort(fake.webhookUrl) },
    addressField: 'webhookUrl',
    secrets: [secret],
    effects,
    close: fake.close,
  };
}

const STARTS: Readonly<Record<string, () => Promise<World>>> = {
  async slack() {
    const fake = await startFakeSlack();
    const settings = { token: fake.token, channel: '#experiments', apiUrl: fake.url };
    return {
      settings,
      unreachable: { ...settings, apiUrl: closedPort(fake.url) },
      addressField: 'apiUrl',
      secrets: [fake.token],
      effects: () => fake.messages().length,
      experiences: async () => fake.inChannel(),
      close: fake.close,
    };
  },
  async sheets() {
    const fake = await startFakeGoogleSheets();
    const settings = {
      serviceAccountKey: fake.serviceAccountKey,
      spreadsheetId: fake.spreadsheet.id,
      apiRootUrl: fake.url,
    };
    return {
      settings,
      unreachable: { ...settings, apiRootUrl: closedPort(fake.url) },
      addressField: 'apiRootUrl',
      secrets: ['PRIVATE KEY', 'ya29.'],
      // The first event makes the tabs.
      effects: () => fake.spreadsheet.tabs.length - 1,
      experiences: async () => fake.spreadsheet.records('Experiences'),
      close: fake.close,
    };
  },
  async email() {
    const fake = await startFakeSmtp();
    const smtpUrl = fake.url.replace('://', '://bot:secret-of-smtp@');
    const settings = { smtpUrl: fake.url, from: 'bot@alpine.example', to: 'maya@alpine.example' };
    return {
      settings,
      unreachable: { ...settings, smtpUrl: closedPort(smtpUrl) },
      addressField: null,
      secrets: ['secret-of-smtp'],
      effects: () => fake.mails.length,
      experiences: async () => {
        const mails = await Promise.all(fake.mails.map(parseMail));
        return [...new Set(mails.map(({ references }) => [references].flat().join()))];
      },
      close: fake.close,
    };
  },
  async http() {
    const fake = await startFakeOwnApi();
    const url = `${fake.url}?key=secret-of-the-api`;
    const settings = { url, allowPrivate: true };
    return {
      settings,
      unreachable: { ...settings, url: closedPort(url) },
      addressField: 'url',
      secrets: ['secret-of-the-api'],
      effects: () => fake.requests.filter(({ tookEffect }) => tookEffect).length,
      close: fake.close,
    };
  },
  async teams() {
    const fake = await startFakeTeams();
    return webhookWorld(fake, 'signature-of-the-workflow', () => fake.cards.length);
  },
  async discord() {
    const fake = await startFakeDiscord();
    return webhookWorld(fake, 'token-of-the-webhook', () => fake.messages.length);
  },
  async googlechat() {
    const fake = await startFakeGoogleChat();
    const world = webhookWorld(fake, 'token-of-the-webhook', () => fake.messages.length);
    return {
      ...world,
      experiences: async () => [...new Set(fake.messages.map(({ threadName }) => threadName))],
    };
  },
};

/** Every kind that people can connect, with the start of its other side. A kind without one fails its tests. */
export const KINDS_WITH_WORLDS: [string, DestinationKind, () => Promise<World>][] = CONNECTED_KINDS.map(
  (kind) => [
    kind.kind,
    kind,
    STARTS[kind.kind] ??
      (() =>
        Promise.reject(new Error(`Add the fake of ${kind.title} to test/receivers/destinations/worlds.ts.`))),
  ],
);
