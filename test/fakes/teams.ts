import type { FaultPlan } from './faults.ts';
import { startFaultyServer } from './faulty-server.ts';

export interface FakeCard {
  type?: string;
  version?: string;
  fallbackText?: string;
  body?: { type?: string; text?: string; inlines?: { type?: string; text?: string }[]; url?: string }[];
  actions?: { type?: string; title?: string; url?: string }[];
}

export interface FakeTeams {
  /** For TEAMS_WEBHOOK_URL. */
  webhookUrl: string;
  faults: FaultPlan;
  /** What people see, oldest first. */
  cards: FakeCard[];
  /** Whether the workflow is turned on. */
  setEnabled(enabled: boolean): void;
  close(): Promise<void>;
}

const PATH =
  '/workflows/abc/triggers/manual/paths/invoke?api-version=2016-06-01&sig=signature-of-the-workflow';

/** Teams' limit of a message, counted as JSON within JSON. https://github.com/MicrosoftDocs/msteams-docs/issues/11274 */
const BYTES_LIMIT = 28_672;

/**
 * Starts a Teams workflow. The real one answers 202 at once and shows a card that it cannot take as “couldn't
 * be displayed”; this one answers 400 instead, so that a test sees it.
 */
export async function startFakeTeams(): Promise<FakeTeams> {
  const cards: FakeCard[] = [];
  const { origin, faults, close } = await startFaultyServer((request, body) => {
    const [status, answer] = take(request.method ?? '', request.url ?? '', body);
    return (response) => void response.writeHead(status, { 'Content-Type': 'application/json' }).end(answer);
  });

  let isEnabled = true;

  function take(method: string, url: string, body: string): [number, string] {
    if (method !== 'POST') {
      return method === 'OPTIONS' ? [200, ''] : [405, '{"error":{"code":"MethodNotAllowed"}}'];
    }
    if (url !== PATH) {
      return [401, '{"error":{"code":"DirectApiAuthorizationRequired"}}'];
    }
    if (!isEnabled) {
      // https://github.com/microsoft/coe-starter-kit/issues/8684
      const message =
        "Could not execute workflow 'ae8e' trigger 'manual' with state 'Disabled': trigger is not enabled.";
      return [400, JSON.stringify({ error: { code: 'WorkflowTriggerIsNotEnabled', message } })];
    }
    const payload = JSON.parse(body) as {
      type?: string;
      attachments?: { contentType?: string; content?: FakeCard }[];
    };
    const [attachment] = payload.attachments ?? [];
    const problems = attachment?.content === undefined ? ['no card'] : cardFaults(attachment.content);
    if (payload.type !== 'message' || attachment?.contentType !== 'application/vnd.microsoft.card.adaptive') {
      problems.push('no message with an Adaptive Card');
    }
    if (problems.length > 0) {
      return [400, JSON.stringify({ error: { code: 'BadRequest', message: problems.join(' ') } })];
    }
    cards.push(attachment?.content as FakeCard);
    return [202, ''];
  }

  return {
    webhookUrl: `${origin}${PATH}`,
    faults,
    cards,
    setEnabled: (enabled) => {
      isEnabled = enabled;
    },
    close,
  };
}

/** What keeps Teams from showing a card. */
export function cardFaults(card: FakeCard): string[] {
  const faults: string[] = [];
  if (card.type !== 'AdaptiveCard' || !['1.0', '1.1', '1.2', '1.3', '1.4'].includes(card.version ?? '')) {
    faults.push('Workflows show Adaptive Cards up to version 1.4 only.');
  }
  if (Buffer.byteLength(JSON.stringify(JSON.stringify(card))) > BYTES_LIMIT) {
    faults.push('MessageSizeExceeded');
  }
  for (const { type, text: words, inlines, url } of card.body ?? []) {
    const known =
      (type === 'TextBlock' && typeof words === 'string' && words !== '') ||
      (type === 'Image' && /^https:\/\//.test(url ?? '')) ||
      (type === 'RichTextBlock' &&
        (inlines ?? []).length > 0 &&
        (inlines ?? []).every(
          (each) => each.type === 'TextRun' && typeof each.text === 'string' && each.text !== '',
        ));
    if (!known) {
      faults.push(`An element of type ${type} is not as it should be.`);
    }
  }
  for (const { type, url } of card.actions ?? []) {
    if (type !== 'Action.OpenUrl' || !/^https?:\/\//.test(url ?? '')) {
      faults.push('An action is not as it should be.');
    }
  }
  return faults;
}
