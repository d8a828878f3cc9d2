import type { Finding } from '../contract/health.ts';
import { aboutExperience } from '../experience/about.ts';
import type { Rule } from './observation.ts';

/**
 * Whether the discount or shipping function of each variation reached Shopify: Intelligems sets `functionSyncError` on
 * a variation whose function did not. One alarm for the experience, since the cause is the same for all.
 */
export const checkDelivered: Rule = ({ experience }) => {
  const { warning } = aboutExperience(experience);
  const found: Omit<Finding, 'check' | 'about'> =
    warning === null
      ? { state: 'fine', words: 'Intelligems reports no failed sync with Shopify.', advice: null }
      : {
          state: 'alarm',
          words: warning,
          advice:
            'Open the experience in Intelligems and save it again. If that does not help, pause it and ask the support of Intelligems.',
        };
  return [{ check: 'not_delivered', about: '', ...found }];
};
