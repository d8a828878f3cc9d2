// What workerd runs without nodejs_compat: Web Crypto alone.

import vectors from '../../shared/vectors.json' with { type: 'json' };
import * as web from '../../shared/verifier-web.ts';
import type { Vector } from '../shared/vectors.ts';
import { report } from './agreement.ts';

export default {
  async test(): Promise<void> {
    console.log(await report('verifier-web.ts', web, vectors.cases as Vector[]));
  },
};
