import type { DestinationKind, Preview } from '../../contract/destination.ts';
import type { Message } from '../../contract/message.ts';
import { repeatedUnasked } from '../common/settings.ts';
import { utc } from '../common/text.ts';
import { type Element, renderTeams } from './render.ts';
import { type TeamsSettings, teamsSettings } from './settings.ts';

function preview(message: Message): Preview {
  const rendered = renderTeams(message);
  const { body, actions } = rendered.attachments[0].content;
  const links = actions.map(({ title, url }) => `[${title}] ${url}`);
  return {
    text: [...body.map(elementWords), ...links].join('\n'),
    document: { type: 'json', content: JSON.stringify(rendered, null, 2) },
  };
}

function elementWords(element: Element): string {
  switch (element.type) {
    case 'RichTextBlock':
      return element.inlines.map(({ text }) => text).join('');
    case 'TextBlock':
      return element.text.replace(/\{\{DATE\(([^,)]+), SHORT\)\}\} \{\{TIME\([^)]*\)\}\}/g, (_, iso) =>
        utc(Date.parse(iso)),
      );
    case 'Image':
      return `[picture: ${element.altText}] ${element.url}`;
  }
}

/** Microsoft Teams: an Adaptive Card per event, posted to a channel's workflow. */
export const teams: DestinationKind<TeamsSettings> = {
  kind: 'teams',
  title: 'Microsoft Teams',
  settings: teamsSettings,
  environment: { TEAMS_WEBHOOK_URL: 'webhookUrl', TEAMS_UNSURE: 'unsure' },
  repeated: ({ unsure }) => repeatedUnasked('Microsoft Teams', unsure),
  concurrency: 2,
  preview,
  example: { webhookUrl: 'https://prod-00.westeurope.logic.azure.com/workflows/id', unsure: 'repeat' },
  async open(settings, services) {
    const { openTeams } = await import('./send.ts');
    return openTeams(settings, services);
  },
};
