/**
 * The destinations that want reports of a topic right now, in addition to those of the settings: Zapier's, while a Zap
 * waits for them.
 */
export type ReportSubscribers = (
  topic: 'results' | 'milestone' | 'overview' | 'health' | 'verdict',
) => Promise<readonly string[]>;
