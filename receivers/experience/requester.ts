import type { RequestedAction, RequestedBy, Requester } from '../contract/lifecycle.ts';

/** “paused”, “resumed”. */
export const DONE_WORDS: Readonly<Record<RequestedAction, string>> = { pause: 'paused', start: 'resumed' };

/** “pause”, “resume”. */
export const INFINITIVES: Readonly<Record<RequestedAction, string>> = { pause: 'pause', start: 'resume' };

/** What an action does to visitors. It follows the documentation of the External API. */
export const EFFECTS: Readonly<Record<RequestedAction, string>> = {
  pause: 'Intelligems stops showing it to visitors until someone resumes it.',
  start: 'Intelligems shows it to visitors again.',
};

/** “by maya in Slack”, “in the console”, “automatically”: follows what was done. */
export function requesterWords({ via, name }: Requester): string {
  switch (via) {
    case 'slack':
      return name === null ? 'in Slack' : `by ${name} in Slack`;
    case 'console':
      return name === null ? 'in the console' : `by ${name} in the console`;
    case 'policy':
      return 'automatically';
  }
}

/** Who had the receiver do it, in a sentence. */
export function requestedWords({ by, why }: RequestedBy): string {
  const because = why === null ? '' : ` The settings AUTO_PAUSE_… ask for it. The alarm: ${why}`;
  return `Done ${requesterWords(by)}, through the receiver.${because}`;
}
