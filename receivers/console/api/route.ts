import type { z } from 'zod';
import type { Author, ConnectionOperations } from '../../operations/connections.ts';
import type { Operations } from '../../operations/operations.ts';

/** The operations behind the API. */
export interface ApiOperations extends Operations {
  connections: ConnectionOperations;
}

/** A call of the API: what it takes and does, for the router and for its OpenAPI description. */
export interface ApiRoute<Query = unknown, Body = unknown, Answer = unknown> {
  method: 'get' | 'post';
  /** As Express writes it; the description turns parameters into OpenAPI’s. */
  path: string;
  summary: string;
  /** The response, in words and as a schema. */
  answers: string;
  answer: z.ZodType<Answer>;
  query?: z.ZodType<Query>;
  body?: z.ZodType<Body>;
  /** Gives the response, or null for “not found”. Throws an OperationFault for a name that is not in the settings. */
  handle(
    operations: ApiOperations,
    given: { parameters: Record<string, string>; query: Query; body: Body; by: Author },
  ): Promise<Answer | null>;
  /** The status of a response; 200 without it. */
  status?(answer: Answer): number;
  /** A secret in the response that is shown this once; null for none. */
  shownOnce?(answer: Answer): string | null;
}

/** A call with the types of what it takes and gives. */
export function route<Query, Body, Answer>(made: ApiRoute<Query, Body, Answer>): ApiRoute {
  return made as ApiRoute;
}
