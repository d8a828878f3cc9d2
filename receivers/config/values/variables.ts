import { suggestion } from '../../base/nearest.ts';

/** The environment: names and values, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A text with its variables inserted. */
export interface Expanded {
  text: string;
  /** The names of the inserted variables. */
  used: string[];
  /** Its problems, in sentences. */
  faults: string[];
}

const REFERENCE = /\$\$\{|\$\{([^}]*)(\}|$)/g;
const NAME = /^[A-Za-z_]\w*$/;

/**
 * Replaces `${NAME}` with environment variables. `$${` means a literal `${`. Inserted values are not expanded again.
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
        `It has a “\${” without the name of an environment variable. Write \${NAME}, or $\${ for the characters themselves.`,
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
