import type { Config } from "./config.ts";
import { checkConsistency } from "./consistency.ts";
import { type Assignment, readEnvironment } from "./environment.ts";
import { explainIssue, type PathProblem } from "./explain-issue.ts";
import type { ConfigProblem, Place } from "./problem.ts";
import { configSchema } from "./schema.ts";
import { readYamlTree, type YamlTree } from "./yaml-tree.ts";

/** Everything a configuration is made from. */
export interface ConfigSources {
  /** Bytes of the file and the name it goes by in messages; absent: no file. */
  readonly file?: { readonly name: string; readonly bytes: Uint8Array } | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** From the command line; `name` is the flag's. */
  readonly flags?: readonly Assignment[] | undefined;
}

/** A configuration that holds, or every mistake in it. Nothing is skipped in silence. */
export type LoadedConfig =
  | { readonly kind: "config"; readonly config: Config; readonly origins: Origins }
  | { readonly kind: "refused"; readonly problems: readonly ConfigProblem[] };

/** Where each setting came from, by path (`enforce.basis`). What has no entry is a default. */
export type Origins = ReadonlyMap<string, Place>;

/** Builds the configuration: flag before environment before file before default. Pure; never throws on bad input. */
export function loadConfig({ file, env = {}, flags = [] }: ConfigSources): LoadedConfig {
  const tree = file === undefined ? undefined : readYamlTree(file.bytes, file.name);
  if (tree !== undefined && tree.problems.length > 0) return { kind: "refused", problems: tree.problems };
  const environment = readEnvironment(env);
  const origins = new Map<string, Place>(tree?.values);
  let root: unknown = structuredClone(tree?.value ?? {});
  for (const { path, value, name } of environment.assignments) {
    root = assign(root, path, value);
    mark(origins, path, { kind: "environment", name });
  }
  for (const { path, value, name } of flags) {
    root = assign(root, path, value);
    mark(origins, path, { kind: "flag", name });
  }
  const parsed = configSchema.safeParse(root);
  const found = parsed.success
    ? checkConsistency(parsed.data)
    : parsed.error.issues.flatMap((issue) => explainIssue(issue, root));
  const problems = [...environment.problems, ...found.map((each) => locate(each, tree, origins))];
  if (!parsed.success || problems.length > 0) return { kind: "refused", problems: inOrder(problems) };
  return { kind: "config", config: parsed.data, origins };
}

function assign(root: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(root) || (/^\d+$/.test(key) && (typeof root !== "object" || root === null))) {
    const list: unknown[] = Array.isArray(root) ? [...root] : [];
    // One place past the end at most, so that an index cannot buy memory.
    const index = Math.min(Number(key), list.length);
    list[index] = assign(list[index], rest, value);
    return list;
  }
  const object = typeof root === "object" && root !== null ? { ...(root as Record<string, unknown>) } : {};
  object[key] = assign(object[key], rest, value);
  return object;
}

/** A layer replaces what the layers below it said at and under its path. */
function mark(origins: Map<string, Place>, path: readonly string[], place: Place): void {
  const name = path.join(".");
  for (const key of origins.keys()) if (key.startsWith(`${name}.`)) origins.delete(key);
  origins.set(name, place);
}

function locate(
  { path, atKey, reason, suggestion }: PathProblem,
  tree: YamlTree | undefined,
  origins: Origins,
): ConfigProblem {
  const full = path.join(".");
  const own = atKey ? tree?.keys.get(full) : undefined;
  return { place: own ?? nearestPlace(path, tree, origins), reason, suggestion };
}

/** The place of the path itself, else of the nearest thing around it that somebody wrote. */
function nearestPlace(path: readonly string[], tree: YamlTree | undefined, origins: Origins): Place {
  for (let length = path.length; length > 0; length--) {
    const name = path.slice(0, length).join(".");
    const place = origins.get(name) ?? tree?.keys.get(name);
    if (place !== undefined) return place;
  }
  return origins.get("") ?? { kind: "default" };
}

function inOrder(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const rank = ({ place }: ConfigProblem): number => (place.kind === "file" ? place.line * 10_000 + place.column : -1);
  return [...problems].sort((a, b) => rank(a) - rank(b));
}

/** The origin of one path: its own entry, or that of what it is part of. */
export function originOf(path: readonly string[], origins: Origins): Place {
  for (let length = path.length; length > 0; length--) {
    const place = origins.get(path.slice(0, length).join("."));
    if (place !== undefined) return length === path.length || place.kind !== "file" ? place : { kind: "default" };
  }
  return { kind: "default" };
}
