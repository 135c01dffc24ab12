import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { expect, test } from "vitest";

/**
 * Who may import whom; ground floor first, so no cycles. This list is the architecture: a new line needs a
 * decision record in docs/decisions. `app` is the only room where adapters and judgement meet.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  wire: ["core"],
  intel: ["core"],
  discovery: ["core"],
  policy: ["core"],
  actors: ["core"],
  engine: ["core", "intel", "discovery", "policy"],
  analyst: ["core", "policy", "engine"],
  edge: ["core", "wire"],
  store: ["core"],
  integrations: ["core"],
  app: ["core", "wire", "intel", "discovery", "policy", "actors", "engine", "analyst", "edge", "store", "integrations"],
};

/** Judgement has no clock, no chance and no IO: time and seeds are arguments. */
const judgement = ["core", "wire", "intel", "discovery", "policy", "actors", "engine", "analyst"];
const ambient =
  /\b(Date\.now\(|new Date\(\)|Math\.random\(|performance\.now\(|process\.(env|stdout|stderr|hrtime)|setTimeout\(|setInterval\(|setImmediate\()/;
const pureNodeModules = new Set(["node:buffer", "node:crypto", "node:net"]);

interface Source {
  readonly path: string;
  readonly room: string;
  readonly text: string;
}

/** Every breach of the house rules in the given sources, as sentences. */
function breaches(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => [
    ...importBreaches(source),
    ...purityBreaches(source),
    ...patternBreaches(source),
    ...sizeBreaches(source),
  ]);
}

/** Text that somebody sent must never become a backtracking expression; user patterns go through `compilePattern`. */
function patternBreaches({ path, text }: Source): string[] {
  // The writer of the docs reads our own source and nothing else.
  if (isTest(path) || path.startsWith("src/app/generated-docs/")) return [];
  return text
    .split("\n")
    .flatMap((line, index) =>
      /\bRegExp\(/.test(line)
        ? [`${path}:${index + 1} makes a backtracking expression from a value: ${line.trim()}`]
        : [],
    );
}

function importBreaches({ path, room, text }: Source): string[] {
  const found: string[] = [];
  for (const match of text.matchAll(/(?:from|import)\s*\(?\s*"(?<specifier>[^"]+)"/g)) {
    const specifier = match.groups?.specifier ?? "";
    if (specifier.startsWith("#")) {
      const target = specifier.slice(1);
      if (target === room)
        found.push(`${path} imports its own room through its door (${specifier}); use a relative path`);
      else if (!(mayImport[room] ?? []).includes(target)) found.push(`${path}: ${room} may not import ${target}`);
    } else if (specifier.startsWith(".")) {
      const target = relative(join("src", room), join(path, "..", specifier)).split(sep)[0];
      if (target === "..") found.push(`${path} reaches into another room by path (${specifier}); use its door "#room"`);
    } else if (
      judgement.includes(room) &&
      specifier.startsWith("node:") &&
      !pureNodeModules.has(specifier) &&
      !isTest(path)
    ) {
      found.push(`${path}: ${room} is judgement and may not use ${specifier}`);
    }
  }
  return found;
}

/**
 * Circles of imports that run, each as its files: who can be read only together cannot be understood apart, and what
 * a circle holds when it is entered depends on the door. Types alone may point both ways.
 */
function circles(sources: readonly Source[]): string[][] {
  const files = new Map(sources.filter(({ path }) => !isTest(path)).map((source) => [source.path, source]));
  const next = new Map(
    [...files].map(([path, { text }]) => [path, runningImports(path, text).filter((to) => files.has(to))]),
  );
  const found: string[][] = [];
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  // Strongly connected components (Tarjan, 1972).
  const visit = (path: string): void => {
    order.set(path, order.size);
    lowest.set(path, order.size - 1);
    open.push(path);
    for (const to of next.get(path) ?? []) {
      if (!order.has(to)) visit(to);
      if (open.includes(to)) lowest.set(path, Math.min(lowest.get(path) ?? 0, lowest.get(to) ?? 0));
    }
    if (lowest.get(path) !== order.get(path)) return;
    const circle = open.splice(open.indexOf(path));
    if (circle.length > 1) found.push(circle.sort());
  };
  for (const path of files.keys()) if (!order.has(path)) visit(path);
  return found;
}

/** Files that a file needs when it runs; `import type` and lists of types alone are left out. */
function runningImports(path: string, text: string): string[] {
  return [...text.matchAll(/^(?:import|export)\s+(?<what>[^;"]*?)\s*from\s+"(?<specifier>[^"]+)"/gm)].flatMap(
    (match) => {
      const { what = "", specifier = "" } = match.groups ?? {};
      const named = what
        .replace(/^\{|\}$/g, "")
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== "");
      if (what.startsWith("type ") || (what.startsWith("{") && named.every((name) => name.startsWith("type "))))
        return [];
      if (specifier.startsWith("#")) return [join("src", specifier.slice(1), "index.ts")];
      return specifier.startsWith(".") ? [join(path, "..", specifier)] : [];
    },
  );
}

function purityBreaches({ path, room, text }: Source): string[] {
  if (!judgement.includes(room) || isTest(path)) return [];
  return text.split("\n").flatMap((line, index) => {
    const code = line.replace(/^\s*(\/\/|\*|\/\*).*$/, "");
    return ambient.test(code) ? [`${path}:${index + 1} uses ambient time, chance or IO: ${line.trim()}`] : [];
  });
}

function sizeBreaches({ path, text }: Source): string[] {
  const lines = text.split("\n").length - 1;
  return lines > 400 && !isTest(path) ? [`${path} has ${lines} lines; no file is longer than 400`] : [];
}

function isTest(path: string): boolean {
  return path.endsWith(".test.ts") || path.includes("testdata");
}

function readSources(): Source[] {
  return readdirSync("src", { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return { path, room: path.split(sep)[1] ?? "", text: readFileSync(path, "utf8") };
    });
}

test("the rooms of src are the rooms of the house", () => {
  const rooms = readdirSync("src", { withFileTypes: true }).map((entry) => entry.name);
  expect(rooms.filter((room) => !(room in mayImport))).toEqual([]);
});

test("nobody breaks the rules of the house", () => {
  expect(breaches(readSources())).toEqual([]);
});

test("no imports run in a circle", () => {
  expect(circles(readSources())).toEqual([]);
});

test("the house test sees planted circles, and lets types point both ways", () => {
  const source = (path: string, text: string): Source => ({ path, room: "engine", text });
  const one = source("src/engine/one.ts", 'import { two } from "./two.ts";');
  const back = source("src/engine/two.ts", 'import { three } from "./three.ts";');
  const round = source("src/engine/three.ts", 'import {\n  type One,\n  one,\n} from "./one.ts";');
  expect(circles([one, back, round])).toEqual([["src/engine/one.ts", "src/engine/three.ts", "src/engine/two.ts"]]);
  const typed = source(
    "src/engine/three.ts",
    'import type { One } from "./one.ts";\nimport { type Two } from "./two.ts";',
  );
  expect(circles([one, back, typed])).toEqual([]);
});

test("the house test sees planted breaches", () => {
  const plant = (path: string, text: string): string[] => breaches([{ path, room: path.split("/")[1] ?? "", text }]);
  expect(plant("src/engine/guard.ts", 'import { serve } from "#edge";')).toEqual([
    "src/engine/guard.ts: engine may not import edge",
  ]);
  expect(plant("src/engine/guard.ts", 'import { x } from "../edge/index.ts";')).toHaveLength(1);
  expect(plant("src/wire/path.ts", 'import { readFile } from "node:fs";')).toHaveLength(1);
  expect(plant("src/policy/decide.ts", "const at = Date.now();")).toHaveLength(1);
  expect(plant("src/policy/list.ts", "const found = new RegExp(pattern).test(text);")).toHaveLength(1);
  expect(plant("src/engine/long.ts", "\n".repeat(401))).toHaveLength(1);
  expect(plant("src/edge/proxy.ts", 'import { parse } from "#wire";\nconst at = Date.now();')).toEqual([]);
});
