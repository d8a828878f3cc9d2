import type { Attempt, Check, Destination, Services } from '../../contract/destination.ts';
import type { Message } from '../../contract/message.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { type HttpClient, openHttpClient } from '../../outgoing/client.ts';
import { asciiAddress, domainOfMailbox, needsUtf8 } from './addresses.ts';
import { checkServer } from './check.ts';
import { composeMail } from './compose.ts';
import { batchOutcome } from './outcome.ts';
import { fetchPicture } from './picture.ts';
import { SmtpPool } from './pool.ts';
import { nextBatch, progressFact, readProgress, remaining } from './recipients.ts';
import { chartUrl, type Mail, renderMail, subjectOf } from './render.ts';
import { withoutSecrets } from './secrets.ts';
import type { SmtpSession } from './session.ts';
import type { EmailSettings } from './settings.ts';
import { type SmtpServer, smtpServer } from './smtp-server.ts';
import { checkTemplates } from './template-check.ts';
import { loadTemplates, type Templates } from './templates.ts';
import { subjectFact } from './thread.ts';
import { ATTEMPT_MS, SMTP_TIMEOUTS } from './timeouts.ts';
import type { SmtpFailure, Transmission } from './transmission.ts';

/** How long to wait for a picture, in milliseconds: the mail matters more. */
const PICTURE_MS = 5_000;

/** What tests replace. */
export interface EmailParts {
  fetchPicture: typeof fetchPicture;
  timeouts: typeof SMTP_TIMEOUTS;
}

/** An open email destination. It connects when there is a mail to send, and keeps connections for the next one. */
export class EmailDestination implements Destination {
  readonly attemptTimeoutMs = ATTEMPT_MS;
  #settings: EmailSettings;
  #services: Services;
  #templates: Templates;
  #server: SmtpServer;
  #pool: SmtpPool;
  #parts: EmailParts;
  #http: HttpClient;

  constructor(settings: EmailSettings, services: Services, parts: Partial<EmailParts> = {}) {
    this.#parts = { fetchPicture, timeouts: SMTP_TIMEOUTS, ...parts };
    this.#http = openHttpClient({ service: 'The chart', publicOnly: true, timeoutMs: PICTURE_MS });
    this.#settings = settings;
    this.#services = services;
    this.#templates = loadTemplates(settings.templatesFolder);
    this.#server = smtpServer(settings.smtpUrl, domainOfMailbox(settings.from));
    this.#pool = new SmtpPool(this.#server, this.#parts.timeouts);
    for (const problem of this.#templates.problems) {
      services.log.warn(problem);
    }
  }

  async send(message: Message, attempt: Attempt): Promise<Outcome> {
    const { setting } = this.#services;
    const { mail, problems, remember } = await this.#render(message, attempt);
    const fact = progressFact(message.key);
    const before = readProgress(await attempt.recall(fact));
    const open = remaining(
      mail.to.map(({ address }) => address),
      before,
    );
    if (open.length === 0) {
      return { type: 'done', note: 'Every recipient already has this mail, so it was not sent again.' };
    }
    const recipients = nextBatch(open, before);
    const sent = await this.#transmit(mail, recipients, attempt.signal);
    const server = this.#server.name;
    const repeated = attempt.uncertain ? repeatedNote(before.unsure, mail.messageId) : null;
    const outcome = batchOutcome({ before, open, recipients, sent, server, setting, fact, repeated });
    const notes = outcome.type === 'done' ? [...(outcome.note ? [outcome.note] : []), ...problems] : [];
    return withoutSecrets(
      {
        ...outcome,
        ...(notes.length === 0 ? {} : { note: notes.join(' ') }),
        ...(outcome.type === 'done' ? { remember: { ...outcome.remember, ...remember } } : {}),
      },
      this.#server.secrets,
    );
  }

  async check(): Promise<Check[]> {
    const { setting } = this.#services;
    const found = await checkServer(this.#server, this.#parts.timeouts, setting);
    return [withoutSecrets(found, this.#server.secrets), ...this.checkHere()];
  }

  checkHere(): Check[] {
    return checkTemplates(this.#templates, this.#settings);
  }

  async close(): Promise<void> {
    this.#pool.close();
    await this.#http.close();
  }

  /** The mail, what is wrong with custom templates, and what to remember once it is sent. */
  async #render(
    message: Message,
    attempt: Attempt,
  ): Promise<{ mail: Mail; problems: string[]; remember: Record<string, string> }> {
    const thread = await this.#thread(message, attempt);
    const url = chartUrl(message);
    const picture = url === null ? null : await this.#parts.fetchPicture(url, attempt.signal, this.#http);
    const { mail, problems } = renderMail(message, this.#settings, this.#templates, thread.subject, picture);
    for (const problem of problems) {
      this.#services.log.warn({ event: message.key }, problem);
    }
    return { mail, problems, remember: thread.remember };
  }

  /** The subject under which the experience's thread began, and what to remember of it. */
  async #thread(
    message: Message,
    attempt: Attempt,
  ): Promise<{ subject: string | null; remember: Record<string, string> }> {
    const { experienceKey } = message;
    if (experienceKey === null) {
      return { subject: null, remember: {} };
    }
    const fact = subjectFact(experienceKey);
    const subject = await attempt.recall(fact);
    const begins = subject === null && message.kind === 'experience';
    return { subject, remember: begins ? { [fact]: subjectOf(message) } : {} };
  }

  /**
   * Sends one mail to some of its recipients. A connection that was kept may have ended in the meantime: before
   * any of the mail's text went out, a new one takes its place.
   */
  async #transmit(mail: Mail, recipients: string[], signal: AbortSignal): Promise<Transmission> {
    const international = recipients.some(needsUtf8);
    const named = mail.to.filter(({ address }) => international || !needsUtf8(address));
    const message = await composeMail(mail, named);
    const used = this.#pool.takeUsed();
    if (used !== null) {
      const sent = await this.#over(used, mail, recipients, message, signal);
      if (!sent.stale || signal.aborted) {
        return sent;
      }
    }
    try {
      return await this.#over(await this.#pool.open(signal), mail, recipients, message, signal);
    } catch (error) {
      return { ...NOTHING_SENT, failure: error as SmtpFailure };
    }
  }

  async #over(
    session: SmtpSession,
    { from }: Mail,
    recipients: string[],
    message: Buffer,
    signal: AbortSignal,
  ): Promise<Transmission> {
    try {
      const addresses = [from.address, ...recipients];
      if (addresses.some(needsUtf8) && !session.offers('SMTPUTF8')) {
        return withoutUtf8(recipients);
      }
      const [sender = '', ...to] = addresses.map(asciiAddress);
      return await session.transmit(sender, to, message, signal);
    } finally {
      this.#pool.giveBack(session);
    }
  }
}

const NOTHING_SENT: Transmission = {
  accepted: [],
  rejections: [],
  unsure: [],
  failure: null,
  stale: false,
  response: '',
};

/** RFC 6531, section 3.2: such an address must not be sent to a server without the extension. */
function withoutUtf8(recipients: string[]): Transmission {
  const message = '553 5.6.7 this server does not offer SMTPUTF8';
  const rejection = { message, response: message, responseCode: 553, code: 'EENVELOPE' };
  return {
    ...NOTHING_SENT,
    failure: rejection,
    rejections: recipients.map((recipient) => ({ ...rejection, recipient })),
  };
}

function repeatedNote(unsure: readonly string[], messageId: string): string {
  const whom = unsure.length === 0 ? 'Recipients' : unsure.join(', ');
  return `${whom} may have this mail twice: an earlier attempt got no answer. Both mails have the Message-ID ${messageId}.`;
}
