import type { Response } from 'express';

/** Lets this response show a secret that was made for it. Everything else that is secret stays masked. */
export function showOnce(response: Response, secret: string | null): void {
  if (secret !== null) {
    response.locals.shownOnce = secret;
  }
}
