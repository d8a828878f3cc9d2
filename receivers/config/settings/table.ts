import { z } from 'zod';
import { core, describedAs, isSecret, layers } from '../values/schema-walk.ts';
import { settings } from './settings.ts';

/** A line of the table of settings. */
export interface SettingLine {
  /** Its place in receivers.yaml. */
  path: string[];
  environment: string;
  description: string;
  secret: boolean;
  /** Whether it names destinations. */
  destination: boolean;
  schema: z.ZodType;
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
      destination: layers(schema)[0]?.meta()?.destination === true,
      schema,
      default: schema.parse(undefined),
    },
  ];
}
