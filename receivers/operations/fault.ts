/** A name that is not in the settings; the message says which are. */
export class OperationFault extends Error {
  override readonly name = 'OperationFault';
}

/** @throws OperationFault if `name` is not one of `known` */
export function requireKnown(kind: 'destination' | 'source', name: string, known: readonly string[]): void {
  if (!known.includes(name)) {
    throw new OperationFault(
      `There is no ${kind} “${name}”. ${known.length === 0 ? 'There is none at all.' : `Known: ${known.join(', ')}.`}`,
    );
  }
}
