/** Figures in words, as a language writes them. What is unknown is a dash. */
export interface Figures {
  count(value: number | null): string;
  /** In the store's currency: “€1.25”. */
  money(value: number | null): string;
  /** With its sign: “+€1,200”. */
  gain(value: number | null): string;
  /** A fraction as a percentage: 0.031 is “3.1%”. */
  percent(fraction: number | null, digits?: number): string;
  /** With its sign: “+4.2%”. */
  change(fraction: number | null): string;
  /** A probability as a percentage, never rounded to a certainty: 0.997 is “over 99%”. */
  chance(probability: number | null): string;
  /** A calendar day: “9 October 2026”. `instant` is milliseconds since 1970. */
  day(instant: number, timeZone: string): string;
}

export const UNKNOWN = '–';

/** Probabilities beyond these are not shown more exactly. */
const ALMOST_CERTAIN = 0.99;
const ALMOST_NONE = 0.01;

/** How figures are written where nothing else is set. */
export const DEFAULT_LOCALE = 'en-US';

/** Making a formatter takes longer than using it many times. */
const made = new Map<string, Figures>();

/** More than the languages and currencies of the sources of one receiver. */
const MOST_MADE = 50;

/**
 * @param locale a language such as `en-US`
 * @param currency an ISO 4217 code; amounts stand without a sign where it is null or none
 */
export function figuresIn(locale: string, currency: string | null): Figures {
  const code = currency !== null && /^[A-Za-z]{3}$/.test(currency) ? currency : null;
  const name = `${locale} ${code}`;
  const figures = made.get(name) ?? makeFigures(locale, code);
  if (made.size >= MOST_MADE) {
    made.clear();
  }
  made.set(name, figures);
  return figures;
}

function makeFigures(locale: string, code: string | null): Figures {
  const formatters = new Map<string, Intl.NumberFormat>();
  const format = (value: number, options: Intl.NumberFormatOptions): string => {
    const name = JSON.stringify(options);
    const formatter = formatters.get(name) ?? new Intl.NumberFormat(locale, options);
    formatters.set(name, formatter);
    return formatter.format(value);
  };
  const style = code === null ? {} : ({ style: 'currency', currency: code } as const);
  const percent = (fraction: number | null, digits = 1): string =>
    said(fraction, { style: 'percent', maximumFractionDigits: digits });
  const said = (value: number | null, options: Intl.NumberFormatOptions): string =>
    value === null ? UNKNOWN : format(value, options);
  return {
    count: (value) => said(value, { maximumFractionDigits: 0 }),
    // Without a currency, two decimals still distinguish small amounts.
    money: (value) =>
      said(value, code === null ? { minimumFractionDigits: 2, maximumFractionDigits: 2 } : style),
    gain: (value) =>
      said(value, {
        ...style,
        maximumFractionDigits: 0,
        minimumFractionDigits: 0,
        signDisplay: 'exceptZero',
      }),
    percent,
    chance: (probability) => {
      if (probability !== null && probability > ALMOST_CERTAIN) {
        return `over ${percent(ALMOST_CERTAIN, 0)}`;
      }
      return probability !== null && probability < ALMOST_NONE
        ? `under ${percent(ALMOST_NONE, 0)}`
        : percent(probability, 0);
    },
    change: (fraction) =>
      said(fraction, { style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' }),
    day: (instant, timeZone) =>
      new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone }).format(instant),
  };
}
