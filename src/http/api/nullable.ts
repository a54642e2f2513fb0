import { ArkErrors, type Type, type } from "../body/arktype.ts";

/** Makes of a type one that takes null too. */
export type Nullable = typeof orNull;

/** As a union, of which a schema tells, and which says no more than the first thing that is wrong. */
export function asUnion(shape: Type<string>): Type<string | null>;
export function asUnion(shape: Type<string[]>): Type<string[] | null>;
export function asUnion(shape: Type): Type {
  return shape.or("null");
}

/** As a body is read: with everything that is wrong, where it is. */
export function orNull(shape: Type<string>): Type<string | null>;
export function orNull(shape: Type<string[]>): Type<string[] | null>;
export function orNull(shape: Type): Type {
  return type("unknown").narrow((value, context) => {
    const read = value === null ? null : shape(value);
    if (!(read instanceof ArkErrors)) return true;
    for (const { path, expected } of read) context.reject({ expected, actual: "", relativePath: [...path] });
    return false;
  });
}
