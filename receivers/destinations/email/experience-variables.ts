import type { Variation } from '../../../shared/events.ts';
import {
  ACTION_TITLES,
  ACTION_VERBS,
  categoryWords,
  durationWords,
  metricWords,
  nameWords,
  percentWords,
  priceWords,
  typeWords,
  variationWords,
} from '../../../shared/words.ts';
import type { ExperienceMessage } from '../../contract/message.ts';
import { requestedWords } from '../../experience/requester.ts';
import { peopleOf } from '../common/people.ts';
import { chartOf, line, lineOrNull, momentOf, webLink } from './formats.ts';
import { resultsVariables } from './results-variables.ts';
import type { EmailSettings } from './settings.ts';
import type { ExperienceVariables, Moment, VariationVariables } from './variables.ts';

/** How many variations and changes a mail lists: Gmail shows only the first 102 KB of a mail. */
const MOST_LISTED = 50;

/** An experience that just started has no time that is worth a line. */
const A_MINUTE_MS = 60_000;

/** Gathers what the templates of an action can name. */
export function experienceVariables(
  message: ExperienceMessage,
  settings: EmailSettings,
  subject: string,
): ExperienceVariables {
  const { event, results } = message;
  const { experience, organization } = event;
  const people = peopleOf(message);
  return {
    subject,
    subject_style: settings.subject,
    links: { intelligems: webLink(message.links.intelligems), console: webLink(message.links.console) },
    chart: chartOf(results?.chart),
    action: event.action,
    title: ACTION_TITLES[event.action],
    verb: ACTION_VERBS[event.action],
    experience: stateVariables(message, settings),
    organization: {
      id: lineOrNull(organization.id),
      name: lineOrNull(organization.name),
      shop: lineOrNull(organization.shopId),
    },
    person: people.length === 0 ? null : people.map(line).join(', '),
    time: momentOf(event.timestamp, settings),
    received: momentOf(message.receivedAt, settings),
    late: message.late,
    newer: message.superseded,
    recovered: message.recovered,
    requested: message.requestedBy === null ? null : line(requestedWords(message.requestedBy)),
    variations: experience.variations
      .slice(0, MOST_LISTED)
      .map((variation, index) => variationVariables(variation, index, experience.currency)),
    variations_left: Math.max(0, experience.variations.length - MOST_LISTED),
    changes: message.changes
      .filter(({ bookkeeping }) => !bookkeeping)
      .slice(0, MOST_LISTED)
      .map(({ words }) => line(words)),
    results: results === null ? null : resultsVariables(results, settings.locale),
    source: line(message.source),
    payload: event.payload,
  };
}

/** A mail cannot be updated, so it shows the experience right after its own event. */
function stateVariables(
  { event, state, stateThen, rollsOut }: ExperienceMessage,
  settings: EmailSettings,
): ExperienceVariables['experience'] {
  const { experience } = event;
  const moment = (ms: number | null): Moment => momentOf(ms, settings);
  return {
    id: line(experience.id),
    name: line(nameWords(experience)),
    hypothesis: lineOrNull(experience.description),
    type: line(typeWords(experience.type)),
    type_code: lineOrNull(experience.type),
    category: line(categoryWords(experience.category)),
    status: stateThen.status,
    status_now: state.status,
    currency: lineOrNull(experience.currency),
    metric: lineOrNull(metricWords(experience.primaryMetric) ?? undefined),
    rolls_out:
      rollsOut === null
        ? null
        : { name: line(rollsOut.name ?? 'another experience'), link: webLink(rollsOut.link) },
    is_preview: experience.isPreview === true && stateThen.startedAt === null,
    sync_error: experience.variations.some(({ functionSyncError }) => functionSyncError === true),
    created: moment(stateThen.createdAt),
    started: moment(stateThen.startedAt),
    paused: moment(stateThen.pausedAt),
    ended: moment(stateThen.endedAt),
    live:
      stateThen.liveMs === null || stateThen.liveMs < A_MINUTE_MS ? null : durationWords(stateThen.liveMs),
  };
}

function variationVariables(
  variation: Variation,
  index: number,
  currency: string | undefined,
): VariationVariables {
  const { percentage } = variation;
  return {
    name: line(variationWords(variation, index)),
    is_control: variation.isControl ?? false,
    share: percentWords(percentage),
    percentage: percentage === undefined ? null : Math.min(100, Math.max(0, percentage)),
    price: priceWords(variation, currency),
  };
}
