import { Router } from 'express';
import { RANGES, type Range } from '../../operations/timeline.ts';
import { lastWebhook } from './last-webhook.ts';
import { overviewPage } from './overview.ts';
import { type PageServices, show } from './show.ts';

/** Events listed on the overview. */
const LATEST = 6;

export function overviewRoutes(services: PageServices): Router {
  const { operations } = services;
  const router = Router();
  router.get('/', (request, response) =>
    show(services, request, response, async (context) => {
      const [events, webhook, refused, setUp, warnings] = await Promise.all([
        operations.events({ limit: LATEST }),
        lastWebhook(operations),
        operations.refused(),
        operations.setUp(),
        operations.warnings(),
      ]);
      const since = webhook?.receivedAt ?? 0;
      const asked = String(request.query.range);
      return overviewPage(
        {
          events,
          lastWebhookAt: webhook?.receivedAt ?? null,
          refusedSince: refused.filter(({ at }) => at > since).length,
          previewing: setUp.previewOnly,
          warnings,
          range: Object.hasOwn(RANGES, asked) ? (asked as Range) : '24h',
        },
        context,
      );
    }),
  );
  return router;
}
