import type { IncomingHttpHeaders } from 'node:http';
import type { RequestedAction, Requester } from './lifecycle.ts';

/** A request of another service that says which button a person pressed, with the bytes that its signature covers. */
export interface PressRequest {
  body: Uint8Array;
  headers: IncomingHttpHeaders;
}

/** What a destination reads from such a request. */
export type ReadPress =
  /** The signature is not from this destination's app. */
  | { type: 'unsigned' }
  /** The signature is right and too old or too new: someone may be repeating an earlier request. */
  | { type: 'stale' }
  /** The signature is right, and there is nothing to do. */
  | { type: 'ignored'; note: string }
  /** By someone who may not; `tell` says so to them, and only they see it. */
  | { type: 'denied'; who: string; tell(): Promise<void> }
  /** By someone who may; `reply` says something to them, and only they see it. */
  | { type: 'pressed'; press: Press; reply(words: string): Promise<void> };

/** A button that was pressed by someone who may. */
export interface Press {
  action: RequestedAction;
  /** The key of the report's event. The request is signed, but what it names is looked up all the same. */
  eventKey: string;
  by: Requester;
  /** Identifies the press: the same for a request that arrives twice. */
  id: string;
}
