import { DESTINATION_KINDS } from '../../destinations/index.ts';
import { settingsTable } from './settings-table.ts';

/** Run by `npm run settings`: prints the README's table of settings. */
process.stdout.write(`${settingsTable(DESTINATION_KINDS)}\n`);
