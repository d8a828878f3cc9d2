import { readFileSync, writeFileSync } from 'node:fs';
import { DESTINATION_KINDS } from '../../destinations/index.ts';
import { withSettingsTable } from './settings-table.ts';

/** Run by `npm run settings`: updates the table of settings in receivers/config/README.md. */
const page = new URL('../README.md', import.meta.url);
writeFileSync(page, withSettingsTable(readFileSync(page, 'utf8'), DESTINATION_KINDS));
