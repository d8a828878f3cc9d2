import { z } from 'zod';
import { bodyTemplateProblem } from './body-check.ts';
import { secretProblem } from './signature.ts';
import { parseStatuses } from './statuses.ts';

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VISIBLE = /^[\t\x20-\x7E\x80-\xFF]*$/;

/** Set by this destination, or by HTTP itself. */
const RESERVED = /^(host|content-length|transfer-encoding|connection|expect|upgrade|te|trailer|webhook-.*)$/i;

function checkHeaders(headers: Record<string, string>, context: z.RefinementCtx): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!TOKEN.test(name)) {
      context.addIssue(`“${name.replace(/\p{Cc}/gu, '␤')}” is not a header name.`);
    } else if (RESERVED.test(name)) {
      context.addIssue(`The receiver sets the header ${name} itself: leave it out.`);
    } else if (!VISIBLE.test(value)) {
      context.addIssue(
        `The value of ${name} has a line break or another character that a header cannot have.`,
      );
    }
  }
}

const headerMap = z.record(z.string(), z.string());

function readHeaders(
  value: string | Record<string, string>,
  context: z.RefinementCtx,
): Record<string, string> {
  if (typeof value !== 'string') {
    return value;
  }
  try {
    const parsed = headerMap.safeParse(JSON.parse(value));
    if (parsed.success) {
      return parsed.data;
    }
  } catch {
    // Invalid JSON, and JSON of another shape, get the same advice.
  }
  context.addIssue('Write the headers as a JSON object: {"Authorization": "Bearer …"}.');
  return z.NEVER;
}

const ENCODE = 'Percent-encode the characters / ? # @ and : in its user name and password.';

function checkUrl(value: string, context: z.RefinementCtx): void {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null || !['https:', 'http:'].includes(url.protocol)) {
    const password = /\/\/[^/]*@/.test(value) || value.includes('#') ? ` ${ENCODE}` : '';
    context.addIssue(`Write a whole URL, beginning with https:// (or http://).${password}`);
  }
}

function readSecrets(value: string | string[], context: z.RefinementCtx): string[] {
  const secrets = (typeof value === 'string' ? value.split(',') : value)
    .map((secret) => secret.trim())
    .filter((secret) => secret !== '');
  for (const secret of secrets) {
    const problem = secretProblem(secret);
    if (problem !== null) {
      context.addIssue(problem);
    }
  }
  return secrets;
}

function readStatuses(value: string | (string | number)[], context: z.RefinementCtx): string {
  const text = typeof value === 'string' ? value : value.join(', ');
  if (parseStatuses(text) === null) {
    context.addIssue('Write statuses such as 200-299, 409.');
  }
  return text;
}

function checkBody(template: string, context: z.RefinementCtx): void {
  const problem = bodyTemplateProblem(template);
  if (problem !== null) {
    context.addIssue(problem);
  }
}

const TIMEOUT_ADVICE = 'Write whole milliseconds, 100 to 120000.';

/** The settings of an `http` destination, from receivers.yaml or the environment. */
export const httpSettings = z.strictObject({
  url: z
    .string()
    .superRefine(checkUrl)
    .describe('The URL that each event is sent to: https://…')
    .meta({ secret: true }),
  method: z.enum(['POST', 'PUT', 'PATCH']).default('POST').describe('The HTTP method: POST, PUT or PATCH.'),
  headers: z
    .union([z.string(), headerMap])
    .transform(readHeaders)
    .superRefine(checkHeaders)
    .default({})
    .describe('More headers, as a map or as JSON: {"Authorization": "Bearer …"}.')
    .meta({ secret: true }),
  secret: z
    .union([z.string(), z.array(z.string())])
    .transform(readSecrets)
    .default([])
    .describe(
      'The secret for the Standard Webhooks signature: whsec_ followed by 24 to 64 random bytes in base64. To change it, set the old and the new one, separated by a comma: both sign.',
    )
    .meta({ secret: true }),
  body: z
    .string()
    .superRefine(checkBody)
    .optional()
    .describe(
      'A Liquid template for the JSON body, such as {"text": "{{ experience.name }} {{ verb }}", "variations": {{ variations | json }}}. Without it, the whole event is sent.',
    ),
  success: z
    .union([z.string(), z.array(z.union([z.string(), z.number()]))])
    .transform(readStatuses)
    .default('200-299')
    .describe('The statuses that count as success, such as 200-299, 409.'),
  timeoutMs: z.coerce
    .number({ error: TIMEOUT_ADVICE })
    .int({ error: TIMEOUT_ADVICE })
    .min(100, { error: TIMEOUT_ADVICE })
    .max(120_000, { error: TIMEOUT_ADVICE })
    .default(10_000)
    .describe('How long to wait for the answer, in milliseconds, 100 to 120000.'),
  allowPrivate: z
    .union([z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')], {
      error: 'Write true or false.',
    })
    .default(false)
    .describe(
      'true allows addresses in private networks and on this machine. Behind a proxy it also lets the proxy resolve the name.',
    ),
});

export type HttpSettings = z.output<typeof httpSettings>;
