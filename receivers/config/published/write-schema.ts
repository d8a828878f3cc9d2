import { writeFileSync } from 'node:fs';
import { DESTINATION_KINDS } from '../../destinations/index.ts';
import { receiversSchema } from './json-schema.ts';

/** Run by `npm run schema`: writes the published JSON Schema of receivers.yaml anew. */
const file = new URL('receivers.schema.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(receiversSchema(DESTINATION_KINDS), null, 2)}\n`);
