/** A header of a request that Zapier caught. Zapier puts `Http-` before the names, and changes their case. */
export function headerOf(headers: Record<string, string> | undefined, name: string): string | undefined {
  const plain = (text: string): string =>
    text
      .toLowerCase()
      .replaceAll('_', '-')
      .replace(/^http-/, '');
  return Object.entries(headers ?? {}).find(([key]) => plain(key) === plain(name))?.[1];
}
