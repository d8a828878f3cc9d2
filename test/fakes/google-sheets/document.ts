import { invalid } from './errors.ts';
import { copySheet, type Metadata, type Sheet } from './sheet.ts';

/** A spreadsheet's content, as one state that a batch of requests turns into the next. */
export interface Document {
  title: string;
  timeZone: string;
  sheets: Sheet[];
  metadata: Metadata[];
  /** Who writes, for protections; null for the person whose spreadsheet it is. */
  editor: string | null;
}

/** A copy that can be changed without the original seeing it. */
export function copyDocument(document: Document): Document {
  return { ...document, sheets: document.sheets.map(copySheet), metadata: [...document.metadata] };
}

/** The sheet with this ID; fails as the API does if it does not exist. */
export function sheetOf(document: Document, sheetId: number | null | undefined, where: string): Sheet {
  const sheet = document.sheets.find((each) => each.sheetId === (sheetId ?? 0));
  if (sheet === undefined) {
    throw invalid(`Invalid ${where}: No grid with id: ${sheetId ?? 0}`);
  }
  return sheet;
}
