import { expect, test } from '@jest/globals';
import { SteadyClock } from '../../../receivers/base/steady-clock.ts';

function clocks() {
  const read = { wall: 1_790_000_000_000, monotonic: 500 };
  const steady = new SteadyClock(
    () => read.wall,
    () => read.monotonic,
  );
  const start = steady.now();
  return { read, passed: () => steady.now() - start };
}

test('a steady clock counts the time that passes', () => {
  const { read, passed } = clocks();
  for (let step = 0; step < 1_000; step += 1) {
    read.monotonic += 0.4;
    read.wall = 1_790_000_000_000 + Math.round(read.monotonic);
    passed();
  }
  expect(passed()).toBeCloseTo(400);
});

test('a steady clock does not go back with the system clock', () => {
  const { read, passed } = clocks();
  read.wall -= 3_600_000;
  read.monotonic += 30;
  expect(passed()).toBe(30);
});

test('a steady clock goes ahead with the system clock, as after a machine slept', () => {
  const { read, passed } = clocks();
  read.wall += 3_600_000;
  read.monotonic += 5;
  expect(passed()).toBe(3_600_000);
});
