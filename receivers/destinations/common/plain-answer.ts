/** Whether a connection failed because the other side does not speak TLS at this port, which OpenSSL tells in a riddle. */
export function isPlainAnswer({ message }: Pick<Error, 'message'>): boolean {
  return message.includes('wrong version number');
}
