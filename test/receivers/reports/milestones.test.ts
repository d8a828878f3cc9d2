import { describe, expect, test } from '@jest/globals';
import type { NewEvent } from '../../../receivers/contract/event.ts';
import { milestoneReport, passedMilestone, reportMilestones } from '../../../receivers/reports/milestones.ts';
import { INTELLIGEMS_ADDRESSES } from '../../../shared/experience-link.ts';
import type { Analytics } from '../../../shared/intelligems-analytics.ts';
import { type ApiExperience, readApiExperience } from '../../../shared/intelligems-experiences.ts';
import { emptyLedger } from '../../fixtures/ledger.ts';
import { RESULTS, SUBJECT } from './subjects.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 9, 10, 12);

describe('a milestone', () => {
  test('is the last of those that were passed', () => {
    expect(passedMilestone(7 * DAY + HOUR, [7, 14], 0, NOW)).toBe(7);
    expect(passedMilestone(14 * DAY + HOUR, [14, 7], 0, NOW)).toBe(14);
  });

  test('is none before the first, and when it was passed some days ago', () => {
    expect(passedMilestone(7 * DAY - 1, [7, 14], 0, NOW)).toBeNull();
    expect(passedMilestone(10 * DAY + HOUR, [7, 14], 0, NOW)).toBeNull();
    expect(passedMilestone(7 * DAY, [], 0, NOW)).toBeNull();
  });

  test('is none where it was passed before the receiver first looked', () => {
    expect(passedMilestone(7 * DAY + 2 * HOUR, [7], NOW - HOUR, NOW)).toBeNull();
    expect(passedMilestone(7 * DAY + HOUR, [7], NOW - 2 * HOUR, NOW)).toBe(7);
  });

  test('a milestone is reported with the figures as they stand', () => {
    const report = milestoneReport(SUBJECT, { type: 'pricing' }, 7, RESULTS, 'en-US');
    expect(report).toMatchObject({
      topic: 'milestone',
      title: 'Backpack price test has been live for 7 days',
      summary: 'Price. Leaning toward a win.',
      experienceId: SUBJECT.experienceId,
    });
    expect(report.sections[0]?.table?.rows).toHaveLength(2);
  });

  test('a milestone is reported once, even if its report is removed while it is news', async () => {
    const { ledger, remove } = await emptyLedger();
    const experienceActions = [{ action: 'start', actionTs: NOW - 7 * DAY - HOUR }];
    const running = readApiExperience({ id: 'backpack', experienceActions }) as ApiExperience;
    const settings = {
      to: ['email'],
      days: [7],
      since: 0,
      locale: 'en-US',
      addresses: INTELLIGEMS_ADDRESSES,
    };
    const told: string[] = [];
    for (const now of [NOW, NOW + HOUR, NOW + DAY + HOUR]) {
      await ledger.prune(now - DAY, 10);
      await reportMilestones([running], settings, {
        source: 'default',
        ledger: {
          // Nothing keeps it back from being removed.
          async accept(event: NewEvent) {
            const accepted = await ledger.accept({ ...event, deliveries: [] });
            told.push(accepted.status);
            return accepted;
          },
          event: (key) => ledger.event(key),
          recall: (destination, key) => ledger.recall(destination, key),
          remember: (destination, facts) => ledger.remember(destination, facts),
        },
        analytics: async () => ({ ok: true, value: { variations: [], charts: [] } as unknown as Analytics }),
        now: () => now,
        vendorNow: () => now,
      });
    }
    expect(told).toEqual(['accepted']);
    await remove();
  });
});
