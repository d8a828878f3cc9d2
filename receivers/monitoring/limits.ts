import type { HealthCheck } from '../../shared/health-words.ts';

/** From when on something is an alarm. Each rule explains its own; receivers/monitoring/README.md has them all. */
export interface HealthLimits {
  checks: readonly HealthCheck[];
  /** For how long an experience is live without visitors before that is an alarm, milliseconds. */
  graceMs: number;
  sampleRatio: {
    /** An alarm needs a smaller p-value than this, 0 to 1. */
    pValue: number;
    /** Of all variations together. */
    leastVisitors: number;
    /** How far a share has to be off, as a fraction: 0.01 is one percentage point. */
    leastDeviation: number;
  };
  guardrail: {
    /** How far below the control, as a fraction. */
    drop: number;
    /** How likely it has to be that the variation is worse, 0 to 1. */
    likely: number;
    /** For each of the two variations that are compared. */
    leastVisitors: number;
    /** For each of the two variations that are compared. */
    leastOrders: number;
  };
  underpowered: {
    /** How many orders each variation should get. */
    orders: number;
    /** Within how many days live. */
    days: number;
  };
}

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
