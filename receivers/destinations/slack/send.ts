import type { Attempt, Check, Destination, Services } from '../../contract/destination.ts';
import type { ExperienceMessage, Message } from '../../contract/message.ts';
import type { Outcome } from '../../contract/outcome.ts';
import type { PressRequest, ReadPress } from '../../contract/press.ts';
import { openHttpClient } from '../../outgoing/client.ts';
import { otherClocks } from '../../outgoing/other-clocks.ts';
import { checkSlack } from './check.ts';
import { openSlackApi, type SlackApi } from './client.ts';
import { deliver } from './delivery.ts';
import { combinedOutcome } from './outcome.ts';
import { Places } from './place.ts';
import { readPress } from './presses.ts';
import { mentionedPeople } from './render.ts';
import type { SlackSettings } from './settings.ts';
import { Users } from './users.ts';
import type { TaskOutcome } from './work.ts';

/** A check takes no longer than this, in milliseconds. */
const CHECK_TIMEOUT_MS = 18_000;

/** Looking up who pressed a button takes no longer than this, in milliseconds: Slack waits for three seconds. */
const PRESS_TIMEOUT_MS = 1_500;

/** A Slack destination with a bot token: posts to one or more channels, as a card or as plain messages. */
export class SlackDestination implements Destination {
  readonly #settings: SlackSettings & { token: string; channel: string[] };
  readonly #services: Services;
  readonly #http = openHttpClient({ service: 'Slack' });
  readonly #users = new Users();
  readonly #places = new Places();
  readonly readPress?: NonNullable<Destination['readPress']>;

  constructor(settings: SlackSettings & { token: string; channel: string[] }, services: Services) {
    this.#settings = settings;
    this.#services = services;
    const { signingSecret, actors } = settings;
    if (signingSecret !== undefined && actors !== undefined) {
      this.readPress = (request) => this.#readPress(request, { signingSecret, actors });
    }
  }

  send(message: Message, attempt: Attempt): Promise<Outcome> {
    return this.#run(message, attempt, false);
  }

  complete(message: ExperienceMessage, attempt: Attempt): Promise<Outcome> {
    return this.#run(message, attempt, true);
  }

  async #run(message: Message, attempt: Attempt, completes: boolean): Promise<Outcome> {
    const { channel: channels, mode = 'card', mentions, unsure } = this.#settings;
    const { name: destination, now } = this.#services;
    const api = this.#api(attempt.signal);
    const users = this.#users;
    const buttons = this.readPress !== undefined;
    const people = await users.find(api.call, mentions ? mentionedPeople(message) : []);
    const shared = {
      message,
      people,
      mode,
      unsure,
      destination,
      attempt,
      completes,
      buttons,
      api,
      users,
      now,
    };
    const outcomes: { channel: string; outcome: TaskOutcome }[] = [];
    for (const channel of channels) {
      outcomes.push({ channel, outcome: await deliver({ ...shared, channel, places: this.#places }) });
    }
    return combinedOutcome(outcomes, message.key);
  }

  async check(): Promise<Check[]> {
    const { call } = this.#api(AbortSignal.timeout(CHECK_TIMEOUT_MS));
    return checkSlack(call, this.#settings, this.#places, this.#services.setting);
  }

  #readPress(
    request: PressRequest,
    settings: { signingSecret: string; actors: readonly string[] },
  ): Promise<ReadPress> {
    const { apiUrl } = this.#settings;
    const { log, now } = this.#services;
    const { call } = this.#api(AbortSignal.timeout(PRESS_TIMEOUT_MS));
    const services = { call, http: this.#http, log, now: () => internetTime() ?? now() };
    return readPress(request, { ...settings, apiUrl }, services);
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  #api(signal: AbortSignal): SlackApi {
    const { token, apiUrl } = this.#settings;
    const { log, now } = this.#services;
    return openSlackApi(this.#http, { token, apiUrl, log, now, signal });
  }
}

/** The time by the last answer of a host on the internet: this host's clock may be wrong. Null before the first. */
function internetTime(): number | null {
  const { internet } = otherClocks;
  return internet === null ? null : internet.time + performance.now() - internet.readAt;
}
