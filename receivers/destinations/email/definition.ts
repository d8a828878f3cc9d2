import type { DestinationKind, Preview } from '../../contract/destination.ts';
import type { Message } from '../../contract/message.ts';
import { renderMail } from './render.ts';
import { type EmailSettings, emailSettings } from './settings.ts';
import { loadTemplates } from './templates.ts';

function preview(message: Message, settings: EmailSettings): Preview {
  const templates = loadTemplates(settings.templatesFolder);
  const { mail, problems } = renderMail(message, settings, templates, null);
  const mailbox = ({ name, address }: { name: string; address: string }): string =>
    name === '' ? address : `${name} <${address}>`;
  const head = [
    `From: ${mailbox(mail.from)}`,
    `To: ${mail.to.map(mailbox).join(', ')}`,
    `Subject: ${mail.subject}`,
    ...templates.problems,
    ...problems,
  ];
  return {
    text: `${head.join('\n')}\n\n${mail.text}`,
    document: { type: 'html', content: mail.html },
  };
}

/** Email over SMTP: a mail per event in text and HTML, one thread per experience. */
export const email: DestinationKind<EmailSettings> = {
  kind: 'email',
  title: 'Email',
  titleInSentence: 'email',
  settings: emailSettings,
  environment: {
    SMTP_URL: 'smtpUrl',
    EMAIL_FROM: 'from',
    EMAIL_TO: 'to',
    EMAIL_SUBJECT: 'subject',
    EMAIL_TEMPLATES: 'templatesFolder',
    EMAIL_TIME_ZONE: 'timeZone',
    EMAIL_LOCALE: 'locale',
    EMAIL_LIST_ID: 'listId',
    EMAIL_UNSUBSCRIBE: 'unsubscribe',
  },
  repeated: () =>
    'the mail is sent a second time with the same Message-ID: many mail programs show it once, some twice.',
  concurrency: 5,
  preview,
  example: {
    smtpUrl: 'smtp://mail.example.com:587',
    from: 'Experiments <experiments@example.com>',
    to: 'team@example.com',
    subject: 'thread',
    timeZone: 'UTC',
    locale: 'en-US',
  },
  async open(settings, services) {
    const { EmailDestination } = await import('./send.ts');
    return new EmailDestination(settings, services);
  },
};
