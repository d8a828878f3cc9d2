import { Buffer } from 'node:buffer';

/**
 * A request that a person saved, as it goes over the wire: HTTP/1.1, its head in the line ends of HTTP, and with a
 * length if it names none (HTTP/2 needs none). The body stays as it is; what is no request stays as it is, too.
 */
export function asSent(captured: Buffer): Buffer {
  // Latin-1 keeps each byte one character.
  const head = /^.*?\r?\n\r?\n/s.exec(captured.toString('latin1'))?.[0];
  if (head === undefined) {
    return captured;
  }
  const body = captured.subarray(head.length);
  const [first = '', ...headers] = head.trimEnd().split(/\r?\n/);
  const hasLength = headers.some((line) => /^(?:content-length|transfer-encoding)\s*:/i.test(line));
  const lines = [
    first.replace(/ HTTP\/\S+$/, ' HTTP/1.1'),
    ...headers,
    ...(hasLength ? [] : [`Content-Length: ${body.length}`]),
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}
