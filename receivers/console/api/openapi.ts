import { z } from 'zod';
import type { ApiRoute } from './route.ts';
import { API_ROUTES } from './routes.ts';

/** The description of the API (OpenAPI 3.1), generated from the table that the API itself uses. */
/** @param path where the API is */
export function openApi(path: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of API_ROUTES) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Console of an Intelligems receiver',
      version: '1.0.0',
      description:
        'The same operations as the console’s pages and the command line. Times are milliseconds since 1970.',
    },
    servers: [{ url: path }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'The console’s token, or the read-only token, which only allows GET.',
        },
      },
      schemas: { Problem: PROBLEM },
    },
  };
}

const PROBLEM = {
  type: 'object',
  description: 'An error (RFC 9457).',
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'The cause, and what to do.' },
  },
  required: ['title', 'status', 'detail'],
};

function operation({
  method,
  path,
  summary,
  answers,
  answer,
  query,
  body,
}: ApiRoute): Record<string, unknown> {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  return {
    summary,
    operationId: `${method}${path.replaceAll(/[/:-]+(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
    parameters: [...inPath, ...(query === undefined ? [] : inQuery(query))],
    ...(body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(body) } } },
    }),
    responses: {
      200: { description: answers, content: { 'application/json': { schema: jsonSchema(answer) } } },
      default: {
        description: 'An error.',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

interface JsonObject {
  properties?: Record<string, { description?: string }>;
  required?: string[];
}

function inQuery(query: z.ZodType): unknown[] {
  const { properties = {}, required = [] } = jsonSchema(query) as JsonObject;
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description !== undefined && { description }),
    schema,
  }));
}

function jsonSchema(schema: z.ZodType): unknown {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return described;
}
