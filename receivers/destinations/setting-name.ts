import type { ConfiguredDestination, SettingName } from '../contract/destination.ts';

/** Names the settings of a destination for people: by environment variable, or by their place in the file. */
export function settingName({
  name,
  kind,
  file,
}: Pick<ConfiguredDestination, 'name' | 'kind' | 'file'>): SettingName {
  const variables = new Map(Object.entries(kind.environment).map(([variable, field]) => [field, variable]));
  return (field, value) => {
    if (file === null) {
      const variable = variables.get(field) ?? field;
      return value === undefined ? variable : `${variable}=${value}`;
    }
    const written = value === undefined ? field : `${field}: ${value}`;
    return `“${written}” of the destination “${name}” in ${file}`;
  };
}
