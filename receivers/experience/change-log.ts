import { isRecord } from '../../shared/events.ts';
import type { Change } from '../contract/experience.ts';
import { describeChanges } from './changes.ts';

type Document = Record<string, unknown>;

/** The kinds of the vendor's change log, by the field of an experience or a variation that they are a part of. */
const LISTS: Readonly<Record<string, string>> = {
  variations: 'variations',
  audiences: 'audience',
  pageTargeting: 'experiencePageTargeting',
  offers: 'offer',
  onsiteEdits: 'onsiteEdits',
  onsiteInjections: 'onsiteInjections',
  redirects: 'redirects',
  checkoutBlocks: 'checkoutBlocks',
};

/** The fields that hold one object, not a list. */
const SINGLE: readonly string[] = ['audience', 'offer', 'onsiteInjections'];

/** The most entities of one kind that are described. */
const MOST_ENTITIES = 40;

/**
 * What an entry of the vendor's change log says in words, news only: for an update whose earlier settings the
 * receiver does not know.
 *
 * @param change the entry's `change`: for each kind of entity, what was before and after the deploy
 */
export function loggedChanges(change: Document): Change[] {
  const own = isRecord(change.experience) ? changesOf(...changedPart(change.experience)) : [];
  const others = Object.entries(LISTS).flatMap(([kind, field]) => {
    const list = change[kind];
    const entities = Array.isArray(list) ? list.filter(isRecord).slice(0, MOST_ENTITIES) : [];
    return SINGLE.includes(field)
      ? entities.flatMap((entity) => {
          const [before, after] = snapshots(entity);
          return changesOf({ [field]: before ?? null }, { [field]: after ?? null });
        })
      : listChanges(field, entities);
  });
  return [...own, ...others];
}

function listChanges(field: string, entities: readonly Document[]): Change[] {
  const pairs = entities.map(field === 'variations' ? changedPart : snapshots);
  const present = (side: 0 | 1): Document[] =>
    pairs.map((pair) => pair[side]).filter((each): each is Document => each !== null);
  return changesOf({ [field]: present(0) }, { [field]: present(1) });
}

function changesOf(before: Document | null, after: Document | null): Change[] {
  return describeChanges(before ?? {}, after ?? {}).filter(({ bookkeeping }) => !bookkeeping);
}

/** An entity before and after a deploy; null if it did not exist. */
function snapshots({ id, previous, updated }: Document): [Document | null, Document | null] {
  const whole = (side: unknown): Document | null => (isRecord(side) ? { ...side, id: side.id ?? id } : null);
  return [whole(previous), whole(updated)];
}

/** The same, limited to the fields that changed and those that name it: snapshots may differ in what they hold. */
function changedPart(entity: Document): [Document | null, Document | null] {
  const { changedFields } = entity;
  const [before, after] = snapshots(entity);
  if (before === null || after === null) {
    return [before, after];
  }
  const shown = ['id', 'name', ...(Array.isArray(changedFields) ? changedFields.map(String) : [])];
  const part = (side: Document): Document =>
    Object.fromEntries(Object.entries(side).filter(([field]) => shown.includes(field)));
  return [part(before), part(after)];
}
