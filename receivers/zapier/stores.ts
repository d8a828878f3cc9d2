import { parseEvent } from '../../shared/events.ts';
import { howToRun } from '../base/how-to-run.ts';
import type { LedgerReader } from '../contract/ledger-reader.ts';
import type { Access } from './access.ts';

/** A source as far as Zapier needs it. */
export interface ZapierSource {
  name: string;
  title: string;
  /** As the settings name it; null if they do not. */
  organizationId: string | null;
}

export interface KnownOrganization {
  id: string;
  name: string | null;
  /** The store's myshopify domain. */
  store: string | null;
}

/** What a connection reaches: one source, and one organization if it is known. */
export interface Store {
  source: ZapierSource;
  organization: KnownOrganization | null;
}

/** Why a connection reaches nothing, in words for people. */
export interface StoreProblem {
  status: 403 | 409;
  title: string;
  detail: string;
}

/** How many of a source's newest events are searched for organizations. */
const SEARCHED = 100;

/**
 * Finds the store of a connection.
 *
 * @param organizationId the organization of the connection's access token; null if it is not known
 */
export async function storeOf(
  { source: own }: Access,
  organizationId: string | null,
  sources: readonly ZapierSource[],
  ledger: Pick<LedgerReader, 'events' | 'event'>,
): Promise<Store | StoreProblem> {
  const reachable = sources.filter(({ name }) => own === null || name === own);
  if (reachable.length === 0) {
    return problem(
      403,
      'Source removed',
      `The key is for the source ${own}, which the settings no longer have.`,
    );
  }
  const stores = await Promise.all(
    reachable.map(async (source) => ({ source, known: await organizationsOf(source, ledger) })),
  );
  if (organizationId !== null) {
    return storeWith(organizationId, stores);
  }
  const [first, ...others] = stores;
  if (first === undefined || others.length > 0 || first.known.length > 1) {
    return problem(
      409,
      'Several stores',
      `This receiver serves several stores, and the connection does not say which one. Make a key for the store: ${howToRun('zapier-keys', 'make', 'SOURCE')}`,
    );
  }
  return { source: first.source, organization: first.known[0] ?? null };
}

function storeWith(
  organizationId: string,
  stores: readonly { source: ZapierSource; known: KnownOrganization[] }[],
): Store | StoreProblem {
  for (const { source, known } of stores) {
    const organization = known.find(({ id }) => id === organizationId);
    if (organization !== undefined) {
      return { source, organization };
    }
  }
  const open = stores.filter(({ source, known }) => source.organizationId === null && known.length === 0);
  if (open.length === 1 && open[0] !== undefined) {
    return { source: open[0].source, organization: { id: organizationId, name: null, store: null } };
  }
  const served = stores.flatMap(({ source, known }) =>
    known.length === 0 ? [source.title] : known.map(({ id, name }) => `${name ?? source.title} (${id})`),
  );
  return problem(
    403,
    'Organization not served',
    `The access token belongs to the organization ${organizationId}, which ${stores.length === 1 ? 'this key' : 'this receiver'} does not serve. It serves ${served.join(', ')}.`,
  );
}

/** The organizations of a source: the one of the settings, else those that its newest events name. */
async function organizationsOf(
  { name, organizationId }: ZapierSource,
  ledger: Pick<LedgerReader, 'events' | 'event'>,
): Promise<KnownOrganization[]> {
  const events = (await ledger.events({ source: name, problem: false, limit: SEARCHED })).filter(
    ({ origin }) => origin === 'webhook' || origin === 'recovered',
  );
  const newest = new Map<string, string>();
  for (const event of events) {
    if (event.organizationId !== null && !newest.has(event.organizationId)) {
      newest.set(event.organizationId, event.key);
    }
  }
  if (organizationId !== null) {
    const key = newest.get(organizationId);
    return [
      key === undefined
        ? { id: organizationId, name: null, store: null }
        : await described(organizationId, key, ledger),
    ];
  }
  return Promise.all([...newest].map(([id, key]) => described(id, key, ledger)));
}

async function described(
  id: string,
  key: string,
  ledger: Pick<LedgerReader, 'event'>,
): Promise<KnownOrganization> {
  const stored = await ledger.event(key);
  const parsed = stored === null ? null : parseEvent(stored.body);
  const { name, shopId } = parsed?.ok ? parsed.event.organization : {};
  return { id, name: name ?? null, store: shopId ?? null };
}

function problem(status: 403 | 409, title: string, detail: string): StoreProblem {
  return { status, title, detail };
}
