import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Destination } from '../../../../receivers/contract/destination.ts';
import type { Outcome } from '../../../../receivers/contract/outcome.ts';
import { email } from '../../../../receivers/destinations/email/definition.ts';
import { renderMail } from '../../../../receivers/destinations/email/render.ts';
import { loadTemplates } from '../../../../receivers/destinations/email/templates.ts';
import { type FakeSmtp, type SmtpFault, type SmtpStep, startFakeSmtp } from '../../../fakes/smtp.ts';
import { messageOf, samplePayload } from '../../../fixtures/messages.ts';
import { attempt } from '../common/opened.ts';
import { opened, recalling } from './opened.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 60 });

describe('any name of an experience', () => {
  test('with any name, a mail has one subject line, no markup from the name, and is the same each time', () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, (name, type, shop) => {
        const payload = samplePayload('start');
        const message = messageOf({
          ...payload,
          experience: { ...payload.experience, name: `<i>${name}`, type },
          organization: { name: shop },
        });
        const render = () => renderMail(message, email.example, loadTemplates(undefined), null).mail;
        const { subject, html } = render();
        expect(subject).not.toMatch(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u);
        expect(subject.trim()).not.toBe('');
        expect(html).not.toContain('<i>');
        expect(render()).toEqual(render());
      }),
      { numRuns: 50 },
    );
  });
});

/** What a faulty mail server may do at the steps of a mail; null: what it should. */
const FAULTS: Partial<Record<SmtpStep, (SmtpFault | null)[]>> = {
  rcpt: [{ kind: 'reply', code: 450, text: 'later' }, { kind: 'reset' }, null, null, null, null, null, null],
  data: [
    { kind: 'reset', after: true },
    { kind: 'reset' },
    { kind: 'reply', code: 421, text: 'busy' },
    null,
    null,
    null,
  ],
};

const MOST_ATTEMPTS = 20;

describe('any behavior of a mail server', () => {
  let smtp: FakeSmtp;
  let destination: Destination;

  beforeEach(async () => {
    smtp = await startFakeSmtp();
    destination = await opened(smtp);
  });

  afterEach(async () => {
    await destination.close();
    await smtp.close();
  });

  /** Tries until it is done, as the delivery does, and gives all outcomes. */
  async function deliver(key: string): Promise<Outcome[]> {
    const message = { ...messageOf(samplePayload('start')), key };
    const outcomes: Outcome[] = [];
    while (outcomes.at(-1)?.type !== 'done' && outcomes.length < MOST_ATTEMPTS) {
      const number = outcomes.length + 1;
      const uncertain = outcomes.some(isUncertain);
      outcomes.push(
        await destination.send(message, attempt({ number, uncertain, ...recalling(...outcomes) })),
      );
    }
    return outcomes;
  }

  test('everyone gets each mail, and only a mail that may not have arrived is repeated, with the same Message-ID', async () => {
    const [draws = []] = fc.sample(fc.noBias(fc.array(fc.nat(), { minLength: 200, maxLength: 200 })), {
      seed: 20_261_010,
      numRuns: 1,
    });
    smtp.faults.draw(({ step }) => {
      const faults = FAULTS[step];
      return faults?.[(draws.pop() ?? 0) % faults.length] ?? null;
    });
    let repeats = 0;
    for (let index = 0; index < 12; index += 1) {
      const outcomes = await deliver(`event-${index}`);
      const mails = smtp.mails.filter(({ messageId }) => messageId === `<event-${index}@alpine.example>`);
      const reached = mails.flatMap(({ to }) => to);
      expect(outcomes.at(-1)?.type).toBe('done');
      expect(new Set(reached)).toEqual(new Set(['maya@alpine.example', 'jonas@alpine.example']));
      expect(reached.length - 2).toBeLessThanOrEqual(2 * outcomes.filter(isUncertain).length);
      repeats += reached.length - 2;
    }
    expect(smtp.mails.every(({ messageId }) => /^<event-\d+@alpine\.example>$/.test(messageId))).toBe(true);
    expect(repeats).toBeGreaterThan(0);
  });
});

function isUncertain(outcome: Outcome): boolean {
  return outcome.type === 'retry' && outcome.uncertain === true;
}
