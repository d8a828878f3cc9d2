import { type Verdict, verifyWebhook } from '../../shared/verifier.ts';
import { type Diagnosis, diagnose } from '../inbound/signature-doctor.ts';

/** A request whose signature a person wants checked. */
export interface CheckedRequest {
  body: Buffer;
  /** The signature header's name and value. */
  header: string;
  signature: string;
  secrets: readonly string[];
  /** Secrets that are no longer accepted, to recognize them. */
  previousSecrets: readonly string[];
}

export type SignatureCheck =
  | { ok: true; secret: number }
  | { ok: false; verdict: Verdict & { ok: false }; diagnosis: Diagnosis | null };

/** Verifies a signature as the receiver does. If it does not match, says what most likely happened. */
export function checkSignature(request: CheckedRequest): SignatureCheck {
  const { body, header, signature, secrets, previousSecrets } = request;
  const verdict = verifyWebhook(body, signature, secrets);
  if (verdict.ok) {
    return { ok: true, secret: verdict.secret };
  }
  const headers = { [header.toLowerCase()]: signature };
  return {
    ok: false,
    verdict,
    diagnosis: diagnose({ body, headers, headerName: header, secrets, previousSecrets }),
  };
}
