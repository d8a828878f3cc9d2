import type { Request, Response } from 'express';
import type { Preview } from '../../../contract/destination.ts';
import type { Connection, Draft, Form } from '../../../operations/connections.ts';
import { sampleAt } from '../../../operations/samples.ts';
import { webhookPath } from '../../../operations/set-up.ts';
import { authorOf } from '../../access/author.ts';
import { showOnce } from '../../access/shown-once.ts';
import { fieldOf } from '../form.ts';
import { baseUrl, type PageServices, show } from '../show.ts';
import { readDraft } from './draft.ts';
import { type DraftFacts, draftPage } from './draft-page.ts';
import { guideFor, shareAddress } from './guides.ts';
import { savedSourcePage } from './saved-source-page.ts';

/** The form, and what it changes. */
type Opened = Pick<DraftFacts, 'form' | 'changed'>;

/** Shows a form, or does what was asked for with it. */
export async function draftRequest(
  services: PageServices,
  opened: Opened,
  request: Request,
  response: Response,
): Promise<void> {
  const { form, changed } = opened;
  const answer = (found: Partial<DraftFacts>): Promise<void> =>
    show(services, request, response, async () =>
      draftPage({ ...(await factsOf(services, opened, found.draft ?? null)), ...found }),
    );
  if (request.method !== 'POST') {
    const name = fieldOf(request.query, 'name');
    await answer({
      draft: name === null ? null : { kind: form.kind, id: null, version: null, name, values: {} },
    });
    return;
  }
  const draft = readDraft(form, changed, request.body);
  switch (fieldOf(request.body, 'intent')) {
    case 'check': {
      const check = await services.connections.checkDraft(draft);
      const options = { ...(await optionsFor(services, form)), ...(await choicesFor(services, form, draft)) };
      return answer({ draft, check, options });
    }
    case 'test': {
      const { faults, outcome: tested } = await services.connections.testDraft(draft);
      return answer({ draft, faults, tested });
    }
    default:
      return save(services, draft, answer, request, response);
  }
}

async function save(
  services: PageServices,
  draft: Draft,
  answer: (found: Partial<DraftFacts>) => Promise<void>,
  request: Request,
  response: Response,
): Promise<void> {
  const { connections, addressOf } = services;
  const saved = await connections.saveDraft(draft, authorOf(request, response, 'console', addressOf));
  if (saved.result === 'faults') {
    await answer({ draft, faults: saved.faults });
  } else if (saved.result === 'conflict') {
    await answer({ draft, conflict: saved.message });
  } else if (saved.secret !== null) {
    const { connection, secret } = saved;
    showOnce(response, secret);
    const address = `${baseUrl(services, request)}${webhookPath(connection.name)}`;
    await show(services, request, response, () => savedSourcePage(connection, address, secret));
  } else {
    response.redirect(303, '/console/connections?done=connection-saved');
  }
}

/** What the page of a form shows before anything is asked for. */
async function factsOf(
  services: PageServices,
  { form, changed }: Opened,
  draft: Draft | null,
): Promise<DraftFacts> {
  return {
    form,
    changed,
    draft,
    faults: [],
    check: null,
    tested: null,
    conflict: null,
    options: await optionsFor(services, form),
    extras: form.type === 'sheets' ? { serviceAccountKey: draft === null ? null : shareAddress(draft) } : {},
    guide: guideFor(form),
    look: form.type === null ? null : await lookAt(services, form.type),
  };
}

/** How a sample event looks at a type of destination. */
export async function lookAt({ operations, now }: PageServices, type: string): Promise<Preview | null> {
  const target = (await operations.previews()).find(({ kind }) => kind === type);
  const bodies = [JSON.stringify(sampleAt('start', now()))];
  return target === undefined ? null : operations.previewBodies(bodies, target.name);
}

/** What this receiver knows for a field: the destinations and sources that a route can name. */
async function optionsFor({ connections }: PageServices, form: Form): Promise<DraftFacts['options']> {
  if (form.kind !== 'route') {
    return {};
  }
  const { destinations, sources } = await connections.connections();
  const choice = ({ name, title }: Connection) => ({ value: name, label: title, note: null });
  return {
    to: destinations.map(choice),
    ...(sources.length > 1 && { 'when.sources': sources.map(choice) }),
  };
}

/** What the other side knows, such as the channels of a Slack workspace. */
async function choicesFor(
  { connections }: PageServices,
  form: Form,
  draft: Draft,
): Promise<DraftFacts['options']> {
  const lists = form.fields.filter(({ input, main, secret }) => input === 'list' && main && !secret);
  const found = await Promise.all(
    lists.map(async ({ name }) => [name, await connections.choices(draft, name)] as const),
  );
  return Object.fromEntries(found.filter(([, choices]) => choices.length > 0));
}
