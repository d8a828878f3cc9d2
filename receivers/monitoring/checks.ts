import type { HealthCheck } from '../../shared/health-words.ts';
import type { Finding } from '../contract/health.ts';
import type { Figures } from '../experience/figures.ts';
import { checkGuardrail } from './guardrail.ts';
import type { HealthLimits } from './limits.ts';
import { checkVisitors } from './no-visitors.ts';
import { checkDelivered } from './not-delivered.ts';
import type { Observation, Rule } from './observation.ts';
import { checkSampleRatio } from './sample-ratio.ts';
import { checkPower } from './underpowered.ts';

const RULES: Readonly<Record<HealthCheck, Rule>> = {
  not_delivered: checkDelivered,
  no_visitors: checkVisitors,
  sample_ratio_mismatch: checkSampleRatio,
  guardrail: checkGuardrail,
  underpowered: checkPower,
};

/** What all checks that are on find. Pure. */
export function findingsOf(observed: Observation, limits: HealthLimits, figures: Figures): Finding[] {
  return limits.checks.flatMap((check) => RULES[check](observed, limits, figures));
}
