import { describe, expect, test } from '@jest/globals';
import { milestoneReport, passedMilestone } from '../../../receivers/reports/milestones.ts';
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

  test('is told with the figures as they stand', () => {
    const report = milestoneReport(SUBJECT, { type: 'pricing' }, 7, RESULTS, 'en-US');
    expect(report).toMatchObject({
      topic: 'milestone',
      title: 'Backpack price test has been live for 7 days',
      summary: 'Price. Leaning towards a win.',
      experienceId: SUBJECT.experienceId,
    });
    expect(report.sections[0]?.table?.rows).toHaveLength(2);
  });
});
