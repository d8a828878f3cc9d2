import type { DestinationKind, Preview } from '../../contract/destination.ts';
import type { Message } from '../../contract/message.ts';
import { repeatedUnasked } from '../common/settings.ts';
import { renderGoogleChat, type Widget } from './render.ts';
import { type GoogleChatSettings, googleChatSettings } from './settings.ts';

function preview(message: Message): Preview {
  const rendered = renderGoogleChat(message);
  const { header, sections } = rendered.cardsV2[0].card;
  const parts = [
    header.title,
    header.subtitle,
    ...sections.flatMap((section) => [section.header, ...section.widgets.map(widgetWords)]),
  ];
  const text = parts
    .filter((part) => part !== undefined)
    .join('\n')
    .replace(/<\/?b>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
  return { text, document: { type: 'json', content: JSON.stringify(rendered, null, 2) } };
}

function widgetWords(widget: Widget): string {
  if ('textParagraph' in widget) {
    return widget.textParagraph.text;
  }
  if ('image' in widget) {
    return `[picture: ${widget.image.altText}] ${widget.image.imageUrl}`;
  }
  return widget.buttonList.buttons.map(({ text, onClick }) => `[${text}] ${onClick.openLink.url}`).join('\n');
}

/** Google Chat: a card per event, in a thread per experience, posted to a space's webhook. */
export const googlechat: DestinationKind<GoogleChatSettings> = {
  kind: 'googlechat',
  title: 'Google Chat',
  settings: googleChatSettings,
  environment: { GOOGLE_CHAT_WEBHOOK_URL: 'webhookUrl', GOOGLE_CHAT_UNSURE: 'unsure' },
  repeated: ({ unsure }) => repeatedUnasked('Google Chat', unsure),
  concurrency: 1,
  preview,
  example: {
    webhookUrl: 'https://chat.googleapis.com/v1/spaces/AAAAexample/messages?key=key&token=token',
    unsure: 'repeat',
  },
  async open(settings, services) {
    const { openGoogleChat } = await import('./send.ts');
    return openGoogleChat(settings, services);
  },
};
