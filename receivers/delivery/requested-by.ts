import type { ExperienceEvent } from '../../shared/events.ts';
import type { LifecycleRequest, RequestedAction, RequestedBy } from '../contract/lifecycle.ts';
import type { ExperienceMessage } from '../contract/message.ts';
import { sameActionMs } from '../experience/pairing.ts';

/** A request that was carried out here, or may have been, with when that was by the vendor's clock. */
export interface CarriedOut {
  request: LifecycleRequest;
  /** Milliseconds since 1970. */
  at: number;
}

const REPORTED_AS: Readonly<Record<RequestedAction, ExperienceEvent['action']>> = {
  pause: 'pauseExperience',
  start: 'startExperience',
};

/**
 * The message with who had the receiver do what its events report. Intelligems knows only whose access token it was,
 * so the person who asked takes the place of whom it names. Pure.
 */
export function withRequesters(
  message: ExperienceMessage,
  carriedOut: readonly CarriedOut[],
): ExperienceMessage {
  const requestedBy = requesterOf(message.event, carriedOut);
  const named = (event: ExperienceEvent): ExperienceEvent => {
    const email = requesterOf(event, carriedOut)?.by.email ?? null;
    return email === null ? event : { ...event, payload: { ...event.payload, triggeredBy: email } };
  };
  return {
    ...message,
    history: message.history.map((event) => (event === message.event ? event : named(event))),
    requestedBy,
    triggeredBy: requestedBy === null ? message.triggeredBy : requestedBy.by.email,
  };
}

function requesterOf(
  { action, timestamp }: ExperienceEvent,
  carriedOut: readonly CarriedOut[],
): RequestedBy | null {
  const near = carriedOut
    .filter(({ request }) => REPORTED_AS[request.action] === action)
    .map(({ request, at }) => ({
      request,
      distance: timestamp === null ? Number.POSITIVE_INFINITY : Math.abs(timestamp - at),
    }))
    .filter(({ distance }) => distance <= sameActionMs(action))
    .sort((one, other) => one.distance - other.distance);
  return near[0] === undefined ? null : { by: near[0].request.by, why: near[0].request.why };
}
