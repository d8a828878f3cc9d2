import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import type { RefusalReason, VerifyOptions } from '../../shared/verifier.ts';

/** One case of shared/vectors.json; the file itself says what each field means. */
export interface Vector {
  name: string;
  body?: string;
  bodyRepeat?: number;
  parsedBody?: unknown;
  signature: string | null;
  secrets: string[];
  options?: { toleranceMs?: number; timestamp?: number; now?: number };
  http?: false;
  verdict: { ok: true; secret: number } | { ok: false; reason: RefusalReason };
}

/** The path of the file, for programs in other languages. */
export const VECTORS_FILE = new URL('../../shared/vectors.json', import.meta.url);

/** The name of the signature's header, and all cases. */
export const { header, cases } = JSON.parse(readFileSync(VECTORS_FILE, 'utf8')) as {
  header: string;
  cases: Vector[];
};

/** The cases that can be sent as a request: raw bytes, a header that HTTP can carry, no clock. */
export const httpCases: readonly Vector[] = cases.filter((vector) => vector.http !== false);

/** The raw bytes of a case; its parsed value, wrongly typed as bytes, if the case is about that mistake. */
export function bodyOf(vector: Vector): Uint8Array {
  if ('parsedBody' in vector) {
    return vector.parsedBody as Uint8Array;
  }
  const once = Buffer.from(vector.body ?? '', 'base64');
  return Buffer.concat(Array<Buffer>(vector.bodyRepeat ?? 1).fill(once));
}

/** The options of a case as the verifier takes them: its clock is a function. */
export function optionsOf({ options }: Vector): VerifyOptions {
  const { now, ...rest } = options ?? {};
  return now === undefined ? rest : { ...rest, now: () => now };
}
