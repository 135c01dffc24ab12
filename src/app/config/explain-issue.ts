import type { z } from "zod";
import { suggest } from "#core";
import { nearestKey } from "./nearest-key.ts";
import { keysAt, pathsOfKey } from "./shape.ts";

/** One mistake by its path, before it has a place. */
export interface PathProblem {
  readonly path: readonly string[];
  /** True: the key itself is wrong; false: its value. */
  readonly atKey: boolean;
  readonly reason: string;
  readonly suggestion?: string | undefined;
}

type Issue = z.core.$ZodIssue;

/** Says a schema issue in plain words. One issue may hold several mistakes. */
export function explainIssue(issue: Issue, root: unknown): readonly PathProblem[] {
  const path = issue.path.map(String);
  const found = valueAt(root, path);
  const one = (reason: string, suggestion?: string): readonly PathProblem[] => [
    { path, atKey: false, reason: `${nameOf(path)}${reason}`, suggestion },
  ];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(path, key));
    case "invalid_type":
      if (found === undefined) return one(` is missing`);
      if (issue.expected === "int") return one(`: expected a whole number, found ${show(found)}`);
      return one(
        `: expected ${wordOf(issue.expected)}, found ${hinted(issue.expected, found)}`,
        retyped(issue.expected, found),
      );
    case "invalid_value":
      return one(
        `: expected ${listOf(issue.values.map(show))}, found ${show(found)}`,
        typeof found === "string" ? suggest(found, issue.values.map(String)) : undefined,
      );
    case "too_big":
      return one(`: at most ${countOf(issue)}, found ${sizeOf(found)}`);
    case "too_small":
      return one(`: at least ${countOf(issue)}, found ${sizeOf(found)}`);
    case "invalid_union":
      return explainUnion(issue, root, path, found);
    case "custom": {
      const suggestion: unknown = issue.params?.suggestion;
      return one(`: ${issue.message}`, typeof suggestion === "string" ? suggestion : undefined);
    }
    default:
      return one(`: ${issue.message}`);
  }
}

/** Of several alternatives the one is explained that the value's own kind points at. */
function explainUnion(
  issue: Extract<Issue, { code: "invalid_union" }>,
  root: unknown,
  path: readonly string[],
  found: unknown,
): readonly PathProblem[] {
  if (found === undefined) return [{ path, atKey: false, reason: `${nameOf(path)} is missing` }];
  const fitting = issue.errors.filter((issues) => !issues.some((each) => each.path.length === 0 && isKindIssue(each)));
  const chosen = fitting[0];
  if (chosen === undefined) {
    // A bare port arrives as a number; the address that was probably meant is worth a sentence of its own.
    if (path[0] === "listen" && typeof found === "number") {
      const suggestion = `127.0.0.1:${found}`;
      return [{ path, atKey: false, reason: `${nameOf(path)}: ${found} has a port but no address`, suggestion }];
    }
    const words = issue.errors.flatMap((issues) => issues.flatMap((each) => expectedOf(each)));
    return [
      { path, atKey: false, reason: `${nameOf(path)}: expected ${listOf([...new Set(words)])}, found ${show(found)}` },
    ];
  }
  return chosen.flatMap((each) => explainIssue({ ...each, path: [...issue.path, ...each.path] } as Issue, root));
}

function isKindIssue(issue: Issue): boolean {
  return issue.code === "invalid_type" || issue.code === "invalid_value";
}

function expectedOf(issue: Issue): readonly string[] {
  if (issue.code === "invalid_type") return [wordOf(issue.expected)];
  return issue.code === "invalid_value" ? issue.values.map(show) : [];
}

function unknownKey(path: readonly string[], key: string): PathProblem {
  const where = path.length === 0 ? "" : ` in ${path.join(".")}`;
  const merge = key === "<<" ? " (merge keys are no part of YAML 1.2)" : "";
  const reason = `unknown key ${show(key)}${where}${merge}`;
  const near = nearestKey(key, keysAt(path));
  const elsewhere = near === undefined ? pathsOfKey(key)[0] : undefined;
  return { path: [...path, key], atKey: true, reason, suggestion: near ?? elsewhere };
}

/** Truth values of other languages, a single value where a list is asked for: say how it is written. */
function retyped(expected: string, found: unknown): string | undefined {
  if (expected === "array" && typeof found === "string") return `[${found}]`;
  if (expected === "boolean" && typeof found === "string") {
    if (/^(yes|on|true)$/i.test(found)) return "true";
    if (/^(no|off|false)$/i.test(found)) return "false";
  }
  return undefined;
}

/** What was found, with the reason why something that looks right is not. */
function hinted(expected: string, found: unknown): string {
  const shown = show(found);
  if (typeof found !== "string") return shown;
  const numeric = expected === "number" && found.trim() !== "" && Number.isFinite(Number(found));
  if (numeric) return `${shown}, which the quotes make text`;
  return expected === "object" && /^[\w.-]+:\S/.test(found) ? `${shown}; a space belongs behind the colon` : shown;
}

function nameOf(path: readonly string[]): string {
  return path.length === 0 ? "the configuration" : path.join(".");
}

function wordOf(expected: string): string {
  const words: Readonly<Record<string, string>> = {
    string: "text",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
    array: "a list",
    object: "keys below it",
  };
  return words[expected] ?? expected;
}

function countOf(issue: Extract<Issue, { code: "too_big" | "too_small" }>): string {
  const bound = issue.code === "too_big" ? issue.maximum : issue.minimum;
  if (issue.origin === "array") return `${bound} ${bound === 1 ? "entry" : "entries"}`;
  if (issue.origin === "string") return `${bound} ${bound === 1 ? "character" : "characters"}`;
  return String(bound);
}

function sizeOf(found: unknown): string {
  if (Array.isArray(found)) return String(found.length);
  return show(found);
}

/** What was found, short, and quoted where it is text. */
export function show(found: unknown): string {
  if (found === undefined || found === null) return "nothing";
  if (typeof found === "string") return JSON.stringify(found.length > 80 ? `${found.slice(0, 80)}…` : found);
  if (Array.isArray(found)) return "a list";
  if (typeof found === "object") return "keys below it";
  return String(found);
}

function listOf(words: readonly string[]): string {
  if (words.length < 2) return words[0] ?? "nothing";
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

function valueAt(root: unknown, path: readonly string[]): unknown {
  let value: unknown = root;
  for (const segment of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, segment)) return undefined;
    value = (value as Record<string, unknown>)[segment];
  }
  return value;
}
