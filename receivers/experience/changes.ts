/** One difference between two snapshots of an experience. */
export interface Change {
  /** The path of the field in the experience document, such as `variations`. */
  field: string;
  /** In words: “Variant B 50 → 20 %”. */
  words: string;
  /** A field that only the vendor's bookkeeping changes, such as the time of the last update. */
  bookkeeping: boolean;
}
