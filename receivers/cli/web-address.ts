import { InvalidArgumentError } from 'commander';

/** An address as an option. */
export function webAddress(written: string): string {
  if (!/^https?:\/\/./.test(written) || !URL.canParse(written)) {
    throw new InvalidArgumentError('Write an address such as https://webhooks.example.com.');
  }
  return written;
}
