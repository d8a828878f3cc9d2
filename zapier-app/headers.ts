/** A header of a request that Zapier caught. It puts `Http-` before the names, and spells them in its own way. */
export function headerOf(headers: Record<string, string> | undefined, name: string): string | undefined {
  const plain = (text: string): string =>
    text
      .toLowerCase()
      .replaceAll('_', '-')
      .replace(/^http-/, '');
  return Object.entries(headers ?? {}).find(([key]) => plain(key) === plain(name))?.[1];
}
