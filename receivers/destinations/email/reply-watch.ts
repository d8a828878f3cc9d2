import type { SmtpTimeouts } from './timeouts.ts';

interface LogEntry {
  tnx?: string;
}

/**
 * Follows the commands and answers of an SMTP connection, by the log that nodemailer writes of them, and ends the
 * connection when an answer takes longer than its command may. Commands sent together are timed one by one.
 */
export class ReplyWatch {
  /** The names of the extensions that the server's newest answer to EHLO lists, such as SMTPUTF8. */
  extensions = new Set<string>();
  /** For nodemailer, with `transactionLog`. */
  readonly logger;
  #timeouts: SmtpTimeouts;
  #expire: (failure: Error) => void;
  /** Commands without an answer yet, oldest first. */
  #pending: string[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param expire called once an answer is overdue */
  constructor(timeouts: SmtpTimeouts, expire: (failure: Error) => void) {
    this.#timeouts = timeouts;
    this.#expire = expire;
    const ignore = (): void => {};
    const debug = ({ tnx }: LogEntry, text: string): void => {
      if (tnx === 'client') {
        this.#sent(text);
      } else if (tnx === 'server') {
        this.#answered(text);
      }
    };
    this.logger = { trace: ignore, debug, info: ignore, warn: ignore, error: ignore, fatal: ignore };
  }

  /** The next block of the mail's text goes out. */
  block(): void {
    this.#start('the text of the mail', this.#timeouts.dataBlock);
  }

  /** The final dot goes out. */
  finalDot(): void {
    this.#pending.push('.');
    this.#start('the whole mail', this.#timeouts.finalDot);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #sent(command: string): void {
    this.#pending.push(/^(MAIL FROM|RCPT TO|\w+)/i.exec(command)?.[0].toUpperCase() ?? 'the login');
    if (this.#pending.length === 1) {
      this.#expectAnswer();
    }
  }

  #answered(reply: string): void {
    const command = this.#pending.shift();
    if (command === 'EHLO') {
      this.extensions = new Set(
        [...reply.matchAll(/^\d{3}[ -](\S+)/gm)].map(([, name]) => `${name}`.toUpperCase()),
      );
    }
    this.stop();
    if (this.#pending.length > 0) {
      this.#expectAnswer();
    }
  }

  #expectAnswer(): void {
    const [command = ''] = this.#pending;
    const { dataCommand, command: other, finalDot } = this.#timeouts;
    const limit = command === 'DATA' ? dataCommand : command === '.' ? finalDot : other;
    this.#start(command, limit);
  }

  #start(step: string, ms: number): void {
    this.stop();
    this.#timer = setTimeout(() => {
      this.#expire(Object.assign(new Error(`No answer to ${step}`), { code: 'ETIMEDOUT', step }));
    }, ms);
  }
}
