/** The name under which the ledger keeps what was reported, for longer than the reports themselves. */
export const REPORTS = 'reports';
