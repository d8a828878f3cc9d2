import { InvalidArgumentError } from 'commander';
import { writtenTime } from '../base/written-time.ts';

/** A web address as an option. */
export function webAddress(written: string): string {
  if (!/^https?:\/\/./.test(written) || !URL.canParse(written)) {
    throw new InvalidArgumentError('Write an address such as https://webhooks.example.com.');
  }
  return written;
}

/** A time as an option; gives milliseconds since 1970. */
export function timeOption(written: string): number {
  const time = Date.parse(written);
  if (Number.isNaN(time)) {
    throw new InvalidArgumentError('Write a time such as 2026-10-10T23:00:00Z.');
  }
  return time;
}

/** A time or a day as an option; gives milliseconds since 1970. */
export function timeOrDay(written: string): number {
  const at = writtenTime(written);
  if (at === null) {
    throw new InvalidArgumentError('Write a time such as 2026-10-10T12:00:00Z, or a day such as 2026-10-10.');
  }
  return at;
}

/** A whole number from `least` to `most` as an option. `hint` says what to write instead. */
export function wholeNumber(least: number, most: number, hint: string): (written: string) => number {
  return (written) => {
    const number = Number(written);
    if (!/^\d{1,15}$/.test(written) || number < least || number > most) {
      throw new InvalidArgumentError(hint);
    }
    return number;
  };
}
