// What workerd runs, with nodejs_compat for verifier.ts.

import vectors from '../../shared/vectors.json' with { type: 'json' };
import * as node from '../../shared/verifier.ts';
import type { Vector } from '../shared/vectors.ts';
import { report } from './agreement.ts';

export default {
  async test(): Promise<void> {
    console.log(await report('verifier.ts', node, vectors.cases as Vector[]));
  },
};
