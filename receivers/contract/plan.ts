import type { ExperienceEvent } from '../../shared/events.ts';
import type { NewDelivery } from './event.ts';

/** Decides which destinations get an event, and when. */
export type Plan = (event: ExperienceEvent, source: string, now: number) => NewDelivery[];
