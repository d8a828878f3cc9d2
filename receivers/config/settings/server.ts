import { z } from 'zod';
import { amount, milliseconds, text, webAddress, wholeNumber } from '../../base/setting-values.ts';
import { section, setting } from './setting.ts';

export const server = section(
  {
    host: setting(
      'HOST',
      text('Write an address such as 0.0.0.0.').default('0.0.0.0'),
      'The address to listen on.',
    ),
    port: setting(
      'PORT',
      wholeNumber(0, 65_535, 8787).default(8787),
      'The port to listen on. 0 picks a free port.',
    ),
    publicUrl: setting(
      'PUBLIC_URL',
      webAddress('https://webhooks.example.com').nullable().default(null),
      'The address at which the internet reaches this receiver. Links to it start with this.',
    ),
    trustedProxies: setting(
      'TRUSTED_PROXIES',
      wholeNumber(0, 10, 0).default(0),
      'How many reverse proxies in front of the receiver add to X-Forwarded-For. The client address is read from there, to list refused requests and to limit wrong console tokens.',
    ),
    signatureHeader: setting(
      'INTELLIGEMS_SIGNATURE_HEADER',
      z
        .string()
        .trim()
        .regex(/^[\w!#$%&'*+.^`|~-]+$/, 'Write the name of a header, such as X-Intelligems-Signature.')
        .toLowerCase()
        .default('x-intelligems-signature'),
      'The header with the signature of a webhook. Case does not matter.',
    ),
    bodyLimitBytes: setting(
      'BODY_LIMIT_BYTES',
      wholeNumber(1024, 104_857_600, 1_048_576).default(1_048_576),
      'The maximum size of a webhook body, in bytes.',
    ),
    headersTimeoutSeconds: setting(
      'HEADERS_TIMEOUT_SECONDS',
      amount(0.1, 3600, 10).default(10),
      'The maximum time for a request to send its headers.',
    ),
    requestTimeoutSeconds: setting(
      'REQUEST_TIMEOUT_SECONDS',
      amount(0.1, 3600, 30).default(30),
      'The maximum time for a whole request to arrive.',
    ),
    maxConnections: setting(
      'MAX_CONNECTIONS',
      wholeNumber(1, 1_000_000, 1000).default(1000),
      'The maximum number of open connections. Further connections are closed.',
    ),
    metricsToken: setting(
      'METRICS_TOKEN',
      z.string().min(16, 'Write at least 16 characters.').nullable().default(null),
      'If set, /metrics answers only requests with `Authorization: Bearer` and this token.',
      'secret',
    ),
  },
  ({ headersTimeoutSeconds, requestTimeoutSeconds, ...same }) => ({
    ...same,
    headersTimeoutMs: milliseconds(headersTimeoutSeconds),
    requestTimeoutMs: milliseconds(requestTimeoutSeconds),
  }),
);
