/**
 * What a Zap can subscribe to: each event of an experience, changes of its settings (a burst of updates as one), or
 * reports that the receiver makes.
 */
export const SUBJECTS = [
  'events',
  'changes',
  'results',
  'milestone',
  'overview',
  'health',
  'verdict',
] as const;

export type Subject = (typeof SUBJECTS)[number];

export function isSubject(value: unknown): value is Subject {
  return SUBJECTS.some((subject) => subject === value);
}
