import type { Check, SettingName } from '../../contract/destination.ts';
import { smtpOutcome } from './failure.ts';
import { SmtpSession } from './session.ts';
import type { SmtpServer } from './smtp-server.ts';
import type { SmtpTimeouts } from './timeouts.ts';
import type { SmtpFailure } from './transmission.ts';

/** A check is for a person who waits: it gives up after this long, in milliseconds. */
const CHECK_MS = 30_000;

/** Connects and logs in as a mail does, and sends nothing. */
export async function checkServer(
  server: SmtpServer,
  timeouts: SmtpTimeouts,
  setting: SettingName,
): Promise<Check> {
  const what = 'Mail server';
  const late = AbortSignal.timeout(CHECK_MS);
  try {
    const session = await SmtpSession.open(server, timeouts, late);
    const { loggedIn, offersLogin } = session;
    session.quit();
    return { what, ...loginFinding(server, { loggedIn, offersLogin }, setting) };
  } catch (error) {
    if (late.aborted) {
      const finding = `${server.name} did not get as far as a login within ${CHECK_MS / 1000} seconds.`;
      return {
        what,
        state: 'warning',
        finding,
        fix: 'Mail waits longer. If it is always slow, ask its administrator.',
      };
    }
    const outcome = smtpOutcome(error as SmtpFailure, server.name, false, setting);
    const fix =
      outcome.type === 'dead'
        ? `Correct ${setting('smtpUrl')} and restart. Until then, mails become dead letters.`
        : `Check ${setting('smtpUrl')}. Until it works, mails wait and are tried again.`;
    return { what, state: 'fault', finding: outcome.reason, fix };
  }
}

function loginFinding(
  { name, login }: SmtpServer,
  { loggedIn, offersLogin }: Pick<SmtpSession, 'loggedIn' | 'offersLogin'>,
  setting: SettingName,
): Omit<Check, 'what'> {
  if (loggedIn) {
    return { state: 'ok', finding: `${name} answers and accepts the login.`, fix: null };
  }
  if (login !== null) {
    return {
      state: 'warning',
      finding: `${name} answers, but offers no login: mails are sent without it.`,
      fix: `If the server needs the login, use smtps:// or a port with STARTTLS (587) in ${setting('smtpUrl')}; if not, remove the user and password.`,
    };
  }
  const offer = offersLogin ? 'It offers a login, which it may need' : 'No login was tried';
  return {
    state: 'ok',
    finding: `${name} answers. ${offer}: ${setting('smtpUrl')} has no user.`,
    fix: null,
  };
}
