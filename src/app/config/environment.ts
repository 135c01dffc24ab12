import { type Node, parseDocument } from "yaml";
import { nearestKey } from "./nearest-key.ts";
import type { ConfigProblem } from "./problem.ts";
import { keysAt, shapesAt } from "./shape.ts";

/** One setting from outside the file. */
export interface Assignment {
  readonly path: readonly string[];
  readonly value: unknown;
  readonly name: string;
}

const prefix = "GAIT__";
const assignmentsMax = 1_000;

/**
 * Settings from environment variables: `GAIT__ENFORCE__FALSE_POSITIVES_PER_DAY=3` is `enforce.falsePositivesPerDay`,
 * `GAIT__APPLICATIONS__0__UPSTREAM` the first application's upstream, and a list may be written with commas
 * (`GAIT__TRUSTED_PROXIES=10.0.0.0/8,::1`) or as YAML. A variable that names no key is a mistake, not ignored:
 * a misspelt one would otherwise leave a door open in silence.
 */
export function readEnvironment(env: NodeJS.ProcessEnv): {
  readonly assignments: readonly Assignment[];
  readonly problems: readonly ConfigProblem[];
} {
  const assignments: Assignment[] = [];
  const problems: ConfigProblem[] = [];
  const names = Object.keys(env)
    .filter((name) => name.startsWith(prefix))
    .sort();
  for (const name of names.slice(0, assignmentsMax)) {
    const path = pathOf(name);
    const place = { kind: "environment", name } as const;
    if (shapesAt(path).length === 0) {
      problems.push({ place, reason: "no such key", suggestion: nearestName(path) });
      continue;
    }
    assignments.push({ path, value: readValue(env[name] ?? "", path), name });
  }
  return { assignments, problems };
}

/** The variable that sets a path: `enforce.basis` → `GAIT__ENFORCE__BASIS`. */
export function variableName(path: readonly string[]): string {
  return prefix + path.map((key) => key.replace(/([A-Z])/g, "_$1").toUpperCase()).join("__");
}

/** Text as the type that the key asks for; what does not fit stays text, and the schema says what is wrong. */
function readValue(text: string, path: readonly string[]): unknown {
  const shapes = shapesAt(path);
  if (/^\s*[[{]/.test(text)) {
    const document = parseDocument(text, { version: "1.2", uniqueKeys: false });
    if (document.errors.length === 0)
      return (document as { contents: Node | null }).contents?.toJS(document, { maxAliasCount: 0 });
  }
  for (const shape of shapes) {
    const trimmed = text.trim();
    if ((shape.type === "number" || shape.type === "integer") && /^-?\d+(\.\d+)?$/.test(trimmed))
      return Number(trimmed);
    if ((shape.type === "boolean" || shape.const === false) && /^(true|false)$/.test(trimmed))
      return trimmed === "true";
  }
  if (
    shapes.some((shape) => shape.type === "array") &&
    (!shapes.some((shape) => shape.type === "string") || text.includes(","))
  ) {
    return text
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "");
  }
  return text;
}

function pathOf(name: string): readonly string[] {
  return name
    .slice(prefix.length)
    .split("__")
    .map((segment) => segment.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()));
}

function nearestName(path: readonly string[]): string | undefined {
  const known: string[] = [];
  for (const segment of path) {
    const keys = keysAt(known);
    if (keys.length === 0 || keys.includes(segment)) known.push(segment);
    else {
      const near = nearestKey(segment, keys) ?? keys.find((key) => key === `${segment}File`);
      if (near === undefined) return undefined;
      known.push(near);
    }
  }
  return shapesAt(known).length === 0 ? undefined : variableName(known);
}
