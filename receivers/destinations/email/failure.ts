import { cut } from '../../../shared/words.ts';
import type { SettingName } from '../../contract/destination.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { connectionReason } from './connection-failure.ts';
import { replyAdvice } from './replies.ts';
import { enhancedCode, isPermanent, type SmtpFailure } from './transmission.ts';

type Failed = Exclude<Outcome, { type: 'done' }>;

/**
 * What a failed mail means for the delivery.
 *
 * RFC 5321, section 4.2.1: after 4yz the same mail may succeed later, after 5yz it will not. 503 says that the
 * session, not the mail, was in a wrong state, so it counts as temporary.
 *
 * @param server host and port, for people
 * @param unsure the mail may have arrived: its final dot was written, and no answer came
 */
export function smtpOutcome(
  failure: SmtpFailure,
  server: string,
  unsure: boolean,
  setting: SettingName,
): Failed {
  const { code, responseCode, response } = failure;
  const answer = typeof response === 'string' && response !== '' ? { answer: cut(response, 1024) } : {};
  if (code === 'ETLS' && isPermanent(responseCode)) {
    return {
      type: 'dead',
      reason: `${server} offers no encryption, and the password is not sent without it. Use smtps:// or a port with STARTTLS (587) in ${setting('smtpUrl')}; on a private network, ?requireTLS=false allows a plain connection.`,
      ...answer,
    };
  }
  if (responseCode !== undefined && responseCode >= 400) {
    return { ...replyOutcome(failure, responseCode, server, setting), ...answer };
  }
  if (code === 'EAUTH' || code === 'ENOAUTH' || code === 'EOAUTH2') {
    return {
      type: 'dead',
      reason: `The login at ${server} failed: ${failure.message}. Check the user and password in ${setting('smtpUrl')}.`,
    };
  }
  if ((code === 'EMESSAGE' || code === 'EENVELOPE') && !unsure) {
    return { type: 'dead', reason: `The mail cannot be sent: ${failure.message}.`, ...answer };
  }
  const reason = connectionReason(failure, server, setting);
  return unsure
    ? {
        type: 'retry',
        reason: `${reason} The whole mail was sent, so it may have arrived.`,
        uncertain: true,
        ...answer,
      }
    : { type: 'retry', reason, ...answer };
}

function replyOutcome(failure: SmtpFailure, replyCode: number, server: string, setting: SettingName): Failed {
  const enhanced = enhancedCode(failure);
  const known = replyAdvice(replyCode, enhanced, saidBy(failure));
  const advice = known === null ? '' : ` ${known.advice(setting)}`;
  const isLogin = failure.code === 'EAUTH';
  if (known?.waitMs !== undefined) {
    const reason = `${server} is at a limit: ${quoted(failure)}${advice}`;
    return { type: 'retry', reason, rateLimited: true, delayMs: known.waitMs };
  }
  if (!isPermanent(replyCode)) {
    const what = isLogin ? 'cannot check the login' : 'cannot take the mail';
    return { type: 'retry', reason: `${server} ${what} at the moment: ${quoted(failure)}${advice}` };
  }
  const what = isLogin ? 'rejected the login' : 'rejected the mail';
  const otherwise = ' Ask the administrator of the mail server what it means.';
  return {
    type: 'dead',
    reason: `${server} ${what}: ${quoted(failure)}${advice === '' ? otherwise : advice}`,
  };
}

/** The server's words on one line, for people. */
function quoted(failure: SmtpFailure): string {
  return `“${cut(saidBy(failure).replace(/\s+/g, ' ').trim(), 300)}”.`;
}

function saidBy({ response, message }: SmtpFailure): string {
  return typeof response === 'string' && response !== '' ? response : message;
}
