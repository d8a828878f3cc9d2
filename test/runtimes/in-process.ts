// What Node, Bun and Deno run.
import vectors from '../../shared/vectors.json' with { type: 'json' };
import * as node from '../../shared/verifier.ts';
import * as web from '../../shared/verifier-web.ts';
import type { Vector } from '../shared/vectors.ts';
import { report } from './agreement.ts';

const cases = vectors.cases as Vector[];
console.log(await report('verifier.ts', node, cases));
console.log(await report('verifier-web.ts', web, cases));
