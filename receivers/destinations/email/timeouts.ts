const MINUTE_MS = 60_000;

/**
 * How long each step of a mail may take, in milliseconds. All but `connect` and `silence` are the times that
 * RFC 5321, section 4.5.3.2 asks clients to wait at least: busy servers scan a mail before they answer.
 */
export interface SmtpTimeouts {
  /** Name lookup, connection, and TLS from the start. */
  connect: number;
  /** The server's first line, and likewise TLS after STARTTLS. */
  greeting: number;
  /** The answer to EHLO, AUTH, MAIL FROM, RCPT TO, and RSET. */
  command: number;
  /** The answer to DATA. */
  dataCommand: number;
  /** The server takes the next block of the mail's text. */
  dataBlock: number;
  /** The answer after the final dot. */
  finalDot: number;
  /**
   * A server that says nothing for this long is asked over another connection whether it expects TLS from the
   * start. Longer than the pauses with which servers detect spammers (5 seconds in sendmail's greet_pause).
   */
  silence: number;
}

export const SMTP_TIMEOUTS: SmtpTimeouts = {
  connect: 30_000,
  greeting: 5 * MINUTE_MS,
  command: 5 * MINUTE_MS,
  dataCommand: 2 * MINUTE_MS,
  dataBlock: 3 * MINUTE_MS,
  finalDot: 10 * MINUTE_MS,
  silence: 10_000,
};

/**
 * Everything before the final dot, in milliseconds: a greeting, the login, the recipients, DATA and the text at
 * their limits. It keeps a server that is slow at every recipient from using up the time after the dot.
 */
export const BEFORE_DOT_MS = 20 * MINUTE_MS;

/** The longest attempt, in milliseconds: before the final dot, after it, and a minute for the mail itself. */
export const ATTEMPT_MS = BEFORE_DOT_MS + SMTP_TIMEOUTS.finalDot + MINUTE_MS;
