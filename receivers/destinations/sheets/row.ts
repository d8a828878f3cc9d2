import type { Cell } from './cells.ts';

/** A header, and the cell under it. */
export interface Column {
  header: string;
  cell: Cell;
}

/** One row of one tab, before it is known in which columns the tab has the headers. */
export interface Row {
  tab: string;
  /**
   * `append`: written once; `keep`: the row of this identity is brought up to date, or added; `refresh`: it is
   * brought up to date if it still exists.
   */
  mode: 'append' | 'keep' | 'refresh';
  /** The columns by which the row is found again, with the row's values there; the first is never empty. */
  identity: { header: string; value: string }[];
  /** The header of a column that is hidden when it is added. */
  hidden: string | null;
  columns: Column[];
  /** The headers of the columns that may have become known since, for an appended row that is found again. */
  refreshed: string[];
}

/** The time zone of the shown dates, and the spreadsheet's own, which its formulas use. */
export interface Zones {
  shown: string;
  spreadsheet: string;
}
