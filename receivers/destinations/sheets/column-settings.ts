import { z } from 'zod';
import { COLUMN_FIELDS, type ColumnField, columnField, DOCUMENTED_FIELDS, LOG_COLUMNS } from './columns.ts';
import { headerName } from './layout.ts';

/** One column of the log: a field and the header above it. */
interface ChosenColumn {
  field: ColumnField;
  header: string;
}

/**
 * The columns as people choose them: a list of fields (“status, variations”), or a map from header to field. The six
 * of the vendor's documentation always come first; a map may give them other headers.
 */
export const columns = z
  .union([z.string(), z.array(z.string()), z.record(z.string(), z.string())])
  .transform((chosen, context): ChosenColumn[] => {
    const pairs = chosenPairs(chosen);
    if (pairs === null) {
      context.addIssue({
        code: 'custom',
        message: 'Write a list such as “status, variations”, or a JSON map.',
      });
      return z.NEVER;
    }
    const found: ChosenColumn[] = [];
    for (const { header, name } of pairs) {
      const field = columnField(name);
      if (field === null) {
        const message = `There is no column “${name}”. Write one of: ${COLUMN_FIELDS.join(', ')}.`;
        context.addIssue({ code: 'custom', message });
      } else {
        found.push({ field, header: header?.trim() || LOG_COLUMNS[field].header });
      }
    }
    const all = [
      ...DOCUMENTED_FIELDS.map(
        (field) => found.find((each) => each.field === field) ?? { field, header: LOG_COLUMNS[field].header },
      ),
      ...found.filter(({ field }) => !DOCUMENTED_FIELDS.includes(field)),
    ];
    const names = all.map(({ header }) => headerName(header));
    const twice = all.find((_, index) => names.indexOf(names[index] ?? '') !== index);
    if (twice !== undefined) {
      const message = `Two columns have the header “${twice.header}”. Give each its own.`;
      context.addIssue({ code: 'custom', message });
    }
    return all;
  });

function chosenPairs(
  chosen: string | string[] | Record<string, string>,
): { header?: string; name: string }[] | null {
  if (typeof chosen === 'string' && chosen.trim().startsWith('{')) {
    try {
      const map = z.record(z.string(), z.string()).safeParse(JSON.parse(chosen));
      return map.success ? Object.entries(map.data).map(([header, name]) => ({ header, name })) : null;
    } catch {
      return null;
    }
  }
  if (typeof chosen === 'string' || Array.isArray(chosen)) {
    const names = typeof chosen === 'string' ? chosen.split(',') : chosen;
    return names.map((name) => ({ name: name.trim() })).filter(({ name }) => name !== '');
  }
  return Object.entries(chosen).map(([header, name]) => ({ header, name }));
}
