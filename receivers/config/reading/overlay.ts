import type { SettingsFile } from '../file/file.ts';
import { fileLists, TOP_LEVEL } from '../settings/receivers-file.ts';
import { SETTING_LINES } from '../settings/table.ts';
import { type Path, pathText } from '../values/path.ts';
import type { Place } from '../values/validate.ts';
import { type Environment, variable } from '../values/variables.ts';

/** The general settings of the file, overridden by the environment. */
export function overlaid(
  file: SettingsFile,
  environment: Environment,
): { value: Record<string, unknown>; place: Place } {
  const value = structuredClone(
    Object.fromEntries(
      Object.entries(file.content).filter(([key, section]) => isTable(key) && section !== null),
    ),
  );
  const origins = new Map<string, string>();
  for (const line of SETTING_LINES) {
    const set = variable(environment, line.environment);
    if (set !== undefined && put(value, line.path, set)) {
      origins.set(pathText(line.path), line.environment);
    }
  }
  const origin = (path: Path) =>
    path.map((_, index) => origins.get(pathText(path.slice(0, index + 1)))).find(Boolean);
  return {
    value,
    place: {
      where: (path) => origin(path) ?? file.where(path),
      hidden: (path) => origin(path) === undefined && file.hidden(path),
    },
  };
}

function isTable(key: string): boolean {
  return TOP_LEVEL.includes(key) && !Object.hasOwn(fileLists, key);
}

/** Puts a value into a tree, unless something other than a map is in the way, which is a fault of its own. */
function put(tree: Record<string, unknown>, path: readonly string[], value: unknown): boolean {
  const [key, ...rest] = path as [string, ...string[]];
  if (rest.length === 0) {
    tree[key] = value;
    return true;
  }
  tree[key] ??= {};
  const inner = tree[key];
  return (
    typeof inner === 'object' && !Array.isArray(inner) && put(inner as Record<string, unknown>, rest, value)
  );
}
