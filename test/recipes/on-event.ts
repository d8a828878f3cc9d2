/** The events that came, in order. In a program of your own, put each into a queue: the answer must come within 10 s. */
export const received: unknown[] = [];

/** Stands for what a program does with an event that was verified. */
export function onEvent(event: unknown): void {
  received.push(event);
}
