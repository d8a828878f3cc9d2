import type { Bundle, Trigger, ZObject } from 'zapier-platform-core';
import { ACTIONS, type Action, isRecord } from '../../shared/events.ts';
import { ACTION_TITLES, ACTION_VERBS } from '../../shared/words.ts';
import type { ZapierEvent } from '../../shared/zapier-event.ts';
import { passesFilter, type ZapierFilter } from '../../shared/zapier-filter.ts';
import {
  CHANGED_SETTINGS_FIELD,
  eventsField,
  FILTER_FIELDS,
  filterOf,
  STORE_FIELD,
} from '../fields/input.ts';
import { EVENT_OUTPUT } from '../fields/output.ts';
import { intelligems } from '../intelligems.ts';
import { apiSamples } from '../live-samples.ts';
import { sampleEvent } from '../samples.ts';
import { hookTrigger } from './hook.ts';

interface EventWords {
  key: string;
  label: string;
  description: string;
  /** Null for all, with a choice. */
  action: Action | null;
}

/** An instant trigger for events of experiences. */
function experienceEventTrigger({ key, label, description, action }: EventWords): Trigger {
  const isChanges = action === 'updateExperience';
  const fields = [...FILTER_FIELDS, STORE_FIELD];
  return hookTrigger<ZapierEvent>({
    key,
    noun: 'Experience',
    label,
    description,
    subject: isChanges ? 'changes' : 'events',
    fields:
      action === null ? [eventsField(), ...fields] : isChanges ? [CHANGED_SETTINGS_FIELD, ...fields] : fields,
    outputFields: EVENT_OUTPUT,
    sample: sampleEvent(action ?? 'endExperience'),
    filterOf(z: ZObject, bundle: Bundle): ZapierFilter {
      const filter = filterOf(z, bundle);
      return action === null ? filter : { ...filter, actions: [action] };
    },
    read: readEvents,
    fromApi: (z, bundle, filter) =>
      apiSamples(intelligems(z, bundle), filter, action ?? filter.actions[0] ?? 'startExperience'),
  });
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

/** Experience Created, Started, Paused, Ended, Deleted, Settings Changed, and any event. */
export const experienceEventTriggers: Trigger[] = [
  ...ACTIONS.filter((action) => action !== 'updateExperience').map((action) =>
    experienceEventTrigger({
      key: ACTION_TITLES[action].toLowerCase().replace(' ', '_'),
      label: ACTION_TITLES[action],
      description: `Triggers when an experience ${ACTION_VERBS[action].replace('was', 'is')}.`,
      action,
    }),
  ),
  experienceEventTrigger({
    key: 'settings_changed',
    label: 'Settings Changed',
    description:
      'Triggers when settings of an experience change, such as its prices or traffic split. Changes that follow each other within a minute or so run the Zap once.',
    action: 'updateExperience',
  }),
  experienceEventTrigger({
    key: 'any_experience_event',
    label: 'Any Experience Event',
    description:
      'Triggers when an experience is created, started, paused, ended, updated or deleted. You choose which of these count.',
    action: null,
  }),
];
