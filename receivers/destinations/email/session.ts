import { once } from 'node:events';
import net from 'node:net';
import { Readable } from 'node:stream';
import tls from 'node:tls';
import SMTPConnection, { type Options } from 'nodemailer/lib/smtp-connection';
import { ReplyWatch } from './reply-watch.ts';
import type { SmtpServer } from './smtp-server.ts';
import { BEFORE_DOT_MS, type SmtpTimeouts } from './timeouts.ts';
import type { Rejection, SmtpFailure, Transmission } from './transmission.ts';

/** A mail's text goes out in blocks of this many bytes. */
const BLOCK_BYTES = 65_536;

/** How long a server has to answer QUIT, in milliseconds. */
const GOODBYE_MS = 5_000;

/** Our own timers decide; nodemailer's are set too long to matter, in milliseconds. */
const NEVER_MS = 86_400_000;

/** A logged-in SMTP connection that sends one mail after the other. */
export class SmtpSession {
  /** A login took place. */
  loggedIn = false;
  /** How many mails it has sent or tried to send. */
  mails = 0;
  #connection: SMTPConnection;
  #watch: ReplyWatch;
  #abandon: (failure: Error) => void = () => {};

  private constructor(server: SmtpServer, timeouts: SmtpTimeouts, socket: net.Socket) {
    this.#watch = new ReplyWatch(timeouts, (failure) => this.#end(failure));
    const { options } = server;
    this.#connection = new SMTPConnection({
      ...(options as Options),
      host: server.host,
      port: server.port,
      secure: server.secure,
      secured: server.secure,
      connection: socket,
      connectionTimeout: NEVER_MS,
      greetingTimeout: timeouts.greeting,
      socketTimeout: NEVER_MS,
      transactionLog: true,
      logger: this.#watch.logger,
    });
    this.#connection.on('error', (error: Error) => this.#abandon(error));
    this.#connection.on('end', () => {
      this.#watch.stop();
      // A step that nodemailer ends itself gets its own error right after this event.
      const abandon = this.#abandon;
      setImmediate(() => abandon(new Error('Connection closed unexpectedly')));
    });
  }

  /**
   * Connects, and logs in if the server's URL names a user and the server offers a login.
   *
   * @throws what nodemailer, Node or the clock ended it with: see `SmtpFailure`
   */
  static async open(server: SmtpServer, timeouts: SmtpTimeouts, signal: AbortSignal): Promise<SmtpSession> {
    const socket = await connected(server, timeouts, signal);
    const session = new SmtpSession(server, timeouts, socket);
    try {
      await session.#untilAborted(signal, () => session.#greet(server, timeouts, socket));
      const { login } = server;
      if (login !== null && session.#connection.allowsAuth) {
        const { authMethod: method } = server.options as { authMethod?: string };
        const data = { user: login.user, credentials: login, method };
        await session.#untilAborted(signal, () =>
          session.#step((done) => session.#connection.login(data, done)),
        );
        session.loggedIn = true;
      }
      return session;
    } catch (error) {
      session.close();
      throw error;
    }
  }

  /** The server can still be talked to. */
  get isOpen(): boolean {
    return !this.#connection.destroyed;
  }

  /** Whether the server offers an extension, such as SMTPUTF8. */
  offers(extension: string): boolean {
    return this.#watch.extensions.has(extension);
  }

  /** Whether the server offers a login, even if none was made. */
  get offersLogin(): boolean {
    return this.#connection.allowsAuth;
  }

  /**
   * Sends one mail. Never throws. Ends before the final dot once `signal` aborts; after it, the mail may have
   * arrived, so only the time limits and `signal` end the wait for the answer.
   *
   * @param message the mail's head and body, with CRLF line ends
   */
  async transmit(from: string, to: string[], message: Buffer, signal: AbortSignal): Promise<Transmission> {
    const kept = this.mails > 0;
    this.mails += 1;
    const envelope: Envelope = { from, to };
    const beforeDot = AbortSignal.any([signal, AbortSignal.timeout(BEFORE_DOT_MS)]);
    let dotWritten = false;
    const source = Readable.from(
      this.#blocks(message, beforeDot, () => {
        dotWritten = true;
      }),
    );
    const outcome = { accepted: [], unsure: [], failure: null, stale: false, response: '' };
    const stop = () => dotWritten || this.#end(aborted(beforeDot));
    beforeDot.addEventListener('abort', stop, { once: true });
    try {
      const { response } = await this.#untilAborted(signal, () =>
        this.#step<{ response: string }>((done) => this.#connection.send(envelope, source, done)),
      );
      const accepted = envelope.accepted ?? [];
      return { ...outcome, accepted, rejections: envelope.rejectedErrors ?? [], response };
    } catch (error) {
      const failure = error as SmtpFailure;
      const answered = failure.responseCode !== undefined && failure.responseCode >= 400;
      const unsure = dotWritten && !answered ? (envelope.accepted ?? []) : [];
      const stale = kept && !source.readableDidRead && (!answered || failure.responseCode === 421);
      await this.#recover(failure);
      // Commands sent together all fail when the first does: only its answer is meaningful.
      const rejections = failure.command === 'MAIL FROM' ? [] : (envelope.rejectedErrors ?? []);
      return { ...outcome, unsure, failure, stale, rejections };
    } finally {
      beforeDot.removeEventListener('abort', stop);
    }
  }

  /** Says goodbye, and ends the connection even if the server does not answer. */
  quit(): void {
    this.#connection.quit();
    setTimeout(() => this.close(), GOODBYE_MS).unref();
  }

  /** Ends the connection at once. */
  close(): void {
    this.#end(new Error('Connection closed'));
  }

  async *#blocks(message: Buffer, signal: AbortSignal, dotFollows: () => void): AsyncGenerator<Buffer> {
    for (let at = 0; at < message.length; at += BLOCK_BYTES) {
      signal.throwIfAborted();
      this.#watch.block();
      yield message.subarray(at, at + BLOCK_BYTES);
    }
    signal.throwIfAborted();
    dotFollows();
    this.#watch.finalDot();
  }

  /** Waits for the greeting, and finds out whether a silent server expects TLS from the start. */
  async #greet(server: SmtpServer, timeouts: SmtpTimeouts, socket: net.Socket): Promise<void> {
    const explain = async (): Promise<void> => {
      if (!server.secure && socket.bytesRead === 0 && (await speaksTls(server, timeouts.silence))) {
        throw Object.assign(new Error('The server expects TLS from the start'), { code: 'ETLSPORT' });
      }
    };
    const silent = setTimeout(() => explain().catch((error) => this.#end(error)), timeouts.silence);
    try {
      await this.#step((done) => this.#connection.connect(done));
    } catch (error) {
      await explain();
      throw error;
    } finally {
      clearTimeout(silent);
    }
  }

  /** After a refused mail, the connection is ready for the next one; after anything else, it is over. */
  async #recover({ code, responseCode }: SmtpFailure): Promise<void> {
    const refused = code === 'EENVELOPE' || code === 'EMESSAGE';
    if (refused && responseCode !== 421 && this.isOpen) {
      await this.#step((done) => this.#connection.reset(done)).catch(() => this.close());
    } else {
      this.close();
    }
  }

  /** A step of the session as a promise, which also the end of the connection settles. */
  #step<Result>(run: (done: (error?: Error | null, result?: Result) => void) => void): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#abandon = reject;
      run((error, result) => (error ? reject(error) : resolve(result as Result)));
    });
  }

  async #untilAborted<Result>(signal: AbortSignal, run: () => Promise<Result>): Promise<Result> {
    signal.throwIfAborted();
    const onAbort = () => this.#end(aborted(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await run();
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  #end(failure: Error): void {
    this.#watch.stop();
    this.#abandon(failure);
    this.#connection.close();
  }
}

/** The envelope, which nodemailer fills with the server's answers while it sends. */
interface Envelope {
  from: string;
  to: string[];
  accepted?: string[];
  rejectedErrors?: Rejection[];
}

function aborted(signal: AbortSignal): Error {
  return Object.assign(new Error('The attempt ended', { cause: signal.reason }), { code: 'EABORT' });
}

async function connected(
  server: SmtpServer,
  timeouts: SmtpTimeouts,
  signal: AbortSignal,
): Promise<net.Socket> {
  signal.throwIfAborted();
  const { host, port, secure, options } = server;
  const servername = net.isIP(host) === 0 ? { servername: host } : {};
  const socket = secure
    ? tls.connect({ host, port, ...servername, ...options.tls })
    : net.connect({ host, port });
  socket.setNoDelay(true);
  const late = AbortSignal.timeout(timeouts.connect);
  try {
    await once(socket, secure ? 'secureConnect' : 'connect', { signal: AbortSignal.any([signal, late]) });
    return socket;
  } catch (error) {
    socket.on('error', () => {});
    socket.destroy();
    if (late.aborted) {
      throw Object.assign(new Error('Connection timeout'), { code: 'ETIMEDOUT', step: 'the connection' });
    }
    throw signal.aborted ? aborted(signal) : error;
  }
}

/** Whether a TLS handshake succeeds at the server's port, whatever its certificate. */
async function speaksTls({ host, port }: SmtpServer, timeoutMs: number): Promise<boolean> {
  const socket = tls.connect({ host, port, rejectUnauthorized: false });
  socket.on('error', () => {});
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(timeoutMs) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
