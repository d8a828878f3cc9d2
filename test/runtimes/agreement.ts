import type * as node from '../../shared/verifier.ts';
import type * as web from '../../shared/verifier-web.ts';
import type { Vector } from '../shared/vectors.ts';

/** Either file: one gives verdicts, the other promises of them. */
export type Verifier = Pick<typeof node | typeof web, 'verifyWebhook' | 'signWebhook'>;

/**
 * Runs every case through a verifier, with nothing but the language: this runs in all runtimes. Gives a line for each
 * case whose verdict differs or that threw, and for each right signature that signing does not give again.
 */
export async function disagreements(verifier: Verifier, cases: readonly Vector[]): Promise<string[]> {
  const lines: string[] = [];
  for (const vector of cases) {
    const { now, ...options } = vector.options ?? {};
    const clock = now === undefined ? {} : { now: () => now };
    try {
      const verdict = await verifier.verifyWebhook(bodyOf(vector), vector.signature, vector.secrets, {
        ...options,
        ...clock,
      });
      const { hint: _hint, ...plain } = { hint: '', ...verdict };
      if (JSON.stringify(plain) !== JSON.stringify(vector.verdict)) {
        lines.push(
          `${vector.name}: expected ${JSON.stringify(vector.verdict)}, got ${JSON.stringify(plain)}`,
        );
      }
      if (verdict.ok) {
        const signature = await verifier.signWebhook(bodyOf(vector), vector.secrets[verdict.secret]!);
        if (signature !== vector.signature?.toLowerCase()) {
          lines.push(`${vector.name}: signing gives another signature`);
        }
      }
    } catch (error) {
      lines.push(`${vector.name}: threw ${error}`);
    }
  }
  return lines;
}

/** Says how many of the cases agree, after a line for each that does not; throws if there is one. */
export async function report(name: string, verifier: Verifier, cases: readonly Vector[]): Promise<string> {
  const lines = await disagreements(verifier, cases);
  if (lines.length > 0 || cases.length === 0) {
    throw new Error([`${name}: ${lines.length} of ${cases.length} cases differ`, ...lines].join('\n'));
  }
  return `${name}: ${cases.length} of ${cases.length} cases agree`;
}

function bodyOf(vector: Vector): Uint8Array {
  if ('parsedBody' in vector) {
    return vector.parsedBody as Uint8Array;
  }
  const once = Uint8Array.from(atob(vector.body ?? ''), (character) => character.charCodeAt(0));
  const whole = new Uint8Array(once.length * (vector.bodyRepeat ?? 1));
  for (let start = 0; start < whole.length; start += once.length) {
    whole.set(once, start);
  }
  return whole;
}
