/** Whether a connection failed because the port does not speak TLS, which OpenSSL reports as a wrong version. */
export function isPlainAnswer({ message }: Pick<Error, 'message'>): boolean {
  return message.includes('wrong version number');
}
