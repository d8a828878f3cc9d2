import { z } from 'zod';
import type { Path } from './file.ts';
import { core, describedAs, isSecret, layers } from './schema-walk.ts';
import { settings } from './settings.ts';

/** A line of the table of settings. */
export interface SettingLine {
  /** Its place in receivers.yaml. */
  path: string[];
  environment: string;
  description: string;
  secret: boolean;
  /** What it is without being set. */
  default: unknown;
}

/** Every setting of the table, in its order. */
export const SETTING_LINES: readonly SettingLine[] = linesOf(settings, []);

function linesOf(schema: z.ZodType, path: string[]): SettingLine[] {
  const inner = core(schema);
  if (inner instanceof z.ZodObject) {
    return Object.entries<z.ZodType>(inner.shape).flatMap(([key, value]) => linesOf(value, [...path, key]));
  }
  return [
    {
      path,
      environment: String(layers(schema)[0]?.meta()?.environment),
      description: describedAs(schema) ?? '',
      secret: isSecret(schema),
      default: schema.parse(undefined),
    },
  ];
}

/** The line at a place, where there is one. */
export function settingAt(path: Path): SettingLine | undefined {
  return SETTING_LINES.find((line) => line.path.join('.') === path.join('.'));
}
