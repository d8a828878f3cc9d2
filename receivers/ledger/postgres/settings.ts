/** How the ledger on PostgreSQL is opened. */
export interface PostgresSettings {
  /**
   * `postgres://user:password@host:port/database`; TLS by the parameters that PostgreSQL's own clients know,
   * such as `?sslmode=verify-full&sslrootcert=/path/ca.pem`.
   */
  url: string;
  /** How many connections accepting may use; nothing else takes them away. */
  acceptConnections?: number;
  /** How many connections claim deliveries and write outcomes. */
  deliverConnections?: number;
  /** How many connections answer the console and what a destination looks up. */
  readConnections?: number;
  /** How many connections the job queue may use, in addition to one per destination on which it listens. */
  queueConnections?: number;
  /** A statement that takes longer is refused, milliseconds. */
  statementTimeoutMs?: number;
  /** A connection that takes longer to make, or to become free, is refused, milliseconds. */
  connectTimeoutMs?: number;
  /**
   * A process that cannot reach the database for this long stops delivering, milliseconds. After half that time more,
   * its deliveries are given to others.
   */
  leaseMs?: number;
}

/** With what {@link PostgresSettings} leaves out. */
export function completeSettings(settings: PostgresSettings): Required<PostgresSettings> {
  return {
    acceptConnections: 2,
    deliverConnections: 3,
    readConnections: 4,
    queueConnections: 2,
    statementTimeoutMs: 5_000,
    connectTimeoutMs: 5_000,
    leaseMs: 12_000,
    ...settings,
  };
}
