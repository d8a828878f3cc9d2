import type { Bundle, PlainInputField, ZObject } from 'zapier-platform-core';
import { VERDICTS } from '../../shared/intelligems-analytics.ts';
import type { IntelligemsApi } from '../../shared/intelligems-api.ts';
import { verdictWords } from '../../shared/verdict-words.ts';
import type { ZapierExperience } from '../../shared/zapier-experience.ts';
import { found } from '../failures.ts';
import { enteredChoice, enteredFlag, enteredId, enteredList } from '../fields/entered.ts';
import { EXPERIENCE_OUTPUT } from '../fields/output.ts';
import { type ActionOptions, lifecycle } from './lifecycle.ts';

const OUTCOMES = { winner: 'Apply a winner', none: 'End without a winner' } as const;

/** The verdicts that say something; the other two mean that there is none yet. */
const VERDICT_CHOICES: Readonly<Record<string, string>> = Object.fromEntries(
  VERDICTS.filter((verdict) => verdict !== 'not_ready' && verdict !== 'error').map((verdict) => [
    verdict,
    verdictWords(verdict),
  ]),
);

const FIELDS: PlainInputField[] = [
  {
    key: 'outcome',
    label: 'Outcome',
    type: 'string',
    required: true,
    choices: { ...OUTCOMES },
    helpText:
      'What happens to the store when the experience ends. **Ending cannot be undone**, and an applied winner goes live for all visitors.',
  },
  {
    key: 'variation_id',
    label: 'Winning Variation',
    type: 'string',
    required: false,
    dynamic: 'variation_list.id.name',
    dependsOn: ['experience_id'],
    helpText:
      'Needed to apply a winner. Choose it, or map *Recommended Variation ID* of “Find Experience Results”. If it is blank when the Zap runs, the Zap stops and the experience goes on. Not used if you end without a winner.',
  },
  {
    key: 'only_if_verdict',
    label: 'Only If the Verdict Is',
    type: 'string',
    list: true,
    required: false,
    choices: { ...VERDICT_CHOICES },
    helpText:
      'The results are checked first. With any other verdict, or none yet, the Zap stops and the experience goes on. Leave it blank to end without checking.',
  },
  {
    key: 'update_prices',
    label: 'Change Prices to the Winner’s',
    type: 'boolean',
    required: false,
    helpText:
      'For price tests: whether the prices in the store are set to those of the winning variation. Leave it blank for the default of Intelligems.',
  },
];

/** Reads the fields of End Experience. Throws before any request: a blank field never ends an experience. */
function readOptions(z: ZObject, inputData: Bundle['inputData']): ActionOptions {
  const outcome = enteredChoice(z, 'Outcome', inputData.outcome, OUTCOMES);
  verdictsOf(z, inputData);
  if (outcome === null) {
    throw new z.errors.HaltedError(
      'The Outcome field is blank, so the experience was not ended. Choose “Apply a winner” or “End without a winner”.',
    );
  }
  if (outcome === 'none') {
    return {};
  }
  const variationId = enteredId(z, 'Winning Variation', inputData.variation_id);
  if (variationId === null) {
    throw new z.errors.HaltedError(
      'The Winning Variation field is blank, so the experience was not ended. If it is mapped from results, they name no winner yet.',
    );
  }
  const updatePrices = enteredFlag(z, 'Change Prices to the Winner’s', inputData.update_prices);
  return { variationId, ...(updatePrices === null ? {} : { updatePricesToVariation: updatePrices }) };
}

function verdictsOf(z: ZObject, { only_if_verdict: value }: Bundle['inputData']): string[] {
  return enteredList(value).map(
    (each) => enteredChoice(z, 'Only If the Verdict Is', each, VERDICT_CHOICES) as string,
  );
}

/** Asks for the results if the person wants certain verdicts only; halts with any other. */
async function checkVerdict(
  z: ZObject,
  api: IntelligemsApi,
  id: string,
  inputData: Bundle['inputData'],
): Promise<void> {
  const wanted = verdictsOf(z, inputData);
  if (wanted.length === 0) {
    return;
  }
  const results = await found(z, api, await api.analytics(id));
  const verdict = results?.verdict ?? null;
  if (verdict === null || !wanted.includes(verdict)) {
    const words = wanted.map((each) => VERDICT_CHOICES[each]).join(' or ');
    throw new z.errors.HaltedError(
      `The verdict is “${verdictWords(verdict)}”, not ${words}, so the experience was not ended.`,
    );
  }
}

export interface EndedExperience extends ZapierExperience {
  winning_variation: string | null;
  winning_variation_id: string | null;
}

function withWinner(experience: ZapierExperience, { variationId }: ActionOptions): EndedExperience {
  const winner = experience.variations.find(({ id }) => id === variationId);
  return {
    ...experience,
    winning_variation: winner?.name ?? null,
    winning_variation_id: variationId ?? null,
  };
}

export const endExperience = lifecycle({
  action: 'end',
  label: 'End Experience',
  description: 'Ends an experience permanently, with or without applying a winner. This cannot be undone.',
  sample: 'endExperience',
  list: 'endable_experience_list',
  fields: FIELDS,
  output: [
    ...EXPERIENCE_OUTPUT,
    { key: 'winning_variation', label: 'Winning Variation', type: 'string' },
    { key: 'winning_variation_id', label: 'Winning Variation ID', type: 'string' },
  ],
  read: readOptions,
  decide: checkVerdict,
  result: withWinner,
});
