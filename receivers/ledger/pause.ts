import type { DestinationHealth, HealthRule } from '../contract/delivery.ts';
import type { Outcome } from '../contract/outcome.ts';

/**
 * A destination's health in the memory of a process. Its pause ends by a steady clock, so that it lasts as long as it
 * was meant to when the system clock is set.
 */
export interface KeptHealth {
  health: DestinationHealth;
  /** By the steady clock, milliseconds. */
  pauseEnds: number;
}

/** A reading of both clocks, milliseconds: the system clock since 1970, and the steady one. */
export interface ClockReading {
  wall: number;
  steady: number;
}

/** Takes over a health whose `pausedUntil` was made by the system clock. */
export function keepHealth(health: DestinationHealth, { wall, steady }: ClockReading): KeptHealth {
  return { health, pauseEnds: steady + Math.max(0, health.pausedUntil - wall) };
}

/** The health with `pausedUntil` in the system clock's time of now. */
export function healthAt(
  { health, pauseEnds }: KeptHealth,
  { wall, steady }: ClockReading,
): DestinationHealth {
  const pausedUntil = pauseEnds > steady ? wall + (pauseEnds - steady) : Math.min(health.pausedUntil, wall);
  return { ...health, pausedUntil: Math.round(pausedUntil) };
}

/** What the rule makes of an outcome at this moment. */
export function applyRule(
  rule: HealthRule,
  kept: KeptHealth,
  outcome: Outcome,
  reading: ClockReading,
): KeptHealth {
  return keepHealth(rule(healthAt(kept, reading), outcome, reading.wall), reading);
}

/** How long the pause of a health still is at `now`, milliseconds; 0 for none. */
export function pauseMs({ pausedUntil }: DestinationHealth, now: number): number {
  return Math.max(0, pausedUntil - now);
}
