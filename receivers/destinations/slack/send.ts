import type { Attempt, Check, Destination, Services } from '../../contract/destination.ts';
import type { ExperienceMessage, Message } from '../../contract/message.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { checkSlack } from './check.ts';
import { slackCalls } from './client.ts';
import { type ErrandOutcome, runErrand } from './delivery.ts';
import { Directory } from './directory.ts';
import { combinedOutcome } from './outcome.ts';
import { mentionedPeople } from './render.ts';
import type { SlackSettings } from './settings.ts';

/** A check takes no longer than this, milliseconds. */
const CHECK_TIMEOUT_MS = 15_000;

/** A Slack destination with a bot token: posts to one channel or several, as a card or as plain messages. */
export class SlackDestination implements Destination {
  #settings: SlackSettings & { token: string; channel: string[] };
  #services: Services;
  #directory: Directory;

  constructor(settings: SlackSettings & { token: string; channel: string[] }, services: Services) {
    this.#settings = settings;
    this.#services = services;
    this.#directory = new Directory(services.now);
  }

  send(message: Message, attempt: Attempt): Promise<Outcome> {
    return this.#run(message, attempt, false);
  }

  complete(message: ExperienceMessage, attempt: Attempt): Promise<Outcome> {
    return this.#run(message, attempt, true);
  }

  async #run(message: Message, attempt: Attempt, completes: boolean): Promise<Outcome> {
    const { channel: channels, mode = 'card', mentions, unsure } = this.#settings;
    const call = this.#calls(attempt.signal);
    const people = await this.#directory.find(call, mentions ? mentionedPeople(message) : []);
    const errands: { channel: string; outcome: ErrandOutcome }[] = [];
    for (const channel of channels) {
      const { name: destination } = this.#services;
      const errand = { channel, message, people, mode, unsure, destination, attempt, completes, call };
      errands.push({ channel, outcome: await runErrand(errand) });
    }
    return combinedOutcome(errands, message.key);
  }

  async check(): Promise<Check[]> {
    const call = this.#calls(AbortSignal.timeout(CHECK_TIMEOUT_MS));
    return checkSlack(call, this.#settings, this.#services.setting);
  }

  async close(): Promise<void> {}

  #calls(signal: AbortSignal) {
    const { token, apiUrl } = this.#settings;
    return slackCalls(token, apiUrl, this.#services.log, signal);
  }
}
