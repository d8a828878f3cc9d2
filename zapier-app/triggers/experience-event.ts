import type { Bundle, Trigger, ZObject } from 'zapier-platform-core';
import { ACTIONS, type Action, isRecord } from '../../shared/events.ts';
import { ACTION_TITLES, ACTION_VERBS } from '../../shared/words.ts';
import type { ZapierEvent } from '../../shared/zapier-event.ts';
import { passesFilter, type ZapierFilter } from '../../shared/zapier-filter.ts';
import { eventsField, FILTER_FIELDS, filterOf } from '../fields/input.ts';
import { EVENT_OUTPUT } from '../fields/output.ts';
import { isFirstTime } from '../first-time.ts';
import { headerOf } from '../headers.ts';
import { receiver } from '../receiver.ts';
import { sampleEvent } from '../samples.ts';

/** How many recent events the editor offers as samples. */
const SAMPLES = 3;

/** How many the receiver is asked for: one that does not filter gives others among them. */
const ASKED_FOR = 30;

interface TriggerWords {
  key: string;
  label: string;
  description: string;
  /** Null for all, with a choice. */
  action: Action | null;
}

/**
 * An instant trigger: the team's receiver is told where to send which events, and sends each once, verified
 * and in the form that the Zap gets.
 */
function experienceEventTrigger({ key, label, description, action }: TriggerWords): Trigger {
  const filterFor = (z: ZObject, bundle: Bundle): ZapierFilter => {
    const filter = filterOf(z, bundle);
    return action === null ? filter : { ...filter, actions: [action] };
  };

  return {
    key,
    noun: 'Experience',
    display: { label, description },
    operation: {
      type: 'hook',
      inputFields: action === null ? [eventsField(), ...FILTER_FIELDS] : FILTER_FIELDS,
      outputFields: EVENT_OUTPUT,
      sample: { ...sampleEvent(action ?? 'endExperience') },

      async performSubscribe(z: ZObject, bundle: Bundle) {
        return { id: await receiver(z, bundle).subscribe(bundle.targetUrl ?? '', filterFor(z, bundle)) };
      },

      async performUnsubscribe(z: ZObject, bundle: Bundle) {
        const id = bundle.subscribeData?.id;
        if (id !== undefined) {
          await receiver(z, bundle).unsubscribe(id);
        }
        return {};
      },

      async perform(z: ZObject, bundle: Bundle): Promise<ZapierEvent[]> {
        const events = readEvents([bundle.cleanedRequest], filterFor(z, bundle));
        // The receiver sends one again where it cannot know whether it arrived, under the same id.
        const id = headerOf(bundle.rawRequest?.headers, 'webhook-id');
        const isNew =
          id === undefined || events.length === 0 || (await isFirstTime(z, bundle, `delivery ${id}`));
        return isNew ? events : [];
      },

      async performList(z: ZObject, bundle: Bundle): Promise<ZapierEvent[]> {
        const filter = filterFor(z, bundle);
        const events = await receiver(z, bundle).recentEvents(filter, ASKED_FOR);
        return readEvents(events, filter).slice(0, SAMPLES);
      },
    },
  };
}

/** The events among what the receiver sent that this Zap wants. */
function readEvents(candidates: unknown[], filter: ZapierFilter): ZapierEvent[] {
  return candidates.filter(isZapierEvent).filter((event) => passesFilter(event, filter));
}

function isZapierEvent(value: unknown): value is ZapierEvent {
  return (
    isRecord(value) &&
    ['id', 'action_type', 'experience_id', 'experience_name'].every((key) => typeof value[key] === 'string')
  );
}

/** Experience Created, Started, Paused, Ended, Updated, Deleted, and any of them. */
export const experienceEventTriggers: Trigger[] = [
  ...ACTIONS.map((action) =>
    experienceEventTrigger({
      key: ACTION_TITLES[action].toLowerCase().replace(' ', '_'),
      label: ACTION_TITLES[action],
      description: `Triggers when an experience ${ACTION_VERBS[action].replace('was', 'is')}.`,
      action,
    }),
  ),
  experienceEventTrigger({
    key: 'any_experience_event',
    label: 'Any Experience Event',
    description:
      'Triggers when an experience is created, started, paused, ended, updated or deleted. You choose which of these count.',
    action: null,
  }),
];
