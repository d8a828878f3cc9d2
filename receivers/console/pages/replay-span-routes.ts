import { Router } from 'express';
import { z } from 'zod';
import { ACTIONS } from '../../../shared/events.ts';
import { optional, queryString, time } from '../../operations/event-query.ts';
import { OperationFault } from '../../operations/fault.ts';
import type { ReplaySpan } from '../../operations/replay-span.ts';
import { fieldOf, valuesOf } from './form.ts';
import { sendProblemPage } from './problem-page.ts';
import { type ReplaySpanFacts, replaySpanPage } from './replay-span.ts';
import { type PageServices, show } from './show.ts';

const spanFields = z.object({
  from: time,
  until: optional(time),
  search: optional(z.string().trim().max(200)),
  action: optional(z.enum(ACTIONS)),
  experience: optional(z.string().max(200)),
  source: optional(z.string().max(64)),
});

export function replaySpanRoutes(services: PageServices): Router {
  const { operations } = services;
  const router = Router();
  router.get('/events/replay', (request, response) =>
    show(services, request, response, async (context) => {
      const asked = writtenFields(request.query);
      const to = valuesOf(request.query, 'to');
      const { sources } = await operations.setUp();
      const names = sources.map(({ name }) => name);
      return replaySpanPage({ asked, to, sources: names, ...(await planOf(services, asked, to)) }, context);
    }),
  );

  router.post('/events/replay', async (request, response) => {
    const read = spanFields.safeParse(writtenFields(request.body));
    const to = valuesOf(request.body, 'to');
    if (!read.success || to.length === 0) {
      sendProblemPage(response, 400, 'Nothing selected', 'Choose a span of time and a destination first.');
      return;
    }
    const span = spanOf(read.data, services.now());
    await operations.replaySpan(span, to);
    const { from, to: until, experienceId: experience, ...same } = span;
    const days = { from: new Date(from).toISOString(), to: new Date(until).toISOString() };
    response.redirect(
      303,
      `/console/events${queryString({ ...same, experience, ...days, done: 'span-replayed' })}`,
    );
  });
  return router;
}

async function planOf(
  { operations, now }: PageServices,
  asked: Record<string, string>,
  to: readonly string[],
): Promise<Pick<ReplaySpanFacts, 'fault' | 'plan'>> {
  const begun = to.length > 0 || (asked.until ?? '') !== '';
  if (!begun || (asked.from ?? '') === '') {
    return { plan: null, fault: begun ? 'Choose when the span begins.' : null };
  }
  const read = spanFields.safeParse(asked);
  if (!read.success) {
    return { plan: null, fault: 'One of the fields is not valid. Choose the times again.' };
  }
  if (to.length === 0) {
    return { plan: null, fault: 'Choose at least one destination.' };
  }
  const span = spanOf(read.data, now());
  try {
    const what = await operations.planSpanReplay(span, to);
    const until = new Date(span.to).toISOString();
    return { fault: null, plan: { what, fields: { ...asked, until } } };
  } catch (error) {
    if (error instanceof OperationFault) {
      return { plan: null, fault: error.message };
    }
    throw error;
  }
}

/** What arrives after the page was shown is not part of the span: people send what they have seen. */
function spanOf(read: z.output<typeof spanFields>, now: number): ReplaySpan {
  const { from, until, search, action, experience, source } = read;
  return {
    from,
    to: Math.min(until ?? now, now),
    ...(search !== undefined && { search }),
    ...(action !== undefined && { action }),
    ...(experience !== undefined && { experienceId: experience }),
    ...(source !== undefined && { source }),
  };
}

/** The fields of the query or form, without empty ones. */
function writtenFields(fields: Parameters<typeof fieldOf>[0]): Record<string, string> {
  const named = Object.keys(spanFields.shape).map((name) => [name, fieldOf(fields, name) ?? '']);
  return Object.fromEntries(named.filter(([, value]) => value !== ''));
}
