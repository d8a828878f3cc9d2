import { type Request, type Response, Router } from 'express';
import type { OpenDeliveries } from '../../../contract/connection.ts';
import type { Connection, Form } from '../../../operations/connections.ts';
import { SAMPLES, sampleBytes } from '../../../operations/samples.ts';
import { webhookPath } from '../../../operations/set-up.ts';
import { authorOf } from '../../access/author.ts';
import { fieldOf } from '../form.ts';
import { sendFramed } from '../looks.ts';
import { sendProblemPage } from '../problem-page.ts';
import { baseUrl, type PageServices, show } from '../show.ts';
import { CHANGES_SHOWN, changesPage } from './changes-page.ts';
import { draftRequest, lookAt } from './draft-request.ts';
import { listPage } from './list.ts';
import { removalPage } from './removal-page.ts';

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
