import settings from '../../package.json' with { type: 'json' };

/** The package's own package.json has no scripts. */
const IS_PACKAGE = !('scripts' in settings);

/**
 * How a person runs one of the commands here: through npm in a checkout, through npx where the package is installed.
 *
 * @example
 * howToRun('events', 'show', key) // npm run events -- show …, or npx intelligems-receivers events show …
 */
export function howToRun(name: string, ...words: string[]): string {
  if (IS_PACKAGE) {
    return ['npx', settings.name, name, ...words].join(' ');
  }
  return [
    name === 'start' ? 'npm start' : `npm run ${name}`,
    ...(words.length > 0 ? ['--', ...words] : []),
  ].join(' ');
}
