import { z } from 'zod';
import { amount, list, milliseconds } from '../../base/setting-values.ts';
import { section, setting } from './setting.ts';

const token = () => z.string().min(16, 'Write at least 16 characters.').nullable().default(null);

export const console = section({
  token: setting(
    'CONSOLE_TOKEN',
    token(),
    'The token that opens the console. Without it, the receiver makes one at its first start.',
    'secret',
  ),
  viewerToken: setting(
    'CONSOLE_VIEWER_TOKEN',
    token(),
    'The token that opens the console read-only. Without it, the receiver makes one at its first start.',
    'secret',
  ),
});

export const zapier = section(
  {
    apiKey: setting(
      'ZAPIER_API_KEY',
      token(),
      'The key with which the Zapier app connects to this receiver.',
      'secret',
    ),
    targetHosts: setting(
      'ZAPIER_TARGET_HOSTS',
      list(
        z.string().toLowerCase(),
        'Write the names of hosts, as a list or with commas between them.',
      ).prefault(['hooks.zapier.com']),
      'The hosts to which the receiver may send events for Zapier.',
    ),
    waitForWhoSeconds: setting(
      'ZAPIER_WAIT_FOR_WHO_SECONDS',
      amount(0, 86_400, 300).default(0),
      'With an access token: how long Zaps wait for the name of who caused an event. 0 sends events at once, without the name.',
    ),
  },
  ({ waitForWhoSeconds, ...same }) => ({ ...same, waitForWhoMs: milliseconds(waitForWhoSeconds) }),
);
