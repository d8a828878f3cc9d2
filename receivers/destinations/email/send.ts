import { createTransport, type SMTPPoolSentMessageInfo } from 'nodemailer';
import { cut } from '../../../shared/words.ts';
import type { Attempt, Check, Destination, Services } from '../../contract/destination.ts';
import type { Message } from '../../contract/message.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { type SmtpFailure, smtpOutcome } from './failure.ts';
import { fetchPicture, PICTURE_ID, type Picture } from './picture.ts';
import {
  advance,
  type Progress,
  progressFact,
  type Rejection,
  readProgress,
  remaining,
} from './recipients.ts';
import { chartUrl, type Mail, renderMail, subjectOf } from './render.ts';
import type { EmailSettings } from './settings.ts';
import { checkTemplates } from './template-check.ts';
import { loadTemplates, type Templates } from './templates.ts';
import { subjectFact } from './thread.ts';

/** How many mails may be under way at once; each has a connection of its own. */
export const CONNECTIONS = 5;

const CONNECT_TIMEOUT_MS = 10_000;
const REPLY_TIMEOUT_MS = 20_000;
/** Connections are closed after this long without a mail: servers drop idle ones, and each costs them. */
const IDLE_TIMEOUT_MS = 15_000;

/** An open email destination: a pool of SMTP connections, opened when there is a mail to send. */
export class EmailDestination implements Destination {
  #settings: EmailSettings;
  #services: Services;
  #templates: Templates;
  #transport: ReturnType<typeof openTransport>;
  #bodies: Bodies = new Map();
  #server: string;
  #secrets: string[];
  #fetchPicture: typeof fetchPicture;

  /** @param getPicture gets the picture of a report from the web */
  constructor(settings: EmailSettings, services: Services, getPicture = fetchPicture) {
    const url = new URL(settings.smtpUrl);
    this.#settings = settings;
    this.#services = services;
    this.#templates = loadTemplates(settings.templatesFolder);
    this.#transport = openTransport(settings.smtpUrl, this.#bodies);
    this.#server = url.host;
    this.#fetchPicture = getPicture;
    this.#secrets = [url.password, decodeURIComponent(url.password)].filter((secret) => secret !== '');
    for (const problem of this.#templates.problems) {
      services.log.warn(problem);
    }
  }

  async send(message: Message, attempt: Attempt): Promise<Outcome> {
    const { setting } = this.#services;
    const thread = await this.#thread(message, attempt);
    const url = chartUrl(message);
    const picture = url === null ? null : await this.#fetchPicture(url, attempt.signal);
    const { mail, problems } = renderMail(message, this.#settings, this.#templates, thread.subject, picture);
    for (const problem of problems) {
      this.#services.log.warn({ event: message.key }, problem);
    }
    const fact = progressFact(message.key);
    const known = await attempt.recall(fact);
    const before = readProgress(known);
    const recipients = remaining(
      mail.to.map(({ address }) => address),
      before,
    );
    if (recipients.length === 0) {
      return this.#withoutSecrets({ type: 'done', note: 'Every recipient has it already; not sent again.' });
    }
    const sent = await this.#transmit(mail, recipients, attempt.signal);
    if (sent.failure !== null && sent.rejections.length === 0) {
      return this.#withoutSecrets(smtpOutcome(sent.failure, this.#server, sent.bodyStarted, setting));
    }
    const { progress, deferred } = advance(before, sent.accepted, sent.rejections);
    const outcome = this.#settle(progress, deferred, sent, { fact, isKnown: known !== null && known !== '' });
    if (outcome.type !== 'done') {
      return this.#withoutSecrets(outcome);
    }
    const repeated = attempt.uncertain
      ? [`An earlier attempt may have arrived too; both mails bear the Message-ID ${mail.messageId}.`]
      : [];
    const notes = [...((outcome.note ?? '') ? [outcome.note as string] : []), ...repeated, ...problems];
    return this.#withoutSecrets({
      ...outcome,
      ...(notes.length === 0 ? {} : { note: notes.join(' ') }),
      remember: { ...outcome.remember, ...thread.remember },
    });
  }

  async check(): Promise<Check[]> {
    const { setting } = this.#services;
    const checks = this.checkHere();
    try {
      await this.#transport.verify();
      const finding = `${this.#server} answers${this.#secrets.length > 0 ? ' and takes the login' : ''}.`;
      return [{ what: 'Mail server', state: 'ok', finding, fix: null }, ...checks];
    } catch (error) {
      const outcome = this.#withoutSecrets(smtpOutcome(error as SmtpFailure, this.#server, false, setting));
      const finding = outcome.type === 'done' ? '' : outcome.reason;
      const fix =
        outcome.type === 'dead'
          ? `Correct ${setting('smtpUrl')} and restart: until then, mails become dead letters.`
          : `Check ${setting('smtpUrl')}; until it answers, mails wait and are tried again.`;
      return [{ what: 'Mail server', state: 'fault', finding, fix }, ...checks];
    }
  }

  checkHere(): Check[] {
    return checkTemplates(this.#templates, this.#settings);
  }

  async close(): Promise<void> {
    this.#transport.close();
  }

  /** The subject under which the experience's thread began, and what to remember of it. */
  async #thread(
    message: Message,
    attempt: Attempt,
  ): Promise<{ subject: string | null; remember: Record<string, string> }> {
    const id = message.kind === 'experience' ? message.event.experience.id : message.report.experienceId;
    if (id === null) {
      return { subject: null, remember: {} };
    }
    const fact = subjectFact(id);
    const subject = await attempt.recall(fact);
    const begins = subject === null && message.kind === 'experience';
    return { subject, remember: begins ? { [fact]: subjectOf(message) } : {} };
  }

  async #transmit(mail: Mail, recipients: string[], signal: AbortSignal): Promise<Transmission> {
    const transmission = (result: Partial<Transmission>): Transmission => ({
      accepted: [],
      rejections: [],
      failure: null,
      response: '',
      bodyStarted: this.#bodies.get(mail.messageId)?.readableDidRead ?? false,
      ...result,
    });
    try {
      const info: SMTPPoolSentMessageInfo = await this.#transport.sendMail({
        from: mail.from,
        to: mail.to,
        envelope: { from: mail.from.address, to: recipients },
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
        attachments: mail.picture === null ? [] : [inline(mail.picture)],
        messageId: mail.messageId,
        ...(mail.root === null ? {} : { inReplyTo: mail.root, references: mail.root }),
        headers: mail.headers,
        date: mail.date,
        signal,
      });
      return transmission({
        accepted: info.accepted.map(addressOf),
        rejections: (info.rejectedErrors ?? []) as Rejection[],
        response: info.response,
      });
    } catch (error) {
      const failure = error as SmtpFailure & { rejectedErrors?: Rejection[] };
      return transmission({ failure, rejections: failure.rejectedErrors ?? [] });
    } finally {
      this.#bodies.delete(mail.messageId);
    }
  }

  #settle(
    progress: Progress,
    deferred: Rejection[],
    sent: Transmission,
    memory: { fact: string; isKnown: boolean },
  ): Outcome {
    const { setting } = this.#services;
    const refused = Object.entries(progress.refused).map(
      ([address, words]) => `${address} (${cut(words, 200)})`,
    );
    const answer = cut(sent.response || (sent.failure?.response as string | undefined) || '', 1024);
    if (deferred.length > 0) {
      const whom = deferred.map(
        ({ recipient, response, message }) => `${recipient} (${cut(response ?? message, 200)})`,
      );
      return {
        type: 'retry',
        reason: `${this.#server} does not take the mail for ${whom.join(', ')} now; the next attempt goes to these only.`,
        answer,
        remember: { [memory.fact]: JSON.stringify(progress) },
      };
    }
    if (progress.delivered.length === 0) {
      return {
        type: 'dead',
        reason: `${this.#server} refused every recipient for good: ${refused.join(', ')}. Correct ${setting('to')}, or ask the mail server’s operator whether it may send for the sender’s address; then replay.`,
        answer,
      };
    }
    return {
      type: 'done',
      answer,
      ...(refused.length === 0
        ? {}
        : {
            note: `${this.#server} refused ${refused.join(', ')}: correct ${setting('to')}. The others have the mail.`,
          }),
      ...(memory.isKnown ? { remember: { [memory.fact]: '' } } : {}),
    };
  }

  #withoutSecrets<Kind extends Outcome>(outcome: Kind): Kind {
    const clean = (value: unknown): unknown =>
      typeof value === 'string'
        ? this.#secrets.reduce((text, secret) => text.replaceAll(secret, '…'), value)
        : value;
    return Object.fromEntries(Object.entries(outcome).map(([name, value]) => [name, clean(value)])) as Kind;
  }
}

/** What came of handing a mail to the server. */
interface Transmission {
  accepted: string[];
  rejections: Rejection[];
  /** Why nobody got it; null where somebody did. */
  failure: SmtpFailure | null;
  /** The server's last reply. */
  response: string;
  /** Any of the mail's text was handed to the connection, so that it may have arrived. */
  bodyStarted: boolean;
}

/** Where a password may travel unencrypted: it does not leave this machine. */
const LOOPBACK = /^(localhost|127\..*|\[::1\])$/;

/** The mails under way by Message-ID, each as the stream from which its connection reads it. */
type Bodies = Map<string, { readableDidRead: boolean }>;

function openTransport(url: string, bodies: Bodies) {
  const { password, hostname } = new URL(url);
  const transport = createTransport({
    url,
    requireTLS: password !== '' && !LOOPBACK.test(hostname),
    pool: true,
    maxConnections: CONNECTIONS,
    maxRequeues: 1,
    idleTimeout: IDLE_TIMEOUT_MS,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: CONNECT_TIMEOUT_MS,
    dnsTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: REPLY_TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  transport.use('stream', ({ message }, done) => {
    const create = message.createReadStream.bind(message);
    message.createReadStream = (options) => {
      const stream = create(options);
      bodies.set(message.messageId(), stream);
      return stream;
    };
    done();
  });
  return transport;
}

function inline({ content, contentType }: Picture) {
  const filename = `chart.${contentType.replace('image/', '')}`;
  return { content, contentType, filename, cid: PICTURE_ID, contentDisposition: 'inline' as const };
}

function addressOf(entry: string | { address: string }): string {
  return typeof entry === 'string' ? entry : entry.address;
}
