import type { Configuration } from '../config/configuration.ts';
import { contentOf, removedDocument } from '../config/stored/documents.ts';
import type { ConnectionKind, StoredConnection } from '../contract/connection.ts';
import type { SettingsDocument } from '../contract/settings-store.ts';
import type { ConnectionServices } from './connection-services.ts';
import { examined, type Kept, readKept } from './connection-writing.ts';
import type { Removal } from './connections.ts';
import { OperationFault } from './fault.ts';
import { webhookPath } from './set-up.ts';
import { count } from './words.ts';

/** What a removal would do. Throws an OperationFault for an unknown id. */
export async function removalOf(
  kind: ConnectionKind,
  id: string,
  services: ConnectionServices,
): Promise<Removal> {
  const kept = await readKept(services);
  const found = kept.stored.connections.find((each) => each.id === id && each.kind === kind);
  if (found === undefined) {
    throw new OperationFault(`There is no ${kind} with this id. Somebody may have removed it.`);
  }
  const other = kind === 'destination' ? setElsewhere(found.name, services.configuration()) : null;
  if (other !== null) {
    const words = [`The destination “${found.name}” of ${other} stays, with its routes and deliveries.`];
    return { words, open: 0, dead: 0, couldMoveTo: [], refusal: null };
  }
  const depths = kind === 'destination' ? await services.ledger.depths() : [];
  const depth = depths.find(({ destination }) => destination === found.name);
  const { open, dead } = { open: depth?.open ?? 0, dead: depth?.dead ?? 0 };
  const { destinations } = services.configuration();
  return {
    words: wordsOf(found, kept, { open, dead }),
    open,
    dead,
    couldMoveTo: destinations.map(({ name }) => name).filter((name) => name !== found.name),
    refusal: refusalOf(found, kept, services),
  };
}

/** Where else a destination of this name is set, which is the one that counts; null if it is set only in the console. */
export function setElsewhere(
  name: string,
  { connections }: Pick<Configuration, 'connections'>,
): string | null {
  const named = connections.filter((each) => each.kind === 'destination' && each.name === name);
  const [where] = named.flatMap(({ setBy }) =>
    setBy.by === 'file' || setBy.by === 'environment' ? [setBy.where] : [],
  );
  return where ?? null;
}

/** The routes of the console without a destination, for those that name it. */
export function routesWithout(name: string, kept: Kept): Omit<SettingsDocument, 'version'>[] {
  return routesTo(name, kept)
    .filter(({ others }) => others.length > 0)
    .map(({ document, others }) => {
      const content = contentOf(document);
      const value = JSON.stringify({ ...content, values: { ...content.values, to: others } });
      return { kind: document.kind, id: document.id, value };
    });
}

/** The routes of the console that send to a destination, each with where else it sends. */
function routesTo(name: string, { documents }: Kept) {
  return documents
    .filter(({ kind }) => kind === 'route')
    .map((document) => {
      const { values, name: route } = contentOf(document);
      const to = typeof values.to === 'string' ? values.to.split(',') : ((values.to ?? []) as string[]);
      return { document, route, to: to.map((each) => each.trim()) };
    })
    .filter(({ to }) => to.includes(name))
    .map((each) => ({ ...each, others: each.to.filter((other) => other !== name) }));
}

function wordsOf(
  { kind, name }: StoredConnection,
  kept: Kept,
  { open, dead }: { open: number; dead: number },
): string[] {
  switch (kind) {
    case 'route':
      return ['New events no longer take this route. Deliveries that it made go out as before.'];
    case 'source':
      return [
        `Webhooks to ${webhookPath(name)} are then answered 404. Remove the webhook in Intelligems too.`,
        'Its events stay in the console.',
      ];
    case 'destination': {
      const routes = routesTo(name, kept)
        .filter(({ others }) => others.length > 0)
        .map(({ route }) => `“${route}”`);
      return [
        'New events no longer go there.',
        ...(routes.length === 0 ? [] : [`It is taken out of the routes ${routes.join(', ')}.`]),
        open === 0
          ? 'It has no open deliveries.'
          : `It has ${count(open, 'open delivery', 'open deliveries')}. They can wait for a destination with this name, move to another destination, or become dead letters.`,
        ...(dead === 0
          ? []
          : [`Its ${count(dead, 'dead letter')} stay, and can be sent to another destination.`]),
      ];
    }
  }
}

/** What else names it: that has to change first, since leaving it out would change where events go. */
function refusalOf(found: StoredConnection, kept: Kept, services: ConnectionServices): string | null {
  const { kind, id, name } = found;
  const only = kind === 'destination' ? routesTo(name, kept).filter(({ others }) => others.length === 0) : [];
  if (only.length > 0) {
    const routes = only.map(({ route }) => `“${route}”`).join(', ');
    return `Only this destination gets the events of the route ${routes}. Change or remove the route first.`;
  }
  const planned = {
    put:
      kind === 'destination' ? [removedDocument(name, { choice: 'wait' }), ...routesWithout(name, kept)] : [],
    remove: [{ kind, id }],
    entry: { change: 'removed', kind, name, title: name, details: [] } as const,
  };
  const { faults } = examined(services, kept, { ...planned, entry: { ...planned.entry, details: [] } });
  return faults.length === 0
    ? null
    : `Something still names it. Change that first. ${faults.map(({ message }) => message).join(' ')}`;
}
