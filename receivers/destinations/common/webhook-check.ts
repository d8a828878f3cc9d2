import type { Check, SettingName } from '../../contract/destination.ts';
import type { Answer, Exchange } from '../../outgoing/exchange.ts';
import {
  type AnswerRules,
  isPage,
  notTheService,
  rateLimitWords,
  refusalWords,
  statusWords,
} from './answer-outcome.ts';
import type { Unsure } from './webhook-destination.ts';

/** What the findings of a check depend on. */
export interface CheckSettings {
  unsure: Unsure;
  setting: SettingName;
}

/** What to do about a service that does not answer, or answers with an error of its own. */
export const CHECK_AGAIN = 'Check the network, DNS and proxy of this machine, then run the check again.';

/**
 * The finding of a check that asked a service: unreachable services, redirects, rate limits and errors of the service
 * read the same for every kind.
 *
 * @param what what was checked, such as “Discord webhook”
 * @param works the finding for an answer that shows that the webhook works; null for any other answer
 * @param urlSetting the name of the setting that holds the URL
 * @param fix what to do if the service refuses
 */
export function exchangeCheck(
  what: string,
  rules: AnswerRules,
  {
    exchange,
    url,
    works,
    urlSetting,
    fix,
  }: {
    exchange: Exchange;
    url: string;
    works(answer: Answer): Check | null;
    urlSetting: string;
    fix: string;
  },
): Check {
  if (!exchange.answered) {
    return { what, state: 'fault', finding: exchange.reason, fix: `Check ${urlSetting}. ${CHECK_AGAIN}` };
  }
  const { status } = exchange;
  if (status === 429) {
    const finding = rateLimitWords(rules.service, null);
    return { what, state: 'warning', finding, fix: 'Run the check again in a minute.' };
  }
  if (status >= 500) {
    return {
      what,
      state: 'fault',
      finding: statusWords(rules.service, status),
      fix: 'Run the check again in a minute.',
    };
  }
  const found = works(exchange);
  if (found !== null) {
    return found;
  }
  const finding =
    isPage(exchange) && status < 300 ? notTheService(rules.service) : refusalWords(rules, exchange, url);
  return { what, state: 'fault', finding: finding.replace('refused the message', 'refused the check'), fix };
}

/** What happens to a message that may have arrived, as part of a finding, with the setting that decides it. */
export function unsureWords(service: string, unsure: Unsure, setting: SettingName): string {
  const then =
    unsure === 'repeat' ? 'is sent again and may appear twice' : 'is not sent again and may be missing';
  return `After a timeout, a message ${then} (${setting('unsure', unsure)}): ${service} cannot be asked.`;
}
