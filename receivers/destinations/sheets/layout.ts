/** Where a tab has its headers. Rows and columns count from 0. */
export interface Layout {
  headerRow: number;
  /** The column of each header, by its name in lower case. */
  columns: ReadonlyMap<string, number>;
  /** The first column to the right of everything that the head of the tab holds. */
  width: number;
}

/** So many rows at the top of a tab are searched for the headers: people insert titles above them. */
export const HEAD_ROWS = 10;

/**
 * Finds the row with the headers: the one of the first rows that holds most of the wanted names, in any
 * order and any case; null where none holds any.
 *
 * @param head the texts of the tab's first rows, as they are shown
 */
export function findLayout(head: readonly (readonly string[])[], wanted: readonly string[]): Layout | null {
  const names = new Set(wanted.map(headerName));
  let headerRow = -1;
  let most = 0;
  for (const [index, texts] of head.entries()) {
    const found = new Set(texts.map(headerName).filter((name) => names.has(name))).size;
    if (found > most) {
      most = found;
      headerRow = index;
    }
  }
  if (headerRow < 0) {
    return null;
  }
  const columns = new Map<string, number>();
  for (const [index, text] of (head[headerRow] ?? []).entries()) {
    const name = headerName(text);
    if (name !== '' && !columns.has(name)) {
      columns.set(name, index);
    }
  }
  return { headerRow, columns, width: Math.max(...head.map(lastFilled)) };
}

/** A header as it is compared: people change case and spaces. */
export function headerName(text: string): string {
  return text.trim().toLowerCase();
}

function lastFilled(texts: readonly string[]): number {
  return texts.findLastIndex((text) => text.trim() !== '') + 1;
}

/** A column's letters, from its index: 0 is A, 26 is AA. */
export function columnLetters(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : columnLetters(Math.floor(index / 26) - 1) + letter;
}

/** A tab's name as it stands in A1 notation: in quotes, with its own quotes doubled. */
export function quotedTab(title: string): string {
  return `'${title.replaceAll("'", "''")}'`;
}
