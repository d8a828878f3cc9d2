/** Where a tab has its headers. Rows and columns count from 0. */
export interface Layout {
  headerRow: number;
  /** The column of each header of that row, by {@link headerName}; the first if there are several. */
  columns: ReadonlyMap<string, number>;
  /** The wanted headers that more than one column has, with all their columns. */
  duplicates: { header: string; columns: number[] }[];
}

/** How many rows at the top of a tab are searched for the headers: people insert titles above them. */
export const HEAD_ROWS = 10;

/**
 * Finds the row with the headers: the one of the first rows that holds the most of the wanted headers, in any order;
 * null if none holds any.
 *
 * @param head the texts of the tab's first rows, as they are shown
 */
export function findLayout(head: readonly (readonly string[])[], wanted: readonly string[]): Layout | null {
  const names = new Set(wanted.map(headerName));
  const counts = head.map((texts) => new Set(texts.map(headerName).filter((name) => names.has(name))).size);
  const most = Math.max(0, ...counts);
  if (most === 0) {
    return null;
  }
  const headerRow = counts.indexOf(most);
  const all = new Map<string, number[]>();
  for (const [index, text] of (head[headerRow] ?? []).entries()) {
    const name = headerName(text);
    if (name !== '') {
      all.set(name, [...(all.get(name) ?? []), index]);
    }
  }
  const duplicates = wanted
    .map((header) => ({ header, columns: all.get(headerName(header)) ?? [] }))
    .filter(({ columns }) => columns.length > 1);
  return {
    headerRow,
    columns: new Map([...all].map(([name, [first = 0]]) => [name, first])),
    duplicates,
  };
}

/**
 * A header as it is compared: regardless of case, of whitespace (people wrap headers in several lines), of invisible
 * characters, and of a colon at its end.
 */
export function headerName(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/[\s\p{Cf}]+/gu, '')
    .replace(/:+$/, '')
    .toLowerCase();
}

/** A tab's title as Google compares it: regardless of case. */
export function titleName(title: string): string {
  return title.trim().toLowerCase();
}

/** A column's letters, from its index: 0 is A, 26 is AA. */
export function columnLetters(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : columnLetters(Math.floor(index / 26) - 1) + letter;
}

/** A tab's title in A1 notation: in quotes, with its own quotes doubled. */
export function quotedTab(title: string): string {
  return `'${title.replaceAll("'", "''")}'`;
}
