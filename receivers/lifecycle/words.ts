import type { LifecycleRequest, SettledRequest } from '../contract/lifecycle.ts';
import type { Report } from '../contract/message.ts';
import { DONE_WORDS, EFFECTS, INFINITIVES, requesterWords } from '../experience/requester.ts';

/** What the report of a settled request says beyond the request. */
export interface SettledDetails {
  /** Why it failed or was needless, or what is not known, in sentences; null if it was carried out. */
  detail: string | null;
  link: string | null;
}

/** The event of a request, for the list of events. Pure. */
export function requestReport(request: LifecycleRequest, link: string | null): Report {
  const { action, by, name, why } = request;
  return {
    ...empty(request, link),
    title: `${name}: ${INFINITIVES[action]} requested ${requesterWords(by)}`,
    summary: why ?? EFFECTS[action],
    request,
  };
}

/** What became of a request, for the places that get reports about the health of the experience. Pure. */
export function settledReport(
  { request, outcome }: Pick<SettledRequest, 'request' | 'outcome'>,
  { detail, link }: SettledDetails,
): Report {
  const { action, by, name, why } = request;
  const done = `${DONE_WORDS[action]} ${requesterWords(by)}`;
  const titles: Readonly<Record<SettledRequest['outcome'], string>> = {
    done,
    needless: `already ${DONE_WORDS[action]}`,
    failed: `not ${DONE_WORDS[action]}`,
    unknown: `perhaps ${DONE_WORDS[action]}`,
  };
  const asked = `Requested ${requesterWords(by)}.`;
  const sentences = [
    outcome === 'done' ? EFFECTS[action] : detail,
    outcome === 'done' ? null : asked,
    why === null ? null : `The settings AUTO_PAUSE_… ask for this. The alarm: ${why}`,
  ];
  return {
    ...empty(request, link),
    title: `${name}: ${titles[outcome]}`,
    summary: sentences.filter((each) => each !== null).join(' '),
    settled: { request, outcome },
    ...(outcome === 'done' && action === 'pause' ? { offer: 'start' as const } : {}),
  };
}

function empty(
  { experienceId }: LifecycleRequest,
  link: string | null,
): Pick<Report, 'topic' | 'sections' | 'experienceId' | 'link' | 'image'> {
  return { topic: 'lifecycle', sections: [], experienceId, link, image: null };
}
