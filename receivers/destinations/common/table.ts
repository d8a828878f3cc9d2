/** Rows as lines with aligned columns: the first one left-aligned, the others right-aligned. */
export function monospaceTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ''))));
  return rows
    .map((row) =>
      widths
        .map((wide, column) => {
          const cell = row[column] ?? '';
          const space = ' '.repeat(wide - width(cell));
          return column === 0 ? `${cell}${space}` : `${space}${cell}`;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function width(cell: string): number {
  return [...new Intl.Segmenter().segment(cell)].length;
}
