import type { PastEvent } from '../fixtures/filled-ledger.ts';
import type { SampleName } from '../fixtures/messages.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Experiences of a store as they may look: a name, and what happened how long ago (hours). */
const LIVES: readonly [string, readonly [SampleName, number][], Record<string, unknown>?][] = [
  [
    'Backpack price test',
    [
      ['create', 690],
      ['start', 660],
      ['pause', 400],
      ['start', 370],
      ['update', 70],
    ],
  ],
  [
    'Free shipping over $75',
    [
      ['create', 520],
      ['start', 500],
      ['end', 30],
    ],
    { type: 'shipping' },
  ],
  [
    'Homepage hero: people or product',
    [
      ['create', 300],
      ['start', 290],
    ],
    { type: 'content/onsiteEdits' },
  ],
  [
    'Checkout trust badges',
    [
      ['create', 260],
      ['start', 240],
      ['update', 118],
      ['end', 22],
    ],
    { type: 'checkoutBlock' },
  ],
  [
    'Alpine tent bundle',
    [
      ['create', 190],
      ['start', 180],
      ['pause', 16],
    ],
    { type: 'personalization/offer' },
  ],
  [
    'اختبار السعر للحقائب',
    [
      ['create', 150],
      ['start', 141],
    ],
  ],
  [
    '<script>alert("hello")</script>',
    [
      ['create', 96],
      ['delete', 90],
    ],
  ],
  [
    'Post-purchase: second pair −20%',
    [
      ['create', 80],
      ['start', 75],
      ['update', 9],
    ],
    { type: 'postPurchase' },
  ],
  [
    'Cart drawer upsell',
    [
      ['create', 40],
      ['start', 12],
      ['update', 3],
    ],
    { type: 'onsiteUpsell' },
  ],
  [
    'Winter landing page',
    [
      ['create', 5],
      ['start', 1],
    ],
    { type: 'content/url' },
  ],
];

/** The events of the pictures, in the order in which they came. */
export function demoEvents(now: number): PastEvent[] {
  const events = LIVES.flatMap(([name, steps, experience], index) => {
    const created = now - Math.max(...steps.map(([, hours]) => hours)) * HOUR;
    return steps.map(([sample, hours]): PastEvent => {
      const at = now - hours * HOUR - index * 61_000;
      const ended = sample === 'end' ? { endedAtTs: at } : {};
      return {
        sample,
        name,
        at,
        experienceId: `7d0c2f1e-53a4-4c1b-9a55-0000000000${String(index).padStart(2, '0')}`,
        experience: {
          experienceActions: [],
          createdAtTs: created,
          startedAtTs: undefined,
          ...experience,
          ...ended,
        },
      };
    });
  });
  return events.filter(({ at }) => at > now - 40 * DAY).sort((one, other) => one.at - other.at);
}
