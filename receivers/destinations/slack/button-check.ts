import type { Check, SettingName } from '../../contract/destination.ts';
import type { Call } from './client.ts';

const WHAT = 'Slack buttons';

/** At most so many people are looked up by a check. */
const LOOKED_UP = 20;

/**
 * Checks whether Slack knows the people who may press the buttons. Whether Slack posts presses to this receiver, and
 * with which secret it signs them, shows only with the first press.
 */
export async function checkButtons(
  call: Call,
  { actors, scopes }: { actors: readonly string[]; scopes: readonly string[] | undefined },
  setting: SettingName,
): Promise<Check[]> {
  const name = setting('actors');
  if (actors.some((actor) => actor.includes('@')) && scopes?.includes('users:read.email') === false) {
    return [
      {
        what: WHAT,
        state: 'fault',
        finding: `The token lacks users:read.email, so Slack does not say whose email address is in ${name}: these people cannot press the buttons.`,
        fix: `Add the scope and install the app again, or put user IDs into ${name}.`,
      },
    ];
  }
  const unknown: string[] = [];
  for (const actor of actors.slice(0, LOOKED_UP)) {
    const found = actor.includes('@')
      ? await call('users.lookupByEmail', { email: actor })
      : await call('users.info', { user: actor });
    if (!found.ok && ['users_not_found', 'user_not_found'].includes(found.failure.code)) {
      unknown.push(actor);
    }
  }
  const people = actors.length === 1 ? '1 person' : `${actors.length} people`;
  const finding = `${people} may press them. The app’s Request URL (in Slack: your app, Interactivity & Shortcuts) has to be this receiver’s public address with /slack/actions at the end.`;
  return [
    ...unknown.map(
      (actor): Check => ({
        what: WHAT,
        state: 'warning',
        finding: `Slack does not know ${actor}.`,
        fix: `Correct ${name}.`,
      }),
    ),
    { what: WHAT, state: 'ok', finding, fix: null },
  ];
}
