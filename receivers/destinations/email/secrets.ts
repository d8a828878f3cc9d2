/** The value with each secret in its texts replaced by “…”: a server may send back what it was sent. */
export function withoutSecrets<Value>(value: Value, secrets: readonly string[]): Value {
  if (typeof value === 'string') {
    return secrets.reduce<string>((text, secret) => text.replaceAll(secret, '…'), value) as Value;
  }
  if (value === null || typeof value !== 'object') {
    return value;
  }
  const clean = ([name, each]: [string, unknown]): [string, unknown] => [name, withoutSecrets(each, secrets)];
  return Object.fromEntries(Object.entries(value).map(clean)) as Value;
}
