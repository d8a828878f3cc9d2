import { type Request, type Response, Router } from 'express';
import type { OpenDeliveries } from '../../../contract/connection.ts';
import type { Preview } from '../../../contract/destination.ts';
import type { Connection, Form } from '../../../operations/connections.ts';
import { SAMPLES, sampleAt, sampleBytes } from '../../../operations/samples.ts';
import { webhookPath } from '../../../operations/set-up.ts';
import { authorOf } from '../../access/author.ts';
import { showOnce } from '../../access/shown-once.ts';
import { fieldOf } from '../form.ts';
import { sendFramed } from '../looks.ts';
import { sendProblemPage } from '../problem-page.ts';
import { baseUrl, type PageServices, show } from '../show.ts';
import { CHANGES_SHOWN, changesPage } from './changes-page.ts';
import { readDraft } from './draft.ts';
import { type DraftFacts, draftPage } from './draft-page.ts';
import { guideFor, shareAddress } from './guides.ts';
import { listPage } from './list.ts';
import { removalPage } from './removal-page.ts';
import { savedSourcePage } from './saved-source-page.ts';

/** What a person asks for with a draft, by the button that they press. */
type Intent = 'check' | 'test' | 'save';

const KINDS = ['source', 'destination', 'route'];

export function connectionRoutes(services: PageServices): Router {
  const { connections, addressOf } = services;
  const router = Router();
  const by = (request: Request, response: Response) => authorOf(request, response, 'console', addressOf);

  router.get('/connections', (request, response) => showList(services, request, response));
  router.get('/connections/changes', (request, response) =>
    show(services, request, response, async () => {
      const before = Number(request.query.before);
      const page = { ...(before > 0 && { before }), limit: CHANGES_SHOWN };
      return changesPage(await connections.connectionChanges(page));
    }),
  );
  router.get('/connections/yaml', async (_request, response) => {
    response.type('text').send(await connections.connectionsAsYaml());
  });

  router.get('/connections/look/:type', async (request, response, next) => {
    if (!sendFramed(response, await lookAt(services, request.params.type), services.now())) {
      next();
    }
  });
  router.all('/connections/new/:kind{/:type}', async (request, response) => {
    const { kind, type = null } = request.params;
    const form = await formOf(services, String(kind), type === null ? null : String(type));
    if (form === null) {
      sendProblemPage(response, 404, 'Unknown kind', 'Choose one of the kinds on the page Connections.');
      return;
    }
    await draftRequest(services, { form, changed: null }, request, response);
  });
  router.post('/connections/order', async (request, response) => {
    const ids = (fieldOf(request.body, 'ids') ?? '').split(',');
    const version = Number(fieldOf(request.body, 'version'));
    const ordered = await connections.orderRoutes(ids, version, by(request, response));
    response.redirect(
      303,
      `/console/connections?done=${ordered.result === 'saved' ? 'order-saved' : 'order-changed'}#routes-title`,
    );
  });
  router.post('/connections/removed/:name', async (request, response) => {
    await connections.settleRemoved(request.params.name, openDeliveriesOf(request), by(request, response));
    response.redirect(303, '/console/connections?done=connection-saved');
  });

  router.all('/connections/:kind/:id{/remove}', async (request, response) => {
    const { kind = '', id = '' } = request.params;
    const changed = await connectionOf(services, kind, id);
    const form = changed === null ? null : await formOf(services, kind, changed.type);
    if (changed === null || form === null) {
      sendProblemPage(
        response,
        404,
        'Not here anymore',
        'It was removed. The page Connections shows what there is, and who removed it.',
      );
    } else if (request.path.endsWith('/remove')) {
      await removalRequest(services, changed, request, response);
    } else {
      await draftRequest(services, { form, changed }, request, response);
    }
  });
  return router;
}

async function showList(services: PageServices, request: Request, response: Response): Promise<void> {
  const { connections, operations, now } = services;
  const sample = SAMPLES.find((name) => name === request.query.sample);
  await show(services, request, response, async (context) => {
    const [all, forms] = await Promise.all([connections.connections(), connections.connectionForms()]);
    const base = baseUrl(services, request);
    const addresses = Object.fromEntries(
      all.sources.map(({ name }) => [name, `${base}${webhookPath(name)}`]),
    );
    const explained =
      sample === undefined
        ? null
        : { sample, event: await operations.explainRoutes(String(sampleBytes(sample)), null, now()) };
    return listPage({ connections: all, forms, addresses, explained }, context);
  });
}

async function formOf(
  { connections }: PageServices,
  kind: string,
  type: string | null,
): Promise<Form | null> {
  const forms = await connections.connectionForms();
  return forms.find((form) => form.kind === kind && form.type === type) ?? null;
}

/** What was set in the console under this id; null if it is gone. */
async function connectionOf(
  { connections }: PageServices,
  kind: string,
  id: string,
): Promise<Connection | null> {
  if (!KINDS.includes(kind)) {
    return null;
  }
  const { sources, destinations, routes } = await connections.connections();
  return (
    [...sources, ...destinations, ...routes].find(
      (each) => each.kind === kind && each.setBy.by === 'console' && each.setBy.id === id,
    ) ?? null
  );
}

/** Shows a form, or does what was asked for with it. */
async function draftRequest(
  services: PageServices,
  { form, changed }: Pick<DraftFacts, 'form' | 'changed'>,
  request: Request,
  response: Response,
): Promise<void> {
  const { connections, addressOf } = services;
  const opened: DraftFacts = {
    form,
    changed,
    draft: null,
    faults: [],
    check: null,
    tested: null,
    conflict: null,
    options: await optionsFor(services, form),
    extras: form.type === 'sheets' ? { serviceAccountKey: null } : {},
    guide: guideFor(form),
    look: form.type === null ? null : await lookAt(services, form.type),
  };
  if (request.method !== 'POST') {
    const name = fieldOf(request.query, 'name');
    const draft = name === null ? null : { kind: form.kind, id: null, version: null, name, values: {} };
    await show(services, request, response, () => draftPage({ ...opened, draft }));
    return;
  }
  const draft = readDraft(form, changed, request.body);
  const entered: DraftFacts = {
    ...opened,
    draft,
    extras: { ...opened.extras, ...(form.type === 'sheets' && { serviceAccountKey: shareAddress(draft) }) },
  };
  const intent = fieldOf(request.body, 'intent') as Intent | null;
  if (intent === 'check') {
    const check = await connections.checkDraft(draft);
    const options = { ...opened.options, ...(await choicesFor(services, form, draft)) };
    await show(services, request, response, () => draftPage({ ...entered, check, options }));
    return;
  }
  if (intent === 'test') {
    const { faults, outcome: tested } = await connections.testDraft(draft);
    await show(services, request, response, () => draftPage({ ...entered, faults, tested }));
    return;
  }
  const saved = await connections.saveDraft(draft, authorOf(request, response, 'console', addressOf));
  if (saved.result === 'faults') {
    await show(services, request, response, () => draftPage({ ...entered, faults: saved.faults }));
  } else if (saved.result === 'conflict') {
    await show(services, request, response, () => draftPage({ ...entered, conflict: saved.message }));
  } else if (saved.secret !== null) {
    const secret = saved.secret;
    showOnce(response, secret);
    const address = `${baseUrl(services, request)}${webhookPath(saved.connection.name)}`;
    await show(services, request, response, () => savedSourcePage(saved.connection, address, secret));
  } else {
    response.redirect(303, '/console/connections?done=connection-saved');
  }
}

/** How a sample event looks at a type of destination. */
async function lookAt({ operations, now }: PageServices, type: string): Promise<Preview | null> {
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
  draft: NonNullable<DraftFacts['draft']>,
): Promise<DraftFacts['options']> {
  const lists = form.fields.filter(({ input, main, secret }) => input === 'list' && main && !secret);
  const found = await Promise.all(
    lists.map(async ({ name }) => [name, await connections.choices(draft, name)] as const),
  );
  return Object.fromEntries(found.filter(([, choices]) => choices.length > 0));
}

async function removalRequest(
  services: PageServices,
  connection: Connection,
  request: Request,
  response: Response,
): Promise<void> {
  const { connections, addressOf } = services;
  const { kind, setBy } = connection;
  const id = setBy.by === 'console' ? setBy.id : '';
  const ask = async (fault: string | null): Promise<void> => {
    const removal = await connections.removal(kind, id);
    await show(services, request, response, () => removalPage(connection, removal, fault));
  };
  if (request.method !== 'POST') {
    await ask(null);
    return;
  }
  const version = Number(fieldOf(request.body, 'version'));
  const removed = {
    kind,
    id,
    version,
    ...(fieldOf(request.body, 'choice') !== null && { deliveries: openDeliveriesOf(request) }),
  };
  const done = await connections.remove(removed, authorOf(request, response, 'console', addressOf));
  if (done.result === 'removed') {
    response.redirect(303, '/console/connections?done=connection-removed');
  } else if (done.result === 'conflict') {
    await ask(done.message);
  } else {
    await ask(done.faults.map(({ message }) => message).join(' '));
  }
}

function openDeliveriesOf({ body }: Request): OpenDeliveries {
  const choice = fieldOf(body, 'choice');
  if (choice === 'move') {
    return { choice, to: fieldOf(body, 'to') ?? '' };
  }
  return { choice: choice === 'dead' ? 'dead' : 'wait' };
}
