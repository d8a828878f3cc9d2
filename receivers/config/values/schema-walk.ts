import { z } from 'zod';
import type { Path } from './path.ts';

type Definition = {
  innerType?: z.ZodType;
  in?: z.ZodType;
  out?: z.ZodType;
  type: string;
  options?: z.ZodType[];
  element?: z.ZodType;
  valueType?: z.ZodType;
};

/** A schema and those inside its defaults, transformations and the like, from the outside in. */
export function layers(schema: z.ZodType): z.ZodType[] {
  const definition = schema.def as unknown as Definition;
  const fromText = definition.in instanceof z.ZodTransform;
  const inner = definition.innerType ?? (fromText ? definition.out : definition.in);
  return inner === undefined ? [schema] : [schema, ...layers(inner)];
}

/** The schema below all layers. */
export function core(schema: z.ZodType): z.ZodType {
  return layers(schema).at(-1)!;
}

/** The schema of a key or list entry; null if there can be none. */
export function child(schema: z.ZodType, step: PropertyKey): z.ZodType | null {
  const inner = core(schema);
  if (inner instanceof z.ZodObject) {
    return Object.hasOwn(inner.shape, step) ? inner.shape[String(step)] : null;
  }
  const { element, valueType, options } = inner.def as unknown as Definition;
  if (options !== undefined) {
    return options.map((option) => child(option, step)).find((found) => found !== null) ?? null;
  }
  return element ?? valueType ?? null;
}

/** The schema at a path; null if nothing can be there. */
export function schemaAt(schema: z.ZodType, path: Path): z.ZodType | null {
  return path.reduce<z.ZodType | null>((at, step) => (at === null ? null : child(at, step)), schema);
}

/** Whether a schema, in any of its layers, is marked as a secret. */
export function isSecret(schema: z.ZodType): boolean {
  return layers(schema).some((layer) => layer.meta()?.secret === true);
}

/** Whether a path is or is inside a secret. */
export function holdsSecret(schema: z.ZodType, path: Path): boolean {
  return path.some((_, index) => {
    const at = schemaAt(schema, path.slice(0, index + 1));
    return at !== null && isSecret(at);
  });
}

/** The keys that a schema allows. */
export function keysOf(schema: z.ZodType | null): string[] {
  const inner = schema === null ? null : core(schema);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

/** The description of a schema, from its outermost layer that has one. */
export function describedAs(schema: z.ZodType | null): string | undefined {
  return schema === null
    ? undefined
    : layers(schema).find(({ description }) => description !== undefined)?.description;
}
