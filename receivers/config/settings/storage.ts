import { z } from 'zod';
import { amount, list, milliseconds, text, wholeNumber } from '../../base/setting-values.ts';
import { databaseUrlFault } from '../../ledger/postgres/database-url.ts';
import { section, setting } from './setting.ts';

const SHORTEST_KEY = 32;
const KEY_ADVICE = `Write at least ${SHORTEST_KEY} random characters. This makes some: openssl rand -hex 32`;

export const storage = section({
  dataFolder: setting(
    'DATA_DIR',
    text('Write the path of a folder, such as ./data.').default('./data'),
    'The folder for the embedded ledger and for secrets that the receiver makes.',
  ),
  databaseUrl: setting(
    'DATABASE_URL',
    z
      .string()
      .regex(/^postgres(ql)?:\/\/\S+$/, {
        error: 'Write it as postgres://user:password@host:5432/database.',
        abort: true,
      })
      .superRefine((url, context) => {
        const fault = databaseUrlFault(url);
        if (fault !== null) {
          context.addIssue({ code: 'custom', message: `${fault.finding} ${fault.fix}` });
        }
      })
      .nullable()
      .default(null),
    'A PostgreSQL database to use instead of the embedded ledger: postgres://user:password@host:5432/database.',
    'secret',
  ),
  settingsKey: setting(
    'SETTINGS_KEY',
    list(z.string().min(SHORTEST_KEY, KEY_ADVICE), KEY_ADVICE).prefault([]),
    `The key that seals the secrets of what is connected in the console: at least ${SHORTEST_KEY} random characters. All machines need the same one. To change it, set the new and the old one, separated by a comma. Default: the embedded ledger uses the key in the file settings-key in the data folder. With PostgreSQL, set it to save secrets in the console.`,
    'secret',
  ),
  retentionDays: setting(
    'RETENTION_DAYS',
    amount(0, 36_500, 90).default(90),
    'How many days to keep events. 0 keeps them forever. Events with dead letters stay until someone resends or dismisses these.',
  ),
});

/** Only PostgreSQL uses these. */
export const database = section(
  {
    acceptConnections: setting(
      'DATABASE_ACCEPT_CONNECTIONS',
      wholeNumber(1, 1000, 2).default(2),
      'PostgreSQL: the number of connections reserved for accepting webhooks.',
    ),
    deliverConnections: setting(
      'DATABASE_DELIVER_CONNECTIONS',
      wholeNumber(1, 1000, 3).default(3),
      'PostgreSQL: the number of connections that claim deliveries and record outcomes.',
    ),
    readConnections: setting(
      'DATABASE_READ_CONNECTIONS',
      wholeNumber(1, 1000, 4).default(4),
      'PostgreSQL: the number of connections for the console and for lookups by destinations.',
    ),
    queueConnections: setting(
      'DATABASE_QUEUE_CONNECTIONS',
      wholeNumber(1, 1000, 2).default(2),
      'PostgreSQL: the number of connections for the job queue, plus one for each destination.',
    ),
    statementTimeoutSeconds: setting(
      'DATABASE_STATEMENT_TIMEOUT_SECONDS',
      amount(0.1, 600, 5).default(5),
      'PostgreSQL: the maximum time for a statement. A webhook that takes longer gets a 503.',
    ),
    connectTimeoutSeconds: setting(
      'DATABASE_CONNECT_TIMEOUT_SECONDS',
      amount(0.1, 600, 5).default(5),
      'PostgreSQL: the maximum time to open a connection or to wait for a free one.',
    ),
    leaseSeconds: setting(
      'DATABASE_LEASE_SECONDS',
      amount(0.5, 600, 12).default(12),
      'PostgreSQL: a process that cannot reach the database for this long stops delivering. After one and a half times as long, other processes take over its deliveries.',
    ),
  },
  ({ statementTimeoutSeconds, connectTimeoutSeconds, leaseSeconds, ...same }) => ({
    ...same,
    statementTimeoutMs: milliseconds(statementTimeoutSeconds),
    connectTimeoutMs: milliseconds(connectTimeoutSeconds),
    leaseMs: milliseconds(leaseSeconds),
  }),
);
