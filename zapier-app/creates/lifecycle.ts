import type { Bundle, Create, PlainInputField, PlainOutputField, ZObject } from 'zapier-platform-core';
import type { Action } from '../../shared/events.ts';
import type { LifecycleAction } from '../../shared/intelligems-api.ts';
import { type ZapierExperience, zapierExperience } from '../../shared/zapier-experience.ts';
import { succeeded } from '../failures.ts';
import { EXPERIENCE_FIELD } from '../fields/input.ts';
import { EXPERIENCE_OUTPUT } from '../fields/output.ts';
import { intelligems } from '../intelligems.ts';
import { sampleWebhook } from '../samples.ts';

interface LifecycleInput {
  experience_id: string;
  variation_id?: string;
  update_prices?: boolean;
}

interface Lifecycle {
  action: LifecycleAction;
  label: string;
  description: string;
  sample: Action;
  more?: PlainInputField[];
  output?: PlainOutputField[];
  /** What came of it, for the Zap. */
  result?(experience: ZapierExperience, input: LifecycleInput): ZapierExperience;
}

/** An action that moves an experience through its life. */
function lifecycle({
  action,
  label,
  description,
  sample,
  more = [],
  output = EXPERIENCE_OUTPUT,
  result = (experience) => experience,
}: Lifecycle): Create {
  const { experience, timestamp } = sampleWebhook(sample);
  const [winner] = experience.variations.filter(({ isControl }) => isControl === false);
  const sampleInput = { experience_id: experience.id, variation_id: winner?.id };
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
      outputFields: output,
      sample: { ...result(zapierExperience(experience, timestamp ?? 0), sampleInput) },
      async perform(z: ZObject, bundle: Bundle): Promise<ZapierExperience> {
        const input = bundle.inputData as unknown as LifecycleInput;
        const api = intelligems(z, bundle);
        const options = {
          ...(input.variation_id === undefined ? {} : { variationId: input.variation_id }),
          ...(input.update_prices === undefined ? {} : { updatePricesToVariation: input.update_prices }),
        };
        const acted = succeeded(z, await api.act(input.experience_id, action, options));
        const now = acted ?? succeeded(z, await api.experience(input.experience_id));
        return result(zapierExperience(now, Date.now()), input);
      },
    },
  };
}

interface EndedExperience extends ZapierExperience {
  winning_variation: string | null;
  winning_variation_id: string | null;
}

function withWinner(experience: ZapierExperience, { variation_id: id }: LifecycleInput): EndedExperience {
  const winner = experience.variations.find((variation) => variation.id === id);
  return {
    ...experience,
    winning_variation: winner?.name ?? null,
    winning_variation_id: winner?.id ?? null,
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
  result: withWinner,
  output: [
    ...EXPERIENCE_OUTPUT,
    { key: 'winning_variation', label: 'Winning Variation', type: 'string' },
    { key: 'winning_variation_id', label: 'Winning Variation ID', type: 'string' },
  ],
  more: [
    {
      key: 'variation_id',
      label: 'Winning Variation',
      type: 'string',
      required: false,
      dynamic: 'variation_list.id.name',
      dependsOn: ['experience_id'],
      helpText:
        'The variation to keep. Leave it empty to end without a winner. To keep the best one without choosing it here, map Best Variation ID of “Get Experience Results”, after a filter on its Verdict.',
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
