/**
 * What people can do about errors of another side. The error's own code takes precedence over the status: one status
 * stands for many errors.
 */
export interface AdviceTable {
  /** By the other side's own error code, such as `channel_not_found`, `50035` or `5.7.139`. */
  codes?: Readonly<Record<string, string>>;
  /** By status, such as `404`, or by its hundred, such as `4xx`. */
  statuses?: Readonly<Record<string, string>>;
  /** If neither is listed. */
  otherwise: string;
}

/** The advice for an error. `code` and `status` are null if the response has none. */
export function adviceFor(table: AdviceTable, code: string | number | null, status: number | null): string {
  const { codes = {}, statuses = {}, otherwise } = table;
  const byCode = code === null ? undefined : own(codes, String(code));
  const byStatus = status === null ? undefined : own(statuses, String(status));
  const byHundred = status === null ? undefined : own(statuses, `${Math.floor(status / 100)}xx`);
  return byCode ?? byStatus ?? byHundred ?? otherwise;
}

/** A code may be any text, also the name of something that every object has. */
function own(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
