import { z } from 'zod';
import {
  amount,
  flag,
  list,
  locale,
  milliseconds,
  oneOf,
  text,
  timeZone,
  webAddress,
  wholeNumber,
  wholeNumbers,
} from '../../base/setting-values.ts';

const destinationNames = 'Write the names of destinations, as a list or with commas between them.';

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

/** The actions that the External API keeps a record of. */
const RECORDED_ACTIONS = ['start', 'pause', 'end', 'delete'] as const;

/**
 * The table of all settings that are no list of sources, destinations or routes: a line each. Its place in
 * this tree is its place in receivers.yaml; `setting` names the environment variable that overrides it
 * there. The published JSON Schema and the README's table are made from it.
 */
export const settings = z.strictObject({
  role: setting(
    'RECEIVER_ROLE',
    oneOf(['all', 'accept', 'deliver']).default('all'),
    'With PostgreSQL, what this process does: accept webhooks, deliver what was accepted, or all of it; `start --role` wins over it.',
  ),

  server: section(
    {
      host: setting(
        'HOST',
        text('Write an address such as 0.0.0.0.').default('0.0.0.0'),
        'The address to listen on.',
      ),
      port: setting(
        'PORT',
        wholeNumber(0, 65_535, 8787).default(8787),
        'The port to listen on; 0 for any free one.',
      ),
      publicUrl: setting(
        'PUBLIC_URL',
        webAddress('https://webhooks.example.com').nullable().default(null),
        'How the internet reaches this receiver; used for links to it.',
      ),
      trustedProxies: setting(
        'TRUSTED_PROXIES',
        wholeNumber(0, 10, 0).default(0),
        'How many reverse proxies stand in front and add to X-Forwarded-For, which then tells where requests come from: for the list of refused ones, and to count wrong tokens.',
      ),
      signatureHeader: setting(
        'INTELLIGEMS_SIGNATURE_HEADER',
        z
          .string()
          .trim()
          .regex(/^[\w!#$%&'*+.^`|~-]+$/, 'Write the name of a header, such as X-Intelligems-Signature.')
          .toLowerCase()
          .default('x-intelligems-signature'),
        'The header that carries the signature of a webhook; capitals do not matter.',
      ),
      bodyLimitBytes: setting(
        'BODY_LIMIT_BYTES',
        wholeNumber(1024, 104_857_600, 1_048_576).default(1_048_576),
        'The largest webhook that is taken, in bytes.',
      ),
      headersTimeoutSeconds: setting(
        'HEADERS_TIMEOUT_SECONDS',
        amount(0.1, 3600, 10).default(10),
        'How long a request may take to send its headers.',
      ),
      requestTimeoutSeconds: setting(
        'REQUEST_TIMEOUT_SECONDS',
        amount(0.1, 3600, 30).default(30),
        'How long a request may take to arrive whole.',
      ),
      maxConnections: setting(
        'MAX_CONNECTIONS',
        wholeNumber(1, 1_000_000, 1000).default(1000),
        'How many connections may be open at once; further ones are closed.',
      ),
    },
    ({ headersTimeoutSeconds, requestTimeoutSeconds, ...same }) => ({
      ...same,
      headersTimeoutMs: milliseconds(headersTimeoutSeconds),
      requestTimeoutMs: milliseconds(requestTimeoutSeconds),
    }),
  ),

  storage: section({
    dataFolder: setting(
      'DATA_DIR',
      text('Write the path of a folder, such as ./data.').default('./data'),
      'The folder of the embedded storage and of the secret that the receiver makes itself.',
    ),
    databaseUrl: setting(
      'DATABASE_URL',
      z
        .string()
        .regex(/^postgres(ql)?:\/\/\S+$/, 'Write it as postgres://user:password@host:5432/database.')
        .nullable()
        .default(null),
      'A PostgreSQL database in place of the embedded storage: postgres://user:password@host:5432/database.',
      'secret',
    ),
    retentionDays: setting(
      'RETENTION_DAYS',
      amount(0, 36_500, 90).default(90),
      'How many days events are kept; 0 for ever. Dead letters stay until someone decides.',
    ),
  }),

  database: section(
    {
      acceptConnections: setting(
        'DATABASE_ACCEPT_CONNECTIONS',
        wholeNumber(1, 1000, 2).default(2),
        'With PostgreSQL: how many connections accepting may use; nothing else takes them away.',
      ),
      deliverConnections: setting(
        'DATABASE_DELIVER_CONNECTIONS',
        wholeNumber(1, 1000, 3).default(3),
        'With PostgreSQL: how many connections claim deliveries and write what came of them.',
      ),
      readConnections: setting(
        'DATABASE_READ_CONNECTIONS',
        wholeNumber(1, 1000, 4).default(4),
        'With PostgreSQL: how many connections answer the console and what destinations look up.',
      ),
      queueConnections: setting(
        'DATABASE_QUEUE_CONNECTIONS',
        wholeNumber(1, 1000, 2).default(2),
        'With PostgreSQL: how many connections the job queue may use, beside one for each destination.',
      ),
      statementTimeoutSeconds: setting(
        'DATABASE_STATEMENT_TIMEOUT_SECONDS',
        amount(0.1, 600, 5).default(5),
        'With PostgreSQL: a statement that takes longer is refused; a webhook is then answered 503.',
      ),
      connectTimeoutSeconds: setting(
        'DATABASE_CONNECT_TIMEOUT_SECONDS',
        amount(0.1, 600, 5).default(5),
        'With PostgreSQL: how long a connection may take to be made, or to become free.',
      ),
      leaseSeconds: setting(
        'DATABASE_LEASE_SECONDS',
        amount(0.5, 600, 12).default(12),
        'With PostgreSQL: a process that could not reach the database for so long stops delivering; after half as long again others take its deliveries over.',
      ),
    },
    ({ statementTimeoutSeconds, connectTimeoutSeconds, leaseSeconds, ...same }) => ({
      ...same,
      statementTimeoutMs: milliseconds(statementTimeoutSeconds),
      connectTimeoutMs: milliseconds(connectTimeoutSeconds),
      leaseMs: milliseconds(leaseSeconds),
    }),
  ),

  log: section({
    level: setting(
      'LOG_LEVEL',
      oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
      'How much is logged: trace, debug, info, warn, error, fatal or silent.',
    ),
    pretty: setting(
      'LOG_PRETTY',
      flag().nullable().default(null),
      'true for a log that people read, false for JSON lines; without it, readable on a terminal only.',
    ),
  }),

  delivery: section(
    {
      maxAttempts: setting(
        'MAX_ATTEMPTS',
        wholeNumber(1, 100, 8).default(8),
        'After so many attempts a delivery is a dead letter.',
      ),
      attemptTimeoutSeconds: setting(
        'ATTEMPT_TIMEOUT_SECONDS',
        amount(0.1, 600, 30).default(30),
        'An attempt that takes longer is given up and tried again.',
      ),
      firstRetrySeconds: setting(
        'FIRST_RETRY_SECONDS',
        amount(0.01, 86_400, 10).default(10),
        'The pause after the first attempt.',
      ),
      retryFactor: setting(
        'RETRY_FACTOR',
        amount(1, 100, 5).default(5),
        'Each further pause is so many times as long, at most a day.',
      ),
      giveUpAfterHours: setting(
        'GIVE_UP_AFTER_HOURS',
        amount(0.001, 8760, 48).default(48),
        'A delivery that was first tried longer ago than this is a dead letter at its next failure.',
      ),
      pauseAfterFailures: setting(
        'PAUSE_AFTER_FAILURES',
        wholeNumber(1, 10_000, 5).default(5),
        'After so many failures in a row a destination is paused, then probed with a single delivery.',
      ),
      firstPauseSeconds: setting(
        'FIRST_PAUSE_SECONDS',
        amount(0.01, 86_400, 30).default(30),
        'How long a failing destination is paused at first; each further pause is twice as long.',
      ),
      longestPauseSeconds: setting(
        'LONGEST_PAUSE_SECONDS',
        amount(0.01, 86_400, 900).default(900),
        'How long a failing destination is paused at most.',
      ),
    },
    (written) => ({
      retry: {
        maxAttempts: written.maxAttempts,
        firstRetryMs: milliseconds(written.firstRetrySeconds),
        factor: written.retryFactor,
        giveUpAfterMs: milliseconds(written.giveUpAfterHours * 3600),
      },
      breaker: {
        failures: written.pauseAfterFailures,
        firstPauseMs: milliseconds(written.firstPauseSeconds),
        longestPauseMs: milliseconds(written.longestPauseSeconds),
      },
      attemptTimeoutMs: milliseconds(written.attemptTimeoutSeconds),
    }),
  ),

  updates: section({
    quietSeconds: setting(
      'UPDATE_QUIET_SECONDS',
      amount(0, 86_400, 60).default(60),
      'Updates of an experience that come in a burst merge into one message after so many quiet seconds; 0 sends each at once. Zaps get each at once.',
    ),
    dropBookkeeping: setting(
      'DROP_BOOKKEEPING_UPDATES',
      flag().default(false),
      'true leaves out updates that change nothing a person cares about.',
    ),
  }),

  alerts: section({
    destination: setting(
      'ALERT_DESTINATION',
      text('Write the name of a destination.').nullable().default(null),
      'The destination that is told when another one has been failing for some time.',
      'destination',
    ),
    afterMinutes: setting(
      'ALERT_AFTER_MINUTES',
      amount(0, 10_080, 30).default(30),
      'How long a destination fails before the alert.',
    ),
  }),

  digest: section({
    to: setting(
      'DIGEST_TO',
      list(z.string(), destinationNames).prefault([]),
      'The destinations that get a digest of each day on which something happened; none for no digest.',
      'destination',
    ),
    hour: setting('DIGEST_HOUR', wholeNumber(0, 23, 8).default(8), 'The hour at which the digest goes out.'),
    timeZone: setting(
      'DIGEST_TIME_ZONE',
      timeZone().default('UTC'),
      'The time zone of that hour and of the day.',
    ),
  }),

  intelligems: section({
    apiUrl: setting(
      'INTELLIGEMS_API_URL',
      webAddress('https://api.intelligems.io').default('https://api.intelligems.io'),
      'Where the External API of Intelligems is.',
    ),
    apiVersion: setting(
      'INTELLIGEMS_API_VERSION',
      z
        .string()
        .regex(/^[\w.-]+$/, 'Write the version as it stands in the address, such as v25-10-beta.')
        .default('v25-10-beta'),
      'The version of the External API, as it stands in its address.',
    ),
    experienceUrlTemplate: setting(
      'INTELLIGEMS_EXPERIENCE_URL',
      z
        .string()
        .regex(
          /^https?:\/\/\S*\{id\}\S*$/,
          'Write a web address with {id} in it, such as https://app.example.com/experiences/{id}.',
        )
        .nullable()
        .default(null),
      'Where people open an experience, with {id} for its id; messages then have a link to it.',
    ),
  }),

  who: section(
    {
      afterSeconds: setting(
        'WHO_AFTER_SECONDS',
        amount(0, 86_400, 60).default(60),
        'With an access token: so long after an event that does not tell who caused it Intelligems is asked; then three times more, each after three times as long.',
      ),
    },
    ({ afterSeconds }) => ({ afterMs: milliseconds(afterSeconds) }),
  ),

  results: section(
    {
      fetch: setting(
        'RESULTS',
        flag().default(true),
        'With an access token: whether the results of an experience are fetched when it has ended.',
      ),
      to: setting(
        'RESULTS_TO',
        list(z.string(), destinationNames).nullable().default(null),
        'The destinations that get a report of the results; without it, those that were told of the end.',
        'destination',
      ),
      afterSeconds: setting(
        'RESULTS_AFTER_SECONDS',
        amount(0, 86_400, 60).default(60),
        'So long after the end the results are asked for; while they are not ready, again after as long as it has been by then.',
      ),
      patienceHours: setting(
        'RESULTS_PATIENCE_HOURS',
        amount(0, 720, 24).default(24),
        'After so long, results that are still not ready are told as they are.',
      ),
    },
    ({ afterSeconds, patienceHours, ...same }) => ({
      ...same,
      afterMs: milliseconds(afterSeconds),
      patienceMs: milliseconds(patienceHours * 3600),
    }),
  ),

  milestones: section({
    to: setting(
      'MILESTONES_TO',
      list(z.string(), destinationNames).prefault([]),
      'With an access token: the destinations that get a report when an experience has been live for some days; none for no such reports.',
      'destination',
    ),
    days: setting(
      'MILESTONE_DAYS',
      wholeNumbers(1, 365, [7, 14]).prefault([7, 14]),
      'The days live after which it is reported, pauses left out.',
    ),
  }),

  overview: section({
    to: setting(
      'OVERVIEW_TO',
      list(z.string(), destinationNames).prefault([]),
      'With an access token: the destinations that get a weekly overview of all running experiences; none for no overview.',
      'destination',
    ),
    day: setting('OVERVIEW_DAY', oneOf(DAYS).default('monday'), 'The day on which the overview goes out.'),
    hour: setting(
      'OVERVIEW_HOUR',
      wholeNumber(0, 23, 8).default(8),
      'The hour at which the overview goes out.',
    ),
    timeZone: setting('OVERVIEW_TIME_ZONE', timeZone().default('UTC'), 'The time zone of that day and hour.'),
  }),

  reconcile: section(
    {
      mode: setting(
        'RECONCILE',
        oneOf(['deliver', 'list', 'off']).default('deliver'),
        'With an access token, what happens to an action at Intelligems whose webhook never came: deliver it marked as recovered, only list it in the ledger and the log, or off: do not look.',
      ),
      everySeconds: setting(
        'RECONCILE_EVERY_SECONDS',
        amount(0.1, 604_800, 3600).default(3600),
        'How often Intelligems is compared with the ledger, after the first time at start; milestones are looked for at the same time.',
      ),
      graceSeconds: setting(
        'RECONCILE_GRACE_SECONDS',
        amount(0, 86_400, 900).default(900),
        'An action counts as missed when it is older than this.',
      ),
      actions: setting(
        'RECONCILE_ACTIONS',
        list(oneOf(RECORDED_ACTIONS), 'Write some of start, pause, end and delete.').prefault([
          ...RECORDED_ACTIONS,
        ]),
        'The actions that are compared: name those whose webhooks are ticked at Intelligems.',
      ),
    },
    ({ everySeconds, graceSeconds, ...same }) => ({
      ...same,
      everyMs: milliseconds(everySeconds),
      graceMs: milliseconds(graceSeconds),
    }),
  ),

  reports: section({
    locale: setting(
      'REPORT_LOCALE',
      locale().default('en-US'),
      'How numbers and dates are written in reports: en-US, de-CH, fr-FR.',
    ),
  }),

  console: section({
    token: setting(
      'CONSOLE_TOKEN',
      z.string().min(16, 'Write at least 16 characters.').nullable().default(null),
      'The token that opens the console; without it, the receiver makes one on first start.',
      'secret',
    ),
    viewerToken: setting(
      'CONSOLE_VIEWER_TOKEN',
      z.string().min(16, 'Write at least 16 characters.').nullable().default(null),
      'The token that opens the console for reading only; without it, the receiver makes one on first start.',
      'secret',
    ),
  }),

  zapier: section(
    {
      apiKey: setting(
        'ZAPIER_API_KEY',
        z.string().min(16, 'Write at least 16 characters.').nullable().default(null),
        'The key with which the Zapier app connects to this receiver.',
        'secret',
      ),
      targetHosts: setting(
        'ZAPIER_TARGET_HOSTS',
        list(
          z.string().toLowerCase(),
          'Write the names of hosts, as a list or with commas between them.',
        ).prefault(['hooks.zapier.com']),
        'The hosts to which events may be sent for Zapier.',
      ),
      waitForWhoSeconds: setting(
        'ZAPIER_WAIT_FOR_WHO_SECONDS',
        amount(0, 86_400, 300).default(0),
        'With an access token: so long at most Zaps wait for an event that does not tell who caused it, until Intelligems tells. 0: they get it at once, without the name.',
      ),
    },
    ({ waitForWhoSeconds, ...settings }) => ({ ...settings, waitForWhoMs: milliseconds(waitForWhoSeconds) }),
  ),
});

/** The settings as the program uses them: durations in milliseconds where their names say so. */
export type Settings = z.output<typeof settings>;

/**
 * One setting: its environment variable, what it takes, what it is for, and whether it is a secret or names
 * destinations (which then have to exist).
 */
function setting<Value extends z.ZodType>(
  environment: string,
  value: Value,
  description: string,
  mark?: 'secret' | 'destination',
): Value {
  return value.describe(description).meta({ environment, ...(mark && { [mark]: true }) });
}

/** Settings that belong together; all of them have defaults. `shape` turns them into what the program uses. */
function section<Shape extends z.ZodRawShape, Shaped = z.output<z.ZodObject<Shape>>>(
  shape: Shape,
  shaped: (written: z.output<z.ZodObject<Shape, z.core.$strict>>) => Shaped = (written) =>
    written as unknown as Shaped,
) {
  return z
    .strictObject(shape)
    .transform(shaped)
    .prefault({} as never);
}
