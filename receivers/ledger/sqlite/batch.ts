/** One operation for a thread of the ledger. */
export interface Call {
  name: string;
  /** Anything that can be cloned. */
  input: unknown;
  /** Bytes that go with it. */
  bytes?: Uint8Array;
}

/** Calls on their way into a thread. */
export interface Batch {
  calls: [name: string, input: unknown][];
  /** The bytes of all calls, one after the other. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Where those of each call end. */
  ends: number[];
}

/**
 * Packs calls for a thread: their bytes share one buffer, which can be transferred without a copy (`bytes.buffer` in the
 * transfer list). Many small buffers would cost more than everything else.
 */
export function packBatch(calls: readonly Call[]): Batch {
  let size = 0;
  const ends = calls.map(({ bytes }) => {
    size += bytes?.length ?? 0;
    return size;
  });
  const all = new Uint8Array(size);
  calls.forEach(({ bytes }, index) => {
    if (bytes !== undefined) {
      all.set(bytes, (ends[index] as number) - bytes.length);
    }
  });
  return { calls: calls.map(({ name, input }) => [name, input]), bytes: all, ends };
}

/** The calls of a batch as they were before {@link packBatch}; one that had no bytes has zero of them. */
export function unpackBatch({ calls, bytes, ends }: Batch): Required<Call>[] {
  return calls.map(([name, input], index) => ({
    name,
    input,
    bytes: bytes.subarray(ends[index - 1] ?? 0, ends[index]),
  }));
}
