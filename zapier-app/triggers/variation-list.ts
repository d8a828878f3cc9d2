import type { Bundle, Trigger, ZObject } from 'zapier-platform-core';
import { type ZapierVariation, zapierExperience } from '../../shared/zapier-experience.ts';
import { succeeded } from '../failures.ts';
import { intelligems } from '../intelligems.ts';
import { sampleWebhook } from '../samples.ts';

async function perform(z: ZObject, bundle: Bundle): Promise<ZapierVariation[]> {
  const { experience_id: id } = bundle.inputData;
  if (typeof id !== 'string' || id === '') {
    return [];
  }
  const experience = succeeded(z, await intelligems(z, bundle).experience(id));
  return zapierExperience(experience, Date.now()).variations;
}

/** Fills the dropdown of an experience's variations. */
export const variationList: Trigger = {
  key: 'variation_list',
  noun: 'Variation',
  display: {
    label: 'List of Variations',
    description: 'Triggers when a dropdown of variations is opened.',
    hidden: true,
  },
  operation: {
    type: 'polling',
    outputFields: [
      { key: 'id', label: 'Variation ID', type: 'string' },
      { key: 'name', label: 'Variation Name', type: 'string' },
      { key: 'percentage', label: 'Traffic (%)', type: 'number' },
      { key: 'is_control', label: 'Is Control', type: 'boolean' },
    ],
    sample: { ...zapierExperience(sampleWebhook('startExperience').experience, 0).variations[0] },
    perform,
  },
};
