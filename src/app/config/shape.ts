import { z } from "zod";
import { configSchema } from "./schema.ts";

/** The part of JSON Schema (draft-07) that our own schema uses. */
export interface Shape {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** The schema as plain data (JSON Schema draft-07): what editors read, and what messages and docs are made from. */
export function configShape(): Shape {
  cached ??= z.toJSONSchema(configSchema, { target: "draft-7", io: "input" }) as Shape;
  return cached;
}

let cached: Shape | undefined;

/** The shapes that may stand at a path; several where alternatives exist, none where the path is unknown. */
export function shapesAt(path: readonly string[]): readonly Shape[] {
  let shapes: readonly Shape[] = [configShape()];
  for (const segment of path) {
    shapes = shapes.flatMap(alternatives).flatMap((shape) => {
      if (shape.properties !== undefined) {
        const below = Object.hasOwn(shape.properties, segment) ? shape.properties[segment] : undefined;
        return below === undefined ? [] : [below];
      }
      return shape.items !== undefined && /^\d+$/.test(segment) ? [shape.items] : [];
    });
  }
  return shapes.flatMap(alternatives);
}

/** The keys that may stand below a path. */
export function keysAt(path: readonly string[]): readonly string[] {
  return [...new Set(shapesAt(path).flatMap((shape) => Object.keys(shape.properties ?? {})))];
}

/** Paths at which a key is known anywhere, for "it belongs under …". Array positions are left out. */
export function pathsOfKey(key: string): readonly string[] {
  const found: string[] = [];
  walkShape(configShape(), "", (path, name) => {
    if (name === key) found.push(path);
  });
  return [...new Set(found)];
}

/** Visits every key of the schema, depth first, with its path (`applications[].name`), name and shape. */
export function walkShape(shape: Shape, path: string, visit: (path: string, name: string, shape: Shape) => void): void {
  for (const each of alternatives(shape)) {
    for (const [name, below] of Object.entries(each.properties ?? {})) {
      const here = path === "" ? name : `${path}.${name}`;
      visit(here, name, below);
      walkShape(below, here, visit);
    }
    if (each.items !== undefined) walkShape(each.items, `${path}[]`, visit);
  }
}

function alternatives(shape: Shape): readonly Shape[] {
  return shape.anyOf === undefined ? [shape] : shape.anyOf.flatMap(alternatives);
}
