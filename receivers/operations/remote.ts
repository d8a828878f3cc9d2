import type { Check, Preview } from '../contract/destination.ts';
import type { EventFilter, TestExperience } from '../contract/ledger-reader.ts';
import { INFINITIVES } from '../experience/requester.ts';
import type { Refusal } from '../inbound/refusals.ts';
import type { Requested } from '../lifecycle/request.ts';
import type { Checked } from './checks.ts';
import type { DeadLetterSelection, DeadLetters } from './dead-letters.ts';
import type { DestinationReport } from './destination-report.ts';
import type { ListedEvent } from './event-facts.ts';
import { queryString } from './event-query.ts';
import type { ExperienceRow, ExperienceStory, TestsRemoved } from './experiences.ts';
import type { Operations } from './operations.ts';
import type { PreviewName } from './preview.ts';
import type { EventStory, ExportedStory } from './records.ts';
import type { ReplayStep } from './replay.ts';
import type { ReplaySpan, SpanPlan } from './replay-span.ts';
import type { ExplainedEvent } from './routes.ts';
import type { SetUp } from './set-up.ts';
import type { Chart } from './timeline.ts';

/** A receiver's API refused; the message says why, and what to do. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Milliseconds until a response counts as missing. */
const TIMEOUT_MS = 60_000;

/**
 * The operations of a running receiver, through its API. They reject with a {@link RemoteError} if it refuses, and
 * with what `fetch` rejects with if it does not answer.
 *
 * @param url where the receiver is, without a path
 * @param token one of the console's tokens
 */
export function connectOperations(url: string, token: string): Operations {
  const { get, post, getOrNull, postOrNull } = apiOf(url, token);
  const path = encodeURIComponent;
  const replay = async (key: string, destinations: readonly string[], dryRun: boolean) =>
    (await postOrNull<{ steps: ReplayStep[] }>(`/events/${path(key)}/replay`, { destinations, dryRun }))
      ?.steps ?? null;

  return {
    warnings: async () => (await get<{ warnings: string[] }>('/status')).warnings,
    setUp: () => get<SetUp>('/set-up'),
    events: async (filter) =>
      (await get<{ events: ListedEvent[] }>(`/events${queryString(eventQueryOf(filter))}`)).events,
    event: (key) => getOrNull<EventStory>(`/events/${path(key)}`),
    exportPage: async (after, limit) =>
      (await get<{ events: ExportedStory[] }>(`/export${queryString({ after, limit })}`)).events,
    previews: async () => (await get<{ previews: PreviewName[] }>('/previews')).previews,
    preview: (key, destination) => getOrNull<Preview>(`/events/${path(key)}/preview/${path(destination)}`),
    previewBodies: (bodies, destination) => postOrNull<Preview>(`/previews/${path(destination)}`, { bodies }),
    explainRoutes: (body, source, at) =>
      post<ExplainedEvent>('/routes/explain', { body, at, ...(source !== null && { source }) }),
    planReplay: (key, destinations) => replay(key, destinations, true),
    replay: (key, destinations) => replay(key, destinations, false),
    planSpanReplay: (span, destinations) =>
      post<SpanPlan>('/events/replay/plan', { ...spanBodyOf(span), destinations }),
    replaySpan: async (span, destinations) =>
      (await post<{ count: number }>('/events/replay', { ...spanBodyOf(span), destinations })).count,
    deliverNow: async (key, deliveryId) =>
      (await postOrNull<{ due: boolean }>(`/events/${path(key)}/deliveries/${deliveryId}/now`, {}))?.due ??
      null,
    deadLetters: (selection) => get<DeadLetters>(`/dead-letters${queryString(letterQueryOf(selection))}`),
    replayDeadLetters: async (selection) =>
      (await post<{ count: number }>('/dead-letters/replay', selection)).count,
    dismissDeadLetters: async (selection) =>
      (await post<{ count: number }>('/dead-letters/dismiss', selection)).count,
    destinations: async () =>
      (await get<{ destinations: DestinationReport[] }>('/destinations')).destinations,
    checks: async () => (await get<{ checks: Record<string, Checked | null> }>('/checks')).checks,
    check: (destination) => post<Checked>(`/destinations/${path(destination)}/check`),
    resume: async (destination) => {
      await post(`/destinations/${path(destination)}/resume`);
    },
    sendTest: async (source, destination) => {
      const test = { ...(source !== null && { source }), ...(destination !== null && { destination }) };
      return (await post<{ key: string }>('/test', test)).key;
    },
    experiences: async ({ experienceId, beforeLastAt, ...same }) => {
      const query = queryString({ ...same, experience: experienceId, before: beforeLastAt });
      return (await get<{ experiences: ExperienceRow[] }>(`/experiences${query}`)).experiences;
    },
    experience: (id, source) =>
      getOrNull<ExperienceStory>(`/experiences/${path(id)}${queryString({ source })}`),
    requestLifecycle: ({ source, experienceId, action }) =>
      postOrNull<Requested>(`/experiences/${path(experienceId)}/${INFINITIVES[action]}`, {
        source,
      }),
    muteHealth: async (source, id, checks) =>
      (await postOrNull(`/experiences/${path(id)}/mute`, { source, checks })) !== null,
    testExperiences: async () =>
      (await get<{ experiences: TestExperience[] }>('/test-experiences')).experiences,
    removeTestExperiences: () => post<TestsRemoved>('/test-experiences/remove', {}),
    timeline: (range) => get<Chart>(`/timeline${queryString({ range })}`),
    examine: async (network) => (await post<{ checks: Check[] }>('/examine', { network })).checks,
    refused: async () => (await get<{ refused: Refusal[] }>('/refused')).refused,
  };
}

function apiOf(url: string, token: string) {
  async function call<Answer>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${url.replace(/\/+$/, '')}/console/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    if (!/^application\/(problem\+)?json/.test(response.headers.get('content-type') ?? '')) {
      throw new RemoteError(
        response.status,
        `${url} answered with status ${response.status}, but not like a receiver. Check the URL.`,
      );
    }
    const answered = JSON.parse(text);
    if (!response.ok) {
      throw new RemoteError(response.status, `${answered.title}. ${answered.detail}`);
    }
    return answered;
  }

  async function orNull<Answer>(asked: Promise<Answer>): Promise<Answer | null> {
    try {
      return await asked;
    } catch (error) {
      if (error instanceof RemoteError && error.status === 404) {
        return null;
      }
      throw error;
    }
  }

  return {
    get: <Answer>(path: string) => call<Answer>('GET', path),
    post: <Answer>(path: string, body?: unknown) => call<Answer>('POST', path, body),
    getOrNull: <Answer>(path: string) => orNull(call<Answer>('GET', path)),
    postOrNull: <Answer>(path: string, body: unknown) => orNull(call<Answer>('POST', path, body)),
  };
}

function eventQueryOf(filter: EventFilter): Record<string, unknown> {
  const { experienceId, receivedFrom, receivedTo, beforeSequence, ...same } = filter;
  return {
    ...same,
    experience: experienceId,
    from: timeOf(receivedFrom),
    to: timeOf(receivedTo),
    before: beforeSequence,
  };
}

function letterQueryOf({ ids, from, to, ...same }: DeadLetterSelection): Record<string, unknown> {
  return { ...same, id: ids?.[0], from: timeOf(from), to: timeOf(to) };
}

function spanBodyOf({ experienceId, ...same }: ReplaySpan): Record<string, unknown> {
  return { ...same, ...(experienceId !== undefined && { experience: experienceId }) };
}

function timeOf(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString();
}
