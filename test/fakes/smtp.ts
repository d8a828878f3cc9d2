import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { UNTRUSTED_CERTIFICATE } from './certificate.ts';

/**
 * The steps of a session at which the fake can go wrong: `connect` is the greeting, `text` the beginning of the
 * mail's text, `data` the reply after the final dot.
 */
export type SmtpStep = 'connect' | 'auth' | 'mail' | 'rcpt' | 'text' | 'data';

/** What happens instead of the proper reply. `after`, at `data`: the mail is taken first, and its reply lost. */
export type SmtpFault =
  | { kind: 'reply'; code: number; text: string }
  | { kind: 'delay'; ms: number }
  | { kind: 'hang'; after?: boolean }
  | { kind: 'reset'; after?: boolean };

/** When a fault may happen. */
interface SmtpMoment {
  step: SmtpStep;
  /** At `rcpt`. */
  recipient: string | null;
}

interface Planned {
  fault: SmtpFault;
  left: number;
  matches: (moment: SmtpMoment) => boolean;
}

/** Decides at each step whether it goes wrong, and how. */
class SmtpFaultPlan {
  #planned: Planned[] = [];
  #chance: (moment: SmtpMoment) => SmtpFault | null = () => null;

  /** The next `times` arrivals at the step get this fault; at `rcpt` only for `recipient`, if given. */
  add(step: SmtpStep, fault: SmtpFault, { times = 1, recipient = '' } = {}): void {
    const matches = (moment: SmtpMoment): boolean =>
      moment.step === step && (moment.recipient ?? '').includes(recipient);
    this.#planned.push({ fault, left: times, matches });
  }

  /** Called for each moment without a planned fault, such as for seeded random faults. */
  draw(chance: (moment: SmtpMoment) => SmtpFault | null): void {
    this.#chance = chance;
  }

  clear(): void {
    this.#planned = [];
    this.#chance = () => null;
  }

  /** The fault for this moment; null for none. */
  next(moment: SmtpMoment): SmtpFault | null {
    const planned = this.#planned.find(({ left, matches }) => left > 0 && matches(moment));
    if (planned === undefined) {
      return this.#chance(moment);
    }
    planned.left -= 1;
    return planned.fault;
  }
}

/** A mail that the fake took. */
export interface TakenMail {
  /** With angle brackets. */
  messageId: string;
  /** The envelope's sender and recipients, not those of the mail's head. */
  from: string;
  to: string[];
  /** The mail as it came, head and body. */
  raw: string;
  /** The user who was logged in; null for none. */
  user: string | null;
  /** Whether the connection was encrypted. */
  secure: boolean;
}

export interface FakeSmtp {
  /** `smtp://127.0.0.1:port`, with user and password if the fake requires a login. */
  url: string;
  port: number;
  faults: SmtpFaultPlan;
  /** In the order in which they were taken. */
  mails: TakenMail[];
  /** How many connections are open, and how many there have been. */
  connections(): { open: number; all: number };
  /** Resolves once every connection is closed. */
  quiet(): Promise<void>;
  close(): Promise<void>;
}

export interface FakeSmtpOptions {
  /** Requires this login; without one, anyone may send. */
  login?: { user: string; password: string };
  /** Offers STARTTLS with a certificate that no authority signed. */
  starttls?: boolean;
  /** Expects TLS from the start, with such a certificate. */
  tls?: boolean;
  /** How long the server looks at each mail before it answers, in milliseconds. */
  delayMs?: number;
  /**
   * How many recipients one mail may have; more are answered 452 (Postfix's smtpd_recipient_limit, see
   * https://www.postfix.org/postconf.5.html; Exchange Online answers alike).
   */
  mostRecipients?: number;
  /** Answers 450 to the first RCPT TO of each recipient, as Postgrey does (https://postgrey.schweikert.ch). */
  greylists?: boolean;
  /** Extensions of RFC 2920 and RFC 6531, which not every server has. */
  pipelining?: boolean;
  smtputf8?: boolean;
}

/** The head and body of a mail as a mail program reads them. */
export function parseMail(mail: TakenMail): Promise<ParsedMail> {
  return simpleParser(mail.raw);
}

/** Starts a mail server that keeps what it takes and delivers nothing. */
export async function startFakeSmtp(options: FakeSmtpOptions = {}): Promise<FakeSmtp> {
  const faults = new SmtpFaultPlan();
  const mails: TakenMail[] = [];
  let all = 0;

  /** Continues normally, or with the fault. `takeEffect` is the normal effect. */
  function goOn(
    moment: SmtpMoment,
    session: SMTPServerSession,
    answer: (error?: Error) => void,
    takeEffect: () => void = () => {},
  ): void {
    const fault = faults.next(moment);
    if (fault === null || fault.kind === 'delay') {
      setTimeout(
        () => {
          takeEffect();
          answer();
        },
        fault === null ? 0 : fault.ms,
      );
      return;
    }
    if (fault.kind === 'reply') {
      answer(Object.assign(new Error(fault.text), { responseCode: fault.code }));
      return;
    }
    if (fault.after) {
      takeEffect();
    }
    if (fault.kind === 'reset') {
      reset(session);
    }
  }

  function reset(session: SMTPServerSession): void {
    const [connection] = [...server.connections].filter(({ id }) => id === session.id);
    (connection as unknown as { _socket: Socket })._socket.resetAndDestroy();
  }

  const { login, mostRecipients = Number.POSITIVE_INFINITY } = options;
  const greylisted = new Set<string>();

  /** The server's own rules for recipients, before any planned fault. */
  function recipientRefusal(address: string, session: SMTPServerSession): Error | null {
    if (session.envelope.rcptTo.length >= mostRecipients) {
      return Object.assign(new Error('4.5.3 Error: too many recipients'), { responseCode: 452 });
    }
    if (options.greylists && !greylisted.has(address)) {
      greylisted.add(address);
      const words = `4.2.0 <${address}>: Recipient address rejected: Greylisted`;
      return Object.assign(new Error(words), { responseCode: 450 });
    }
    return null;
  }

  const server = new SMTPServer({
    ...(options.starttls || options.tls ? UNTRUSTED_CERTIFICATE : {}),
    secure: options.tls === true,
    hidePIPELINING: options.pipelining === false,
    hideSMTPUTF8: options.smtputf8 === false,
    banner: 'fake',
    authOptional: login === undefined,
    allowInsecureAuth: true,
    authMethods: ['PLAIN', 'LOGIN'],
    disabledCommands: [...(login === undefined ? ['AUTH'] : []), ...(options.starttls ? [] : ['STARTTLS'])],
    disableReverseLookup: true,
    closeTimeout: 5,
    onConnect(session, callback) {
      all += 1;
      goOn({ step: 'connect', recipient: null }, session, callback);
    },
    onAuth({ username, password }, session, callback) {
      goOn({ step: 'auth', recipient: null }, session, (error) => {
        if (error) {
          callback(error);
        } else if (username === login?.user && password === login?.password) {
          callback(null, { user: username });
        } else {
          callback(
            Object.assign(new Error('5.7.8 Username and Password not accepted'), { responseCode: 535 }),
          );
        }
      });
    },
    onMailFrom(_address, session, callback) {
      goOn({ step: 'mail', recipient: null }, session, callback);
    },
    onRcptTo({ address }, session, callback) {
      const refusal = recipientRefusal(address, session);
      if (refusal === null) {
        goOn({ step: 'rcpt', recipient: address }, session, callback);
      } else {
        callback(refusal);
      }
    },
    async onData(stream, session, callback) {
      const early = faults.next({ step: 'text', recipient: null });
      if (early?.kind === 'reset') {
        await once(stream, 'readable');
        reset(session);
        return;
      }
      const raw = await text(stream).catch(() => null);
      if (raw === null) {
        callback(new Error('The client cut its connection within the mail.'));
        return;
      }
      if (options.delayMs !== undefined) {
        await new Promise((resolve) => setTimeout(resolve, options.delayMs));
      }
      const { mailFrom, rcptTo } = session.envelope;
      const mail: TakenMail = {
        messageId: /^message-id:\s*(<[^>]*>)/im.exec(raw)?.[1] ?? '',
        from: mailFrom === false ? '' : mailFrom.address,
        to: rcptTo.map(({ address }) => address),
        raw,
        user: (session.user as string | undefined) ?? null,
        secure: session.secure,
      };
      goOn({ step: 'data', recipient: null }, session, callback, () => mails.push(mail));
    },
  });
  server.on('error', () => {
    // A client that cuts its connection is part of many a test.
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  const credentials =
    login === undefined ? '' : `${encodeURIComponent(login.user)}:${encodeURIComponent(login.password)}@`;
  return {
    url: `${options.tls ? 'smtps' : 'smtp'}://${credentials}127.0.0.1:${port}`,
    port,
    faults,
    mails,
    connections: () => ({ open: server.connections.size, all }),
    quiet: async () => {
      while (server.connections.size > 0) {
        const [connection] = server.connections;
        await once((connection as unknown as { _socket: NodeJS.EventEmitter })._socket, 'close');
        await new Promise(setImmediate);
      }
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
