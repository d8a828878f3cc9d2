import { suggestion } from '../../base/nearest.ts';

/** The environment: names and values, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What came of putting variables into a text. */
export interface Expanded {
  text: string;
  /** The names of the variables that were put in. */
  used: string[];
  /** What is wrong with it, in sentences. */
  faults: string[];
}

const REFERENCE = /\$\$\{|\$\{([^}]*)(\}|$)/g;
const NAME = /^[A-Za-z_]\w*$/;

/**
 * Puts the values of environment variables in the places of `${NAME}`; `$${` stands for a literal `${`.
 * What is put in is not looked at again.
 */
export function expandVariables(text: string, environment: Environment): Expanded {
  const used: string[] = [];
  const faults: string[] = [];
  const expanded = text.replace(REFERENCE, (written: string, name: string | undefined, end: string) => {
    if (name === undefined) {
      return '${';
    }
    if (end === '' || !NAME.test(name)) {
      faults.push(
        `It holds a “\${” that names no environment variable. Write \${NAME}, or $\${ for the characters themselves.`,
      );
      return written;
    }
    const value = variable(environment, name);
    if (value === undefined) {
      const known = Object.keys(environment).filter((each) => variable(environment, each) !== undefined);
      faults.push(
        `The environment variable ${name} is not set.${suggestion(name, known)} Set it, or write $\${${name}} for the characters themselves.`,
      );
      return written;
    }
    used.push(name);
    return value;
  });
  return { text: expanded, used, faults };
}

/** The value of an environment variable without the spaces around it; an empty one counts as not set. */
export function variable(environment: Environment, name: string): string | undefined {
  const value = Object.hasOwn(environment, name) ? environment[name]?.trim() : undefined;
  return value === '' ? undefined : value;
}
