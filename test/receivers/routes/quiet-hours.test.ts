import { describe, expect, test } from '@jest/globals';
import { quietUntil } from '../../../receivers/routes/quiet-hours.ts';
import { DAYS, type QuietHours } from '../../../receivers/routes/route.ts';

function hours(from: string, to: string, overrides: Partial<QuietHours> = {}): QuietHours {
  const minutes = (time: string): number => {
    const [hour, minute] = time.split(':');
    return Number(hour) * 60 + Number(minute);
  };
  return {
    from: minutes(from),
    to: minutes(to),
    timeZone: 'Europe/Zurich',
    days: DAYS,
    afterwards: 'deliver',
    ...overrides,
  };
}

function endOf(quiet: QuietHours, now: string): string | null {
  const end = quietUntil(quiet, Date.parse(now));
  return end === null ? null : new Date(end).toISOString().replace('.000Z', 'Z');
}

describe('quiet hours within a day', () => {
  const lunch = hours('12:00', '13:30');

  test.each([
    ['2026-10-12T11:59:59+02:00', null],
    ['2026-10-12T12:00:00+02:00', '2026-10-12T11:30:00Z'],
    ['2026-10-12T13:29:59.999+02:00', '2026-10-12T11:30:00Z'],
    ['2026-10-12T13:30:00+02:00', null],
  ])('quiet hours within a day, at %s, last until %s', (now, end) => {
    expect(endOf(lunch, now)).toBe(end);
  });
});

describe('quiet hours past midnight', () => {
  const night = hours('22:00', '07:00');

  test.each([
    ['2026-10-12T21:59:00+02:00', null],
    ['2026-10-12T22:00:00+02:00', '2026-10-13T05:00:00Z'],
    ['2026-10-13T06:59:00+02:00', '2026-10-13T05:00:00Z'],
    ['2026-10-13T07:00:00+02:00', null],
  ])('quiet hours past midnight, at %s, last until %s', (now, end) => {
    expect(endOf(night, now)).toBe(end);
  });

  test('quiet hours past midnight belong to the day on which they begin', () => {
    const friday = hours('22:00', '07:00', { days: ['fri'] });
    expect(endOf(friday, '2026-10-16T23:00:00+02:00')).toBe('2026-10-17T05:00:00Z');
    expect(endOf(friday, '2026-10-17T03:00:00+02:00')).toBe('2026-10-17T05:00:00Z');
    expect(endOf(friday, '2026-10-16T03:00:00+02:00')).toBeNull();
    expect(endOf(friday, '2026-10-17T23:00:00+02:00')).toBeNull();
  });

  test('quiet hours that follow each other count as one', () => {
    const weekend = hours('00:00', '24:00', { days: ['sat', 'sun'] });
    expect(endOf(weekend, '2026-10-17T10:00:00+02:00')).toBe('2026-10-18T22:00:00Z');
    expect(endOf(weekend, '2026-10-19T00:00:00+02:00')).toBeNull();
  });
});

describe('when clocks change', () => {
  test.each([
    ['the night into summer time is an hour shorter', '2026-03-28T22:30:00+01:00', '2026-03-29T05:00:00Z'],
    ['the night into winter time is an hour longer', '2026-10-24T22:30:00+02:00', '2026-10-25T06:00:00Z'],
  ])('%s', (_, now, end) => {
    expect(endOf(hours('22:00', '07:00'), now)).toBe(end);
  });

  test('an end that the clock skips comes later by the skipped time', () => {
    expect(endOf(hours('22:00', '02:30'), '2026-03-29T01:00:00+01:00')).toBe('2026-03-29T01:30:00Z');
  });

  test('of an end that comes twice, the first counts', () => {
    expect(endOf(hours('22:00', '02:30'), '2026-10-25T01:00:00+02:00')).toBe('2026-10-25T00:30:00Z');
  });

  test('a beginning that the clock skips comes later by the skipped time', () => {
    const early = hours('02:30', '06:00');
    expect(endOf(early, '2026-03-29T03:29:00+02:00')).toBeNull();
    expect(endOf(early, '2026-03-29T03:30:00+02:00')).toBe('2026-03-29T04:00:00Z');
  });

  test('quiet hours handle clocks that change by half an hour', () => {
    const night = hours('22:00', '07:00', { timeZone: 'Australia/Lord_Howe' });
    expect(endOf(night, '2026-10-03T23:00:00+10:30')).toBe('2026-10-03T20:00:00Z');
  });

  test('quiet hours handle a midnight that does not exist', () => {
    const morning = hours('00:00', '06:00', { timeZone: 'Africa/Cairo' });
    expect(endOf(morning, '2026-04-23T22:30:00Z')).toBe('2026-04-24T03:00:00Z');
  });
});

test('quiet hours work for whole days in UTC', () => {
  const night = hours('20:00', '04:00', { timeZone: 'UTC' });
  for (let hour = 0; hour < 24 * 14; hour += 1) {
    const now = Date.UTC(2026, 1, 20, hour);
    const quiet = hour % 24 >= 20 || hour % 24 < 4;
    expect(quietUntil(night, now) !== null).toBe(quiet);
  }
});
