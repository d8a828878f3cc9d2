import { SmtpSession } from './session.ts';
import type { SmtpServer } from './smtp-server.ts';
import type { SmtpTimeouts } from './timeouts.ts';

/** An unused connection is closed after this long, in milliseconds: servers drop idle ones, and each costs them. */
const IDLE_MS = 15_000;

/** A connection sends at most this many mails, which servers limit too. */
const MOST_MAILS = 100;

/** Keeps connections for the next mail. How many are open at once, the destination's `concurrency` decides. */
export class SmtpPool {
  #server: SmtpServer;
  #timeouts: SmtpTimeouts;
  #idle = new Map<SmtpSession, NodeJS.Timeout>();
  #busy = new Set<SmtpSession>();

  constructor(server: SmtpServer, timeouts: SmtpTimeouts) {
    this.#server = server;
    this.#timeouts = timeouts;
  }

  /** A connection that has sent a mail before, if there is one. */
  takeUsed(): SmtpSession | null {
    for (const [session, timer] of this.#idle) {
      clearTimeout(timer);
      this.#idle.delete(session);
      if (session.isOpen) {
        this.#busy.add(session);
        return session;
      }
    }
    return null;
  }

  /** A new connection. Throws as `SmtpSession.open` does. */
  async open(signal: AbortSignal): Promise<SmtpSession> {
    const session = await SmtpSession.open(this.#server, this.#timeouts, signal);
    this.#busy.add(session);
    return session;
  }

  /** Keeps a connection for a while, or closes it if it can no longer be used. */
  giveBack(session: SmtpSession): void {
    if (!this.#busy.delete(session) || !session.isOpen || session.mails >= MOST_MAILS) {
      session.close();
      return;
    }
    const timer = setTimeout(() => {
      this.#idle.delete(session);
      session.quit();
    }, IDLE_MS);
    this.#idle.set(session, timer.unref());
  }

  /** Ends every connection, even one with a mail in progress. */
  close(): void {
    for (const timer of this.#idle.values()) {
      clearTimeout(timer);
    }
    const sessions = [...this.#idle.keys(), ...this.#busy];
    this.#idle.clear();
    this.#busy.clear();
    for (const session of sessions) {
      session.close();
    }
  }
}
