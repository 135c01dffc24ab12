import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** One file of the console, whole. */
export interface ConsoleFile {
  readonly type: string;
  readonly body: Buffer;
  /** Its name holds a hash of its content: browsers may keep it for good. */
  readonly hashed: boolean;
}

/** How it stands with the console: it can be served, is being built from its sources, or cannot be had and why. */
export type ConsoleState =
  | { readonly kind: "ready"; readonly files: ReadonlyMap<string, ConsoleFile> }
  | { readonly kind: "building" }
  | { readonly kind: "absent"; readonly hint: string };

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json; charset=utf-8",
};

/** Where this package lies: `dist/app/admin` and `src/app/admin` are equally deep. */
const home = fileURLToPath(new URL("../../../", import.meta.url));

/** Where the built console and, in a checkout, its sources lie. */
export interface ConsoleFolders {
  readonly built: string;
  readonly sources: string;
}

const foldersDefault: ConsoleFolders = { built: join(home, "dist/console"), sources: join(home, "console") };

/**
 * The console as it can be served now. A package carries it built. In a checkout it is built when somebody first looks,
 * and again after its sources changed; meanwhile the state is `building` and the next call tells more.
 */
export function consoleState(folders: ConsoleFolders = foldersDefault): ConsoleState {
  const wanted = newestOf(folders.sources);
  const present = stampOf(folders.built);
  if (present !== undefined && (wanted === undefined || present >= wanted)) return load(folders.built, present);
  if (wanted === undefined) {
    return { kind: "absent", hint: "this package was made without the console; npm run build makes it whole" };
  }
  return build(folders, wanted);
}

interface Build {
  readonly of: number;
  problem: string | undefined;
}

const builds = new Map<string, Build>();
let loaded: { readonly from: string; readonly stamp: number; readonly state: ConsoleState } | undefined;

function load(built: string, stamp: number): ConsoleState {
  if (loaded?.from === built && loaded.stamp === stamp) return loaded.state;
  const files = new Map<string, ConsoleFile>();
  for (const entry of readdirSync(built, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = relative(built, path).split(sep).join("/");
    const type = types[extname(name)];
    if (type !== undefined) files.set(name, { type, body: readFileSync(path), hashed: name.startsWith("assets/") });
  }
  const state: ConsoleState = { kind: "ready", files };
  loaded = { from: built, stamp, state };
  return state;
}

/** Builds beside the present files and swaps the folders, so that nobody is ever served half of it. */
function build({ built, sources }: ConsoleFolders, wanted: number): ConsoleState {
  const running = builds.get(built);
  if (running !== undefined && running.of >= wanted) {
    return running.problem === undefined ? { kind: "building" } : { kind: "absent", hint: running.problem };
  }
  const bundler = bundlerOf(sources);
  if (bundler === undefined) {
    return { kind: "absent", hint: "the console is not built and its bundler is not installed; run npm ci" };
  }
  const current: Build = { of: wanted, problem: undefined };
  builds.set(built, current);
  const parent = dirname(built);
  mkdirSync(parent, { recursive: true });
  const fresh = mkdtempSync(join(parent, ".console-"));
  const child = spawn(process.execPath, [bundler, "build", "--logLevel", "error"], {
    cwd: sources,
    // A test runner or a shell may say "test" or "development"; what is served is always the real thing.
    env: { ...process.env, NODE_ENV: "production", GAIT_CONSOLE_OUT: fresh },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    if (said.length < 4_000) said += chunk.toString("utf8");
  });
  const failed = (why: string): void => {
    current.problem = `the console could not be built: ${why}`;
    rmSync(fresh, { recursive: true, force: true });
  };
  child.once("error", (error) => failed(error.message));
  child.once("exit", (code) => {
    if (code !== 0) {
      failed(said.trim() || `the bundler ended with ${code}`);
      return;
    }
    try {
      rmSync(built, { recursive: true, force: true });
      renameSync(fresh, built);
      builds.delete(built);
    } catch (error) {
      // A console that cannot be put in its place is no reason to stop serving.
      failed(error instanceof Error ? error.message : String(error));
    }
  });
  return { kind: "building" };
}

function bundlerOf(sources: string): string | undefined {
  try {
    const manifest = createRequire(join(sources, "package.json")).resolve("vite/package.json");
    return join(dirname(manifest), "bin/vite.js");
  } catch {
    return undefined;
  }
}

/** When the built console was made; undefined: it is not there. */
function stampOf(built: string): number | undefined {
  return statSync(join(built, "index.html"), { throwIfNoEntry: false })?.mtimeMs;
}

const sourceParts = ["src", "public", "index.html", "vite.config.ts", "package.json"] as const;

/** When the sources were last changed; undefined: this is no checkout. */
function newestOf(sources: string): number | undefined {
  if (!existsSync(join(sources, "index.html"))) return undefined;
  let newest = 0;
  for (const part of sourceParts) {
    const path = join(sources, part);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) continue;
    newest = Math.max(newest, stat.mtimeMs);
    if (!stat.isDirectory()) continue;
    for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
      newest = Math.max(newest, statSync(join(entry.parentPath, entry.name)).mtimeMs);
    }
  }
  return newest;
}
