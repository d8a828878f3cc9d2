/**
 * How long a right signature takes to verify: this project's two files, the bare platform, and what others ship, each
 * on its own scheme and with the body in the form that its documentation hands over. One run, one process, the
 * contenders in turn in short slices, medians of the slices. Run: npm run bench:verify
 */
import { Buffer } from 'node:buffer';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { cpus } from 'node:os';
import * as octokit from '@octokit/webhooks-methods';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Stripe } from 'stripe';
import { Webhook as SvixWebhook } from 'svix';
import * as node from '../../shared/verifier.ts';
import * as web from '../../shared/verifier-web.ts';

const SIZES = [512, 2_048, 8_192, 65_536];
const ROUNDS = 151;
const SLICE_MS = 1.5;
const SECRET = Buffer.from('thirty-two bytes of test secret!');

const BARE = 'bare createHmac and timingSafeEqual';
const OURS = 'shared/verifier.ts';
const OURS_AS_TEXT = 'shared/verifier.ts, body as text';

interface Contender {
  name: string;
  /** Gives true, or a promise of it. */
  verify: () => unknown;
}

/** JSON of exactly this many bytes, with a letter beyond ASCII, as experience names have them. */
function bodyOf(size: number): string {
  const start = '{"action":"startExperience","name":"Prüfung","text":"';
  const filler = 'The quick brown fox jumps over the lazy dog. ';
  const length = size - Buffer.byteLength(start) - 2;
  return `${start}${filler.repeat(Math.ceil(length / filler.length)).slice(0, length)}"}`;
}

async function contendersFor(text: string): Promise<Contender[]> {
  const bytes = Buffer.from(text);
  const secret = SECRET.toString();
  const signature = node.signWebhook(bytes, secret);
  const digest = Buffer.from(signature, 'hex');

  const now = new Date();
  const key = `whsec_${SECRET.toString('base64')}`;
  const standard = new StandardWebhook(key);
  const standardHeaders = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': standard.sign('msg_1', now, text),
  };
  const svix = new SvixWebhook(key);
  const svixHeaders = {
    'svix-id': 'msg_1',
    'svix-timestamp': standardHeaders['webhook-timestamp'],
    'svix-signature': svix.sign('msg_1', now, text),
  };
  const { webhooks } = Stripe;
  const stripeHeader = webhooks.generateTestHeaderString({ payload: text, secret: key });
  const octokitSignature = await octokit.sign(secret, text);

  return [
    {
      name: BARE,
      verify: () => timingSafeEqual(createHmac('sha256', secret).update(bytes).digest(), digest),
    },
    { name: OURS, verify: () => node.verifyWebhook(bytes, signature, secret).ok },
    { name: OURS_AS_TEXT, verify: () => node.verifyWebhook(text, signature, secret).ok },
    {
      name: 'shared/verifier-web.ts',
      verify: async () => (await web.verifyWebhook(bytes, signature, secret)).ok,
    },
    { name: '@octokit/webhooks-methods', verify: () => octokit.verify(secret, text, octokitSignature) },
    { name: 'stripe', verify: () => webhooks.signature!.verifyHeader(text, stripeHeader, key) },
    { name: 'svix', verify: () => svix.verify(text, svixHeaders) === undefined },
    {
      name: 'standardwebhooks',
      verify: () => standard.verify(text, standardHeaders, { jsonParse: false }) === undefined,
    },
  ];
}

/** Microseconds per verification, averaged over this many in a row. */
async function slice({ verify }: Contender, times: number): Promise<number> {
  const isAsync = verify() instanceof Promise;
  const start = performance.now();
  for (let index = 0; index < times; index++) {
    if (isAsync) {
      await verify();
    } else {
      verify();
    }
  }
  return ((performance.now() - start) * 1000) / times;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** The median of each contender, in microseconds, by its name. */
async function measure(size: number): Promise<Map<string, number>> {
  const plans: { contender: Contender; times: number; results: number[] }[] = [];
  for (const contender of await contendersFor(bodyOf(size))) {
    if ((await contender.verify()) !== true) {
      throw new Error(`${contender.name} does not accept its own signature; there is nothing to measure.`);
    }
    await slice(contender, 300);
    const times = Math.max(1, Math.round((SLICE_MS * 1000) / (await slice(contender, 100))));
    plans.push({ contender, times, results: [] });
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (let index = 0; index < plans.length; index++) {
      const { contender, times, results } = plans[(index + round) % plans.length]!;
      results.push(await slice(contender, times));
    }
  }
  return new Map(plans.map(({ contender, results }) => [contender.name, median(results)]));
}

const columns: Map<string, number>[] = [];
for (const size of SIZES) {
  columns.push(await measure(size));
}
const ratios = (name: string, reference: string) =>
  columns.map((column) => column.get(name)! / column.get(reference)!);
const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

console.log(
  `Node ${process.version}, ${cpus()[0]?.model}; microseconds, and how many times the bare platform\n`,
);
console.log(row(['', ...SIZES.map((size) => `${size / 1024} KB`)]));
console.log(row(['---', ...SIZES.map(() => '---:')]));
for (const name of columns[0]!.keys()) {
  const times = ratios(name, BARE);
  const cells = columns.map(
    (column, index) => `${column.get(name)!.toFixed(1)} (${times[index]!.toFixed(2)})`,
  );
  console.log(row([name, ...cells]));
}

/** Where two do the same work, one run differs from the next by this much. */
const NOISE = 1.03;

/** What is claimed, for every size; the others take text, so they are compared with text. */
const claims = [
  { claim: 'within 1.15 times the bare platform', of: ratios(OURS, BARE), limit: 1.15 },
  {
    claim: 'at most half the time of standardwebhooks',
    of: ratios(OURS_AS_TEXT, 'standardwebhooks'),
    limit: 0.5,
  },
  ...['@octokit/webhooks-methods', 'svix', 'stripe'].map((name) => ({
    claim: `no slower than ${name}`,
    of: ratios(OURS_AS_TEXT, name),
    limit: NOISE,
  })),
];
console.log('');
for (const { claim, of, limit } of claims) {
  const isKept = of.every((each) => each <= limit);
  console.log(`${isKept ? 'kept' : 'MISSED'}: ${claim} (${of.map((each) => each.toFixed(2)).join(', ')})`);
  if (!isKept) {
    process.exitCode = 1;
  }
}
