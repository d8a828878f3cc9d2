import { writeFileSync } from 'node:fs';
import { DESTINATION_KINDS } from '../../destinations/index.ts';
import { receiversSchema } from './json-schema.ts';

/** Run by `npm run schema`: updates the published JSON Schema of receivers.yaml. */
const file = new URL('receivers.schema.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(receiversSchema(DESTINATION_KINDS), null, 2)}\n`);
