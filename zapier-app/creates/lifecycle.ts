import type { Bundle, Create, PlainInputField, ZObject } from 'zapier-platform-core';
import type { Action } from '../../shared/events.ts';
import type { LifecycleAction } from '../../shared/intelligems-api.ts';
import { type ZapierExperience, zapierExperience } from '../../shared/zapier-experience.ts';
import { succeeded } from '../failures.ts';
import { EXPERIENCE_FIELD } from '../fields/input.ts';
import { EXPERIENCE_OUTPUT } from '../fields/output.ts';
import { intelligems } from '../intelligems.ts';
import { sampleWebhook } from '../samples.ts';

interface LifecycleWords {
  action: LifecycleAction;
  label: string;
  description: string;
  sample: Action;
  more?: PlainInputField[];
}

/** An action that moves an experience through its life. */
function lifecycle({ action, label, description, sample, more = [] }: LifecycleWords): Create {
  const { experience, timestamp } = sampleWebhook(sample);
  return {
    key: `${action}_experience`,
    noun: 'Experience',
    display: { label, description },
    operation: {
      inputFields: [
        {
          ...EXPERIENCE_FIELD,
          required: true,
          search: 'find_experience.id',
        },
        ...more,
      ],
      outputFields: EXPERIENCE_OUTPUT,
      sample: { ...zapierExperience(experience, timestamp ?? 0) },
      async perform(z: ZObject, bundle: Bundle): Promise<ZapierExperience> {
        const input = bundle.inputData as {
          experience_id: string;
          variation_id?: string;
          update_prices?: boolean;
        };
        const api = intelligems(z, bundle);
        const options = {
          ...(input.variation_id === undefined ? {} : { variationId: input.variation_id }),
          ...(input.update_prices === undefined ? {} : { updatePricesToVariation: input.update_prices }),
        };
        const acted = succeeded(z, await api.act(input.experience_id, action, options));
        const result = acted ?? succeeded(z, await api.experience(input.experience_id));
        return zapierExperience(result, Date.now());
      },
    },
  };
}

export const startExperience = lifecycle({
  action: 'start',
  label: 'Start Experience',
  description: 'Starts an experience, or resumes one that is paused: it goes live for visitors.',
  sample: 'startExperience',
});

export const pauseExperience = lifecycle({
  action: 'pause',
  label: 'Pause Experience',
  description: 'Pauses an experience that is live. It can be started again.',
  sample: 'pauseExperience',
});

export const endExperience = lifecycle({
  action: 'end',
  label: 'End Experience',
  description: 'Ends an experience for good, and rolls out the winning variation if you choose one.',
  sample: 'endExperience',
  more: [
    {
      key: 'variation_id',
      label: 'Winning Variation',
      type: 'string',
      required: false,
      dynamic: 'variation_list.id.name',
      dependsOn: ['experience_id'],
      helpText: 'The variation to keep. Leave it empty to end without a winner.',
    },
    {
      key: 'update_prices',
      label: 'Change Prices to the Winner’s',
      type: 'boolean',
      required: false,
      helpText: 'For price tests: whether the prices of the store are set to those of the winning variation.',
    },
  ],
});
