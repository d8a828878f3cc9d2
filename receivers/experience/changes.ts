import { type Action, isRecord, readExperience, type Variation, wasStarted } from '../../shared/events.ts';
import {
  categoryWords,
  cut,
  percentWords,
  priceWords,
  typeWords,
  variationWords,
} from '../../shared/words.ts';
import type { Change } from '../contract/experience.ts';
import { type Difference, fieldDifferences, quoted, same } from './differences.ts';
import { knownDifferences } from './known-settings.ts';

type Document = Record<string, unknown>;

/** More changes than these are counted, not named. */
const MOST_CHANGES = 40;
/** Limit of changes that are put into words, to find those that people care about. */
const MOST_DESCRIBED = 400;
/** Longer words are cut, in characters. */
const LONGEST_WORDS = 300;

/**
 * Says in words what differs between two snapshots of an experience, what people care for most first. A
 * field that is missing, null or empty on both sides is the same. The documents are untrusted: the work is
 * proportional to their size, however deep or wide they are, and so is bounded by the limit on a body.
 *
 * @param before the experience document of the earlier snapshot, as it came
 * @param after the one of the later snapshot
 * @param action what led to the later snapshot
 */
export function describeChanges(
  before: Document,
  after: Document,
  action: Action = 'updateExperience',
): Change[] {
  const isOwnDoing = (field: string): boolean =>
    field === 'isPreview'
      ? action !== 'updateExperience' || [before, after].some((each) => wasStarted(readExperience(each)))
      : action !== 'updateExperience' && SET_BY_ACTIONS.includes(field);
  const changes: Change[] = [];
  let further = 0;
  for (const field of fieldsOf(before, after)) {
    if (same(own(before, field), own(after, field))) {
      continue;
    }
    if (changes.length >= MOST_DESCRIBED) {
      further += 1;
      continue;
    }
    for (const { words, bookkeeping } of differences(field, before, after)) {
      const isNoNews = bookkeeping || isOwnDoing(field);
      changes.push({ field, words: cut(words, LONGEST_WORDS), bookkeeping: isNoNews });
    }
  }
  return bounded(changes, further);
}

/** The fields by which people know an experience come first, in this order; the others follow as they stand. */
const FIRST_FIELDS = ['name', 'status', 'type', 'category', 'variations', 'audience', 'offer'];

/** What starting, pausing, ending and deleting set by themselves: that it was started says it already. */
const SET_BY_ACTIONS = ['status', 'startedAtTs', 'pausedAtTs', 'endedAtTs', 'deletedAtTs', 'isDeleted'];

function fieldsOf(before: Document, after: Document): string[] {
  return [...new Set([...FIRST_FIELDS, ...Object.keys(after), ...Object.keys(before)])];
}

function own(document: Document, field: string): unknown {
  return Object.hasOwn(document, field) ? document[field] : undefined;
}

function bounded(changes: readonly Change[], further: number): Change[] {
  const ordered = [
    ...changes.filter(({ bookkeeping }) => !bookkeeping),
    ...changes.filter(({ bookkeeping }) => bookkeeping),
  ];
  const more = ordered.length - MOST_CHANGES + further;
  if (more <= 0) {
    return ordered;
  }
  const kept = ordered.slice(0, MOST_CHANGES);
  const words = `${more} further ${more === 1 ? 'change' : 'changes'}`;
  return [
    ...kept,
    { field: '', words, bookkeeping: further === 0 && kept.some(({ bookkeeping }) => bookkeeping) },
  ];
}

function differences(field: string, before: Document, after: Document): Difference[] {
  const [earlier, later] = [own(before, field), own(after, field)];
  if (field === 'variations') {
    return variationDifferences(before, after);
  }
  if (field === 'experienceActions') {
    return [{ words: 'history of actions changed', bookkeeping: true }];
  }
  if (field === 'type' && typeof earlier === 'string' && typeof later === 'string') {
    return [{ words: `type ${typeWords(earlier)} → ${typeWords(later)}`, bookkeeping: false }];
  }
  if (field === 'category' && typeof earlier === 'string' && typeof later === 'string') {
    return [{ words: `category ${categoryWords(earlier)} → ${categoryWords(later)}`, bookkeeping: false }];
  }
  if (field === 'status' && typeof earlier === 'string' && typeof later === 'string') {
    return [{ words: `status ${earlier} → ${later}`, bookkeeping: false }];
  }
  const { currency } = readExperience({ currency: own(after, 'currency') });
  return knownDifferences(field, earlier, later, currency) ?? fieldDifferences(field, earlier, later);
}

/** A variation as it came, and as this project reads it. */
interface Sided {
  document: Document;
  variation: Variation;
  name: string;
}

function variationDifferences(before: Document, after: Document): Difference[] {
  const [earlier, later] = [sides(before), sides(after)];
  const { currency } = readExperience({ currency: own(after, 'currency') });
  const pairs = [...later].map(([key, side]) => ({ was: earlier.get(key), is: side }));
  const kept = pairs.filter((pair): pair is { was: Sided; is: Sided } => pair.was !== undefined);
  const added = pairs.filter(({ was }) => was === undefined).map(({ is }) => is);
  const removed = [...earlier].filter(([key]) => !later.has(key)).map(([, side]) => side);
  const words = [
    ...added.map(
      ({ name, variation }) => `added variation ${quoted(name)} (${percentWords(variation.percentage)})`,
    ),
    ...removed.map(({ name }) => `removed variation ${quoted(name)}`),
    ...kept
      .filter(({ was, is }) => was.name !== is.name)
      .map(({ was, is }) => `variation ${quoted(was.name)} is now ${quoted(is.name)}`),
    ...splitWords(kept),
    ...kept.flatMap(({ was, is }) => priceDifferences(was, is, currency)),
    ...kept
      .filter(({ was, is }) => !was.variation.isControl && is.variation.isControl)
      .map(({ is }) => `${is.name} is now the control`),
    ...(reordered(kept) ? ['variations in another order'] : []),
  ];
  const differences = [
    ...words.map((each) => ({ words: each, bookkeeping: false })),
    ...kept.flatMap(({ was, is }) => furtherDifferences(was, is, currency)),
  ];
  if (differences.length > 0) {
    return differences;
  }
  const onlyListed = kept.length > 0 && kept.every(({ was, is }) => same(was.document, is.document));
  return [
    {
      words: onlyListed ? 'variations listed in another order' : 'variations changed',
      bookkeeping: onlyListed,
    },
  ];
}

/** The variations by their id, or else by their place. */
function sides(document: Document): Map<string, Sided> {
  const list = own(document, 'variations');
  const records = (Array.isArray(list) ? list : []).filter(isRecord);
  const { variations } = readExperience({ variations: records });
  return new Map(
    variations.map((variation, index) => [
      variation.id ?? `place ${index}`,
      { document: records[index] ?? {}, variation, name: cut(variationWords(variation, index), 80) },
    ]),
  );
}

/** The new traffic split in one line: “Control 50 → 80%, Variant B 50 → 20%”. */
function splitWords(kept: readonly { was: Sided; is: Sided }[]): string[] {
  const words = kept
    .filter(({ was, is }) => was.variation.percentage !== is.variation.percentage)
    .map(({ was, is }) => {
      const share = percentWords(was.variation.percentage).replace('%', '');
      return `${is.name} ${share} → ${percentWords(is.variation.percentage)}`;
    });
  return words.length === 0 ? [] : [words.join(', ')];
}

function priceDifferences(was: Sided, is: Sided, currency: string | undefined): string[] {
  const [earlier, later] = [was, is].map(({ variation }) => priceWords(variation, currency) ?? 'none');
  return earlier === later ? [] : [`${is.name}: price change ${earlier} → ${later}`];
}

function reordered(kept: readonly { was: Sided; is: Sided }[]): boolean {
  const order = (side: 'was' | 'is'): number[] =>
    [...kept.keys()].sort(
      (one, other) =>
        (kept[one]?.[side].variation.order ?? one) - (kept[other]?.[side].variation.order ?? other),
    );
  const later = order('is');
  return order('was').some((index, place) => index !== later[place]);
}

/** The fields of a variation that have words of their own. */
const NAMED_FIELDS = ['id', 'name', 'percentage', 'isControl', 'order', 'priceChange', 'priceChangeUnit'];

function furtherDifferences(was: Sided, is: Sided, currency: string | undefined): Difference[] {
  return fieldsOf(was.document, is.document)
    .filter((field) => !NAMED_FIELDS.includes(field))
    .filter((field) => !same(own(was.document, field), own(is.document, field)))
    .flatMap((field) => {
      const [earlier, later] = [own(was.document, field), own(is.document, field)];
      return knownDifferences(field, earlier, later, currency) ?? fieldDifferences(field, earlier, later);
    })
    .map(({ words, bookkeeping }) => ({ words: `${is.name}: ${words}`, bookkeeping }));
}
