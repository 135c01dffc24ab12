import { decodeText } from "./unescape.ts";

/** One JSON object as a log line holds it. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The object of a line, behind whatever a container runtime or syslog put before it. Undefined when there is none. */
export function jsonObjectOf(bytes: Buffer, start: number, end: number): JsonObject | undefined {
  const open = bytes.indexOf(0x7b, start);
  if (open < 0 || open >= end) return undefined;
  try {
    const value: unknown = JSON.parse(decodeText(bytes, open, end));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a path: the key as it stands first (`"user_agent.original"`), then step by step. */
export function valueAt(object: JsonObject, path: string): unknown {
  if (Object.hasOwn(object, path)) return object[path];
  if (!path.includes(".")) return undefined;
  let at: unknown = object;
  for (const step of path.split(".")) {
    if (!isObject(at) || !Object.hasOwn(at, step)) return undefined;
    at = at[step];
  }
  return at;
}

/** A value as field text: strings and numbers as they are, the first of a list, "" for everything else. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  if (Array.isArray(value)) return textOf(value[0]);
  return "";
}
