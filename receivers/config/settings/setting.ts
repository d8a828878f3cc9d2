import { z } from 'zod';

/**
 * One setting: its environment variable, its values, its description, and whether it is a secret or names
 * destinations, which then have to exist.
 */
export function setting<Value extends z.ZodType>(
  environment: string,
  value: Value,
  description: string,
  mark?: 'secret' | 'destination',
): Value {
  return value.describe(description).meta({ environment, ...(mark && { [mark]: true }) });
}

/**
 * Settings that belong together. All have defaults.
 *
 * @param shaped turns what people write into what the program uses, such as seconds into milliseconds
 */
export function section<Shape extends z.ZodRawShape, Shaped = z.output<z.ZodObject<Shape>>>(
  shape: Shape,
  shaped: (written: z.output<z.ZodObject<Shape, z.core.$strict>>) => Shaped = (written) =>
    written as unknown as Shaped,
) {
  return z
    .strictObject(shape)
    .transform(shaped)
    .prefault({} as never);
}
