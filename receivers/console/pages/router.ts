import { type Request, type Response, Router } from 'express';
import { parseEvent } from '../../../shared/events.ts';
import type { StoredEvent } from '../../contract/event.ts';
import type { ExperienceSummary } from '../../contract/ledger-reader.ts';
import { experienceState } from '../../experience/state.ts';
import { keptResults } from '../../intelligems/results.ts';
import type { DeadLetterSelection } from '../../operations/dead-letters.ts';
import { describedByName } from '../../operations/described-destinations.ts';
import { repeatWords } from '../../operations/operations.ts';
import { previewTargets } from '../../operations/preview.ts';
import { bodyBytes } from '../../operations/records.ts';
import { missingKinds, sourceFacts, webhookUrl } from '../../operations/set-up-facts.ts';
import { RANGES, type Range } from '../../operations/timeline.ts';
import { resultsReport } from '../../reports/results.ts';
import { ZAPIER } from '../../zapier/names.ts';
import { eventFilter, eventQuery, PAGE_SIZE } from '../api/event-query.ts';
import { fields, type RouterServices, sendProblemPage, values } from '../router.ts';
import { deadLettersPage, decisionPage } from './dead-letters.ts';
import { eventPage } from './event.ts';
import { eventsPage } from './events.ts';
import { type ExperienceRow, experiencePage, experiencesPage } from './experiences.ts';
import { document, type Page, type PageContext } from './layout.ts';
import { overviewPage } from './overview.ts';
import { refusedPage } from './refused.ts';
import { replayPage } from './replay.ts';
import { setUpPage } from './set-up.ts';

/** So many experiences are on a page, each with so many of its events. */
const EXPERIENCES = 20;
const EXPERIENCE_EVENTS = 40;

/** What was done, by the name that stands in the address after it. */
const NOTICES: Readonly<Record<string, string>> = {
  test: 'The test event was accepted. What becomes of it appears below.',
  replayed: 'It is sent again. What becomes of it appears here.',
  'letters-replayed': 'They are sent again. Those that fail once more come back here.',
  'letters-dismissed': 'They were set aside.',
  checked: 'The connection was checked.',
  resumed: 'The pause was ended.',
};

/** The pages, for those who have a session. */
export function pagesRouter(services: RouterServices): Router {
  const { configuration, ledger, operations, checks, refusals, now } = services;
  const router = Router();
  const described = (name: string) => describedByName(name, [...services.destinations.values()]);
  const addressable = [...services.destinations.values()].filter(({ internal }) => !internal);
  const previewing =
    configuration.destinations.every(({ kind }) => kind.kind === 'preview') &&
    services.destinations.get(ZAPIER)?.internal !== false;
  const titleOf = (name: string): string => described(name).title;
  const repeatedAt = (name: string): string | null => repeatWords(described(name));
  const destinations = [...services.destinations.values()];

  async function show(
    request: Request,
    response: Response,
    make: (context: PageContext) => Promise<Page> | Page,
  ) {
    const depths = await ledger.depths();
    const context: PageContext = {
      role: response.locals.role,
      path: request.path,
      now: now(),
      dead: depths.reduce((sum, { dead }) => sum + dead, 0),
      notice: NOTICES[String(request.query.done)] ?? null,
    };
    response.type('html').send(document(await make(context), context));
  }

  function base(request: Request): string {
    const { publicUrl } = configuration.server;
    const forwarded = String(request.headers['x-forwarded-proto'] ?? '')
      .split(',')[0]
      ?.trim();
    return publicUrl ?? `${forwarded === 'https' ? 'https' : 'http'}://${request.headers.host}`;
  }

  async function lastWebhook() {
    const [last] = await operations.events({ origin: 'webhook', limit: 1 });
    return last ?? null;
  }

  router.get('/', (request, response) =>
    show(request, response, async (context) => {
      const [reports, events, webhook] = await Promise.all([
        operations.destinations(),
        operations.events({ limit: 6 }),
        lastWebhook(),
      ]);
      const since = webhook?.receivedAt ?? 0;
      const asked = String(request.query.range);
      return overviewPage(
        {
          destinations: reports,
          events,
          lastWebhookAt: webhook?.receivedAt ?? null,
          refusedSince: refusals.list().filter(({ at }) => at > since).length,
          previewing,
          range: Object.hasOwn(RANGES, asked) ? (asked as Range) : '24h',
        },
        context,
      );
    }),
  );

  router.get('/set-up', (request, response) =>
    show(request, response, async (context) => {
      const [reports, webhook] = await Promise.all([operations.destinations(), lastWebhook()]);
      const [refusal] = refusals.list();
      return setUpPage(
        {
          sources: sourceFacts(configuration, services.sources, base(request)),
          publicUrlSet: configuration.server.publicUrl !== null,
          lastWebhook: webhook,
          refusal: refusal !== undefined && refusal.at > (webhook?.receivedAt ?? 0) ? refusal : null,
          destinations: reports
            .filter(({ name }) => services.destinations.has(name))
            .map((report) => ({
              ...report,
              checked: checks.known(report.name, context.now),
              testable: !report.internal,
            })),
          missing: missingKinds(configuration),
        },
        context,
      );
    }),
  );

  router.post('/test', async (request, response) => {
    const named = fields(request).source;
    const source = configuration.sources.find(({ name }) => name === named) ?? configuration.sources[0];
    const key = await operations.sendTest(source?.name ?? '', null);
    response.redirect(303, `/console/events/${key}?done=test`);
  });

  router.post('/destinations/:name/:what', async (request, response, next) => {
    const { name, what } = request.params;
    if (!services.destinations.has(name)) {
      next();
    } else if (what === 'test') {
      const key = await operations.sendTest(configuration.sources[0]?.name ?? '', name);
      response.redirect(303, `/console/events/${key}?done=test`);
    } else if (what === 'check') {
      await checks.run(name, now());
      response.redirect(303, '/console/set-up?done=checked#destinations');
    } else if (what === 'resume') {
      await operations.resume(name);
      response.redirect(303, '/console/set-up?done=resumed#destinations');
    } else {
      next();
    }
  });

  router.get('/events', (request, response) =>
    show(request, response, async (context) => {
      const asked = Object.fromEntries(
        Object.entries(request.query).map(([name, value]) => [name, values(value)[0] ?? '']),
      );
      const query = eventQuery.safeParse(asked);
      const events = query.success ? await operations.events(eventFilter(query.data)) : [];
      return eventsPage(
        {
          asked,
          fault: query.success
            ? null
            : 'This cannot be looked for as it is written. Clear what is in the form and try again.',
          events,
          next: events.length === PAGE_SIZE ? (events.at(-1)?.sequence ?? null) : null,
          sources: configuration.sources.map(({ name }) => name),
          destinations,
        },
        context,
      );
    }),
  );

  router.get('/events/:key', async (request, response, next) => {
    const story = await operations.event(request.params.key);
    if (story === null) {
      next();
      return;
    }
    const targets = story.event.problem === null ? previewTargets(configuration) : [];
    const chosen = targets.find(({ name }) => name === request.query.preview) ?? targets[0];
    const preview = chosen === undefined ? null : await operations.preview(story.event.key, chosen.name);
    await show(request, response, (context) =>
      eventPage(
        {
          ...story,
          webhookUrl: webhookUrl(base(request), story.event.source),
          titleOf,
          destinations: addressable.map(({ name }) => name),
          targets,
          preview: preview === null || chosen === undefined ? null : { name: chosen.name, preview },
        },
        context,
      ),
    );
  });

  router.get('/events/:key/body', async (request, response, next) => {
    const story = await operations.event(request.params.key);
    if (story === null) {
      next();
      return;
    }
    response
      .attachment(`${story.event.key}.json`)
      .type('application/octet-stream')
      .send(bodyBytes(story.event));
  });

  router.get('/events/:key/preview/:name', async (request, response, next) => {
    const preview = await operations.preview(request.params.key, request.params.name);
    if (preview?.document.type !== 'html') {
      next();
      return;
    }
    // Mails have their styles in them. They get nothing else: no script, no picture from elsewhere, no link to here.
    response.setHeader(
      'content-security-policy',
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'",
    );
    response.setHeader('x-frame-options', 'SAMEORIGIN');
    response.type('html').send(preview.document.content);
  });

  router.get('/events/:key/replay', async (request, response, next) => {
    const to = values(request.query.to).filter((name) => services.destinations.has(name));
    const story = await operations.event(request.params.key);
    const steps = await operations.planReplay(request.params.key, to);
    if (story === null || steps === null) {
      next();
      return;
    }
    await show(request, response, (context) => replayPage({ event: story.event, steps, titleOf }, context));
  });

  router.post('/events/:key/replay', async (request, response, next) => {
    const to = values(request.body?.to).filter((name) => services.destinations.has(name));
    const done = await operations.replay(request.params.key, to);
    if (done === null) {
      next();
      return;
    }
    response.redirect(303, `/console/events/${request.params.key}?done=replayed`);
  });

  router.get('/experiences', (request, response) =>
    show(request, response, async (context) => {
      const search = values(request.query.search)[0]?.trim().slice(0, 200) ?? '';
      const before = Number(request.query.before);
      const later = Number.isFinite(before) && before > 0;
      const found = await ledger.experiences({
        ...(search !== '' && { search }),
        ...(later && { beforeLastAt: before }),
        limit: EXPERIENCES,
      });
      const rows = await Promise.all(found.map((summary) => experienceRow(summary, context.now)));
      return experiencesPage(
        {
          search,
          rows: rows.filter((row) => row !== null),
          next: found.length === EXPERIENCES ? (found.at(-1)?.lastAt ?? null) : null,
          later,
        },
        context,
      );
    }),
  );

  async function experienceRow(summary: ExperienceSummary, at: number): Promise<ExperienceRow | null> {
    const { source, experienceId } = summary;
    const known = (await ledger.history(source, experienceId, EXPERIENCE_EVENTS)).flatMap(knownEvent);
    if (known.length === 0) {
      return null;
    }
    const state = experienceState(known, at);
    const results = state.endedAt === null ? null : await keptResults(ledger, source, experienceId);
    return { ...summary, known, state, verdict: results?.verdict ?? null };
  }

  router.get('/experiences/:id', async (request, response, next) => {
    const { id } = request.params;
    const [named] = values(request.query.source);
    // A link without a source leads to the experience of this id that changed last.
    const [found] = await ledger.experiences({
      experienceId: id,
      ...(named !== undefined && { source: named }),
      limit: 1,
    });
    const source = found?.source ?? '';
    const known = (await ledger.history(source, id, EXPERIENCE_EVENTS)).flatMap(knownEvent);
    if (known.length === 0) {
      next();
      return;
    }
    const [events, results] = await Promise.all([
      operations.events({ source, experienceId: id, limit: PAGE_SIZE }),
      keptResults(ledger, source, id),
    ]);
    const subject = { experienceId: id, name: known.at(-1)?.experience.name ?? id, link: null };
    const template = configuration.intelligems.experienceUrlTemplate;
    await show(request, response, (context) =>
      experiencePage(
        {
          state: experienceState(known, context.now),
          known,
          events,
          results: results === null ? null : resultsReport(subject, results, configuration.reports.locale),
          intelligemsUrl: template?.replaceAll('{id}', encodeURIComponent(id)) ?? null,
        },
        context,
      ),
    );
  });

  router.get('/refused', (request, response) =>
    show(request, response, (context) => refusedPage(refusals.list(), context)),
  );

  router.get('/dead-letters', (request, response) =>
    show(request, response, async (context) => {
      const destination = values(request.query.destination)[0] ?? null;
      const letters = await operations.deadLetters(destination === null ? {} : { destination });
      return deadLettersPage({ ...letters, destination, titleOf }, context);
    }),
  );

  router.get('/dead-letters/:what', async (request, response, next) => {
    const { what } = request.params;
    if (what !== 'replay' && what !== 'dismiss') {
      next();
      return;
    }
    const written = writtenSelection(request.query);
    const letters = await operations.deadLetters(selection(written));
    await show(request, response, (context) =>
      decisionPage({ ...letters, what, titleOf, repeatedAt, fields: written }, context),
    );
  });

  router.post('/dead-letters/:what', async (request, response, next) => {
    const written = writtenSelection(request.body ?? {});
    if (Object.keys(written).length === 0) {
      sendProblemPage(response, 400, 'Which ones?', 'Choose dead letters first.');
    } else if (request.params.what === 'replay') {
      await operations.replayDeadLetters(selection(written));
      response.redirect(303, '/console/dead-letters?done=letters-replayed');
    } else if (request.params.what === 'dismiss') {
      await operations.dismissDeadLetters(selection(written));
      response.redirect(303, '/console/dead-letters?done=letters-dismissed');
    } else {
      next();
    }
  });

  return router;
}

function knownEvent(stored: StoredEvent) {
  const parsed = parseEvent(stored.body);
  return parsed.ok ? [parsed.event] : [];
}

function writtenSelection(query: Record<string, unknown>): Record<string, string> {
  const named = ['id', 'destination', 'cause'].map((name) => [name, values(query[name])[0] ?? '']);
  return Object.fromEntries(named.filter(([, value]) => value !== ''));
}

function selection({ id, destination, cause }: Record<string, string>): DeadLetterSelection {
  return {
    ...(id !== undefined && { ids: [Number(id)] }),
    ...(destination !== undefined && { destination }),
    ...(cause !== undefined && { cause }),
  };
}
