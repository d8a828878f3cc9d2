import type { EventStory } from '../operations/records.ts';
import { STATE_WORDS } from '../operations/words.ts';
import { oneLine, timeWords } from './lines.ts';

/** An event with its deliveries, all attempts, and its body. */
export function storyText({ event, deliveries }: EventStory): string {
  const head: [string, string | null][] = [
    ['Event', event.key],
    ['Action', event.action],
    ['Experience', event.experienceName === null ? null : `${event.experienceName} (${event.experienceId})`],
    ['Happened', event.occurredAt === null ? null : `${timeWords(event.occurredAt)} UTC`],
    ['Received', `${timeWords(event.receivedAt)} UTC, through the source ${event.source}`],
    ['By', event.by ?? event.triggeredBy],
    ['Problem', event.problem],
  ];
  const lines = head
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name.padEnd(11)} ${oneLine(value ?? '')}`);
  return `${[...lines, ...deliveries.flatMap(deliveryLines), '', prettyBody(event)].join('\n')}\n`;
}

function deliveryLines(delivery: EventStory['deliveries'][number]): string[] {
  const { mark, words } = STATE_WORDS[delivery.state];
  return [
    '',
    `${mark} ${delivery.destination}: ${words} (delivery ${delivery.id}; ${oneLine(delivery.cause)})`,
    ...(delivery.reason === null ? [] : [`  ${oneLine(delivery.reason)}`]),
    ...delivery.attemptRecords.flatMap(({ number, startedAt, finishedAt, outcome, note, answer }) => [
      `  ${number}. ${timeWords(startedAt)}: ${outcome} in ${finishedAt - startedAt} ms${note === null ? '' : `. ${oneLine(note)}`}`,
      ...(answer === null ? [] : [`     response: ${oneLine(answer)}`]),
    ]),
  ];
}

function prettyBody({ body, bodyEncoding }: EventStory['event']): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return bodyEncoding === 'utf8' ? oneLine(body) : `(base64) ${body}`;
  }
}
