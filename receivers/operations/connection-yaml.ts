import { stringify } from 'yaml';
import type { StoredConnection, StoredSettings } from '../contract/connection.ts';
import { isSecretField } from './connection-list.ts';

const HEADER = `# What was set in the console, for receivers.yaml.
# Secrets are not exported. Set them as environment variables:`;

/** What was set in the console as a settings file. Secrets are `${NAME}`, and the variables are listed above. */
export function connectionsAsYaml({ connections }: StoredSettings): string {
  const variables: string[] = [];
  const entries = (kind: StoredConnection['kind']) => {
    const all = connections.filter((each) => each.kind === kind).map((each) => entryOf(each, variables));
    return all.length === 0 ? {} : { [`${kind}s`]: all };
  };
  const content = { ...entries('source'), ...entries('destination'), ...entries('route') };
  const listed = variables.map((name) => `#   ${name}`);
  const text = Object.keys(content).length === 0 ? '# Nothing was set in the console.\n' : stringify(content);
  return variables.length === 0 ? text : `${HEADER}\n${listed.join('\n')}\n${text}`;
}

function entryOf(
  { kind, name, title, type, written, unreadable }: StoredConnection,
  variables: string[],
): Record<string, unknown> {
  const fields = [...Object.keys(written), ...(unreadable?.fields ?? [])];
  const values = Object.fromEntries(
    fields.map((field) => {
      if (!isSecretField({ kind, type }, field)) {
        return [field, literal(written[field])];
      }
      const variable = freeVariable(variableOf(name, field), variables);
      variables.push(variable);
      return [field, `\${${variable}}`];
    }),
  );
  return {
    ...(type !== null && { type }),
    name,
    ...(kind === 'source' && title !== null && { title }),
    ...values,
  };
}

/** `slack`, `token` → SLACK_TOKEN. */
function variableOf(name: string, field: string): string {
  const words = `${name}_${field.replace(/([A-Z])/g, '_$1')}`;
  const variable = words.replace(/[^A-Za-z0-9]+/g, '_').toUpperCase();
  return /^\d/.test(variable) ? `_${variable}` : variable;
}

/** `own-api` and `own_api` would have the same variables. */
function freeVariable(wanted: string, taken: readonly string[]): string {
  for (let number = 1; ; number += 1) {
    const variable = number === 1 ? wanted : `${wanted}_${number}`;
    if (!taken.includes(variable)) {
      return variable;
    }
  }
}

/** A text that a file would read as a variable. */
function literal(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.replaceAll('${', () => '$${');
  }
  if (Array.isArray(value)) {
    return value.map(literal);
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, literal(inner)]))
    : value;
}
