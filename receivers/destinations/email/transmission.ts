import type { NodemailerError } from 'nodemailer';

/** What ended a mail: an error of nodemailer or Node, with the fields that this reads. */
export type SmtpFailure = Pick<
  NodemailerError,
  'message' | 'code' | 'responseCode' | 'response' | 'command'
> & {
  timeoutType?: string;
  /** Node's code, where `code` is nodemailer's: ECONNREFUSED, DEPTH_ZERO_SELF_SIGNED_CERT, … */
  originalCode?: string;
  /** The server's certificate, where its host name does not fit. */
  cert?: { subjectaltname?: string };
  /** The step that got no answer. */
  step?: string;
};

/** One recipient that the server did not take the mail for. */
export interface Rejection extends SmtpFailure {
  recipient?: string;
}

/** The result of handing one mail to the server. */
export interface Transmission {
  /** Who the server took the mail for. */
  accepted: string[];
  /** Who it did not take it for, each with its answer. */
  rejections: Rejection[];
  /** Who may have the mail: its final dot was written, and no answer came. */
  unsure: string[];
  /** Why no one got it; null if someone did. */
  failure: SmtpFailure | null;
  /** A connection that was kept for this mail turned out to be over, before any of the mail's text was sent. */
  stale: boolean;
  /** The server's last answer. */
  response: string;
}

/** Whether the same command would get the same answer again. */
export function isPermanent(responseCode: number | undefined): boolean {
  return responseCode !== undefined && responseCode >= 500 && responseCode !== 503;
}

/** The enhanced status code of an answer (RFC 2034), such as 5.7.139; null if it has none. */
export function enhancedCode({ response }: Pick<SmtpFailure, 'response'>): string | null {
  return (
    /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(typeof response === 'string' ? response : '')?.[1] ?? null
  );
}
