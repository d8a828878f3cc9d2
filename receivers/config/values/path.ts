/** A place in a document: keys and positions, from the outside in. */
export type Path = readonly PropertyKey[];

/** `routes[0].to` */
export function pathText(path: Path): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${String(step)}`))
    .join('');
}

/** The value at a path. For a text that is read as a list, the text itself. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, step) => {
    if (typeof at !== 'object' || at === null) {
      return at;
    }
    return Object.hasOwn(at, step) ? (at as Record<PropertyKey, unknown>)[step] : undefined;
  }, value);
}
