import type { Bundle, Create, PlainInputField, PlainOutputField, ZObject } from 'zapier-platform-core';
import type { Action } from '../../shared/events.ts';
import type { IntelligemsApi } from '../../shared/intelligems-api.ts';
import type { ApiExperience } from '../../shared/intelligems-experiences.ts';
import type { ApiFailure } from '../../shared/intelligems-failure.ts';
import { type LifecycleAction, POSSIBLE_FROM, STATUS_AFTER } from '../../shared/intelligems-lifecycle.ts';
import { nameWords } from '../../shared/words.ts';
import { type ZapierExperience, zapierExperience } from '../../shared/zapier-experience.ts';
import { succeeded, zapierError } from '../failures.ts';
import { enteredId } from '../fields/entered.ts';
import { requiredExperience } from '../fields/experience.ts';
import { EXPERIENCE_OUTPUT } from '../fields/output.ts';
import { intelligems } from '../intelligems.ts';
import { sampleWebhook } from '../samples.ts';

/** What an action needs beyond the experience; it reads the fields before any request, and may ask the API. */
export interface ActionOptions {
  variationId?: string;
  updatePricesToVariation?: boolean;
}

export interface Lifecycle<Output extends ZapierExperience> {
  action: LifecycleAction;
  label: string;
  description: string;
  sample: Action;
  /** The hidden trigger that lists what the action is possible for. */
  list: string;
  fields?: PlainInputField[];
  output?: PlainOutputField[];
  /** Reads the further fields. Throws before any request if they are wrong. */
  read?(z: ZObject, inputData: Bundle['inputData']): ActionOptions;
  /** Checks whether the action is wanted now. Throws if not. */
  decide?(z: ZObject, api: IntelligemsApi, id: string, inputData: Bundle['inputData']): Promise<void>;
  result(experience: ZapierExperience, options: ActionOptions): Output;
}

/** An action that starts, pauses or ends an experience. */
export function lifecycle<Output extends ZapierExperience>(settings: Lifecycle<Output>): Create {
  const { action, label, description, list, fields = [], output = EXPERIENCE_OUTPUT, result } = settings;
  const { experience, timestamp } = sampleWebhook(settings.sample);
  const challenger = experience.variations.find(({ isControl }) => isControl === false);
  const sample = result(zapierExperience(experience, timestamp ?? 0), { variationId: challenger?.id });
  return {
    key: `${action}_experience`,
    noun: 'Experience',
    display: { label, description },
    operation: {
      inputFields: [requiredExperience(`${list}.id.experience_name`), ...fields],
      outputFields: output,
      sample: { ...(sample as object) },
      async perform(z: ZObject, bundle: Bundle): Promise<Output> {
        const id = enteredId(z, 'Experience', bundle.inputData.experience_id);
        if (id === null) {
          throw new z.errors.HaltedError(
            'The Experience field is blank, so nothing was done. If it is mapped, the earlier step found no experience.',
          );
        }
        const options = settings.read?.(z, bundle.inputData) ?? {};
        const api = intelligems(z, bundle);
        await settings.decide?.(z, api, id, bundle.inputData);
        return result(await act(z, api, { id, action, options }), options);
      },
    },
  };
}

interface Act {
  id: string;
  action: LifecycleAction;
  options: ActionOptions;
}

/** Acts, and gives the experience afterwards. Reading it back may fail: the action has succeeded all the same. */
async function act(z: ZObject, api: IntelligemsApi, { id, action, options }: Act): Promise<ZapierExperience> {
  const acted = await api.act(id, action, options);
  if (!acted.ok) {
    throw await refusal(z, api, { id, action, options }, acted.failure);
  }
  if (acted.value !== null) {
    return zapierExperience(acted.value, Date.now());
  }
  const unread = { id, testTypes: [], variations: [], experienceActions: [], status: STATUS_AFTER[action] };
  return zapierExperience(unread, Date.now());
}

/** The error for an action that Intelligems refused: a halt if the experience's status does not allow it. */
async function refusal(
  z: ZObject,
  api: IntelligemsApi,
  { id, action }: Act,
  failure: ApiFailure,
): Promise<Error> {
  if (failure.reason === 'not found') {
    succeeded(z, await api.listExperiences({ limit: 1 }));
  }
  const now = failure.reason === 'invalid' ? await api.experience(id) : null;
  if (now?.ok && !isPossible(action, now.value)) {
    const status = now.value.isDeleted ? 'deleted' : now.value.status;
    return new z.errors.HaltedError(
      `“${nameWords(now.value)}” cannot be ${STATUS_AFTER[action]}: it is ${status}. Nothing was changed. (${failure.message})`,
    );
  }
  return zapierError(z, failure);
}

function isPossible(action: LifecycleAction, { status, isDeleted }: ApiExperience): boolean {
  return !isDeleted && POSSIBLE_FROM[action].some((from) => from === status);
}

const unchanged = (experience: ZapierExperience): ZapierExperience => experience;

export const startExperience = lifecycle({
  action: 'start',
  label: 'Start Experience',
  description: 'Starts an experience, or resumes a paused one, so that visitors see it.',
  sample: 'startExperience',
  list: 'startable_experience_list',
  result: unchanged,
});

export const pauseExperience = lifecycle({
  action: 'pause',
  label: 'Pause Experience',
  description: 'Pauses a live experience. You can start it again.',
  sample: 'pauseExperience',
  list: 'running_experience_list',
  result: unchanged,
});
