/** The file in the data folder that holds the ledger. */
export const LEDGER_FILE = 'ledger.sqlite';
