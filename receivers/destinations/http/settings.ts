import { z } from 'zod';
import { bodyTemplateProblem } from './body-check.ts';
import { secretProblem } from './signature.ts';
import { parseStatuses } from './statuses.ts';

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VISIBLE = /^[\t\x20-\x7E\x80-\xFF]*$/;

/** What this destination or HTTP itself sets. */
const RESERVED = /^(host|content-length|transfer-encoding|connection|expect|upgrade|te|trailer|webhook-.*)$/i;

function checkHeaders(headers: Record<string, string>, context: z.RefinementCtx): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!TOKEN.test(name)) {
      context.addIssue(`“${name.replace(/\p{Cc}/gu, '␤')}” is no header name.`);
    } else if (RESERVED.test(name)) {
      context.addIssue(`The header ${name} is set by the receiver itself: leave it out.`);
    } else if (!VISIBLE.test(value)) {
      context.addIssue(
        `The value of ${name} holds a line break or another character that no header may hold.`,
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
    // The same advice follows for broken JSON and for JSON of another shape.
  }
  context.addIssue('Write the headers as a JSON object of texts: {"Authorization": "Bearer …"}.');
  return z.NEVER;
}

function checkUrl(value: string, context: z.RefinementCtx): void {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null || !['https:', 'http:'].includes(url.protocol)) {
    context.addIssue('Write a whole URL, beginning with https:// (or http://).');
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
    context.addIssue('Write statuses as 200-299, 409.');
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

/** The settings of an `http` destination, as they stand in receivers.yaml or come from the environment. */
export const httpSettings = z.strictObject({
  url: z
    .string()
    .superRefine(checkUrl)
    .describe('Where each event is sent: an https:// URL.')
    .meta({ secret: true }),
  method: z.enum(['POST', 'PUT', 'PATCH']).default('POST').describe('The HTTP method: POST, PUT or PATCH.'),
  headers: z
    .union([z.string(), headerMap])
    .transform(readHeaders)
    .superRefine(checkHeaders)
    .default({})
    .describe('Further headers, as a map or as JSON: {"Authorization": "Bearer …"}.')
    .meta({ secret: true }),
  secret: z
    .union([z.string(), z.array(z.string())])
    .transform(readSecrets)
    .default([])
    .describe(
      'The secret for the Standard Webhooks signature: whsec_ and 24 to 64 random bytes in base64. Several, separated by commas, sign side by side while you change them.',
    )
    .meta({ secret: true }),
  body: z
    .string()
    .superRefine(checkBody)
    .optional()
    .describe(
      'A Liquid template of the JSON body, such as {"text": "{{ experience.name }} {{ verb }}", "variations": {{ variations | json }}}. Without it: the whole event.',
    ),
  success: z
    .union([z.string(), z.array(z.union([z.string(), z.number()]))])
    .transform(readStatuses)
    .default('200-299')
    .describe('Which statuses mean that it was taken, such as 200-299, 409.'),
  timeoutMs: z.coerce
    .number({ error: TIMEOUT_ADVICE })
    .int({ error: TIMEOUT_ADVICE })
    .min(100, { error: TIMEOUT_ADVICE })
    .max(120_000, { error: TIMEOUT_ADVICE })
    .default(10_000)
    .describe('How long to wait for the answer, in milliseconds; 100 to 120000.'),
  allowPrivate: z
    .union([z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')], {
      error: 'Write true or false.',
    })
    .default(false)
    .describe('true allows addresses in private networks and on this machine.'),
});

export type HttpSettings = z.output<typeof httpSettings>;
