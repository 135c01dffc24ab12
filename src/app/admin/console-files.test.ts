import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type ConsoleFolders, consoleState } from "./console-files.ts";

let folder = "";
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A built console and, where wanted, sources beside it that were changed `sourcesAt` seconds after the build. */
function lay(sourcesAt: number | undefined): ConsoleFolders {
  folder = mkdtempSync(join(tmpdir(), "gait-console-"));
  const built = join(folder, "built");
  const sources = join(folder, "sources");
  mkdirSync(join(built, "assets"), { recursive: true });
  writeFileSync(join(built, "index.html"), "<!doctype html>");
  writeFileSync(join(built, "assets/main-abc.js"), "1");
  writeFileSync(join(built, "assets/notes.txt"), "not served");
  utimesSync(join(built, "index.html"), 1_000, 1_000);
  if (sourcesAt !== undefined) {
    mkdirSync(join(sources, "src"), { recursive: true });
    for (const name of ["index.html", "src/main.tsx", "src"])
      if (name !== "src") writeFileSync(join(sources, name), "");
    for (const name of ["index.html", "src/main.tsx", "src"])
      utimesSync(join(sources, name), 1_000 + sourcesAt, 1_000 + sourcesAt);
  }
  return { built, sources };
}

test("a package serves the console that it carries, and of it only what a browser needs", () => {
  const state = consoleState(lay(undefined));
  expect(state.kind).toBe("ready");
  const files = state.kind === "ready" ? state.files : new Map();
  expect([...files.keys()].sort()).toEqual(["assets/main-abc.js", "index.html"]);
  expect(files.get("assets/main-abc.js")).toMatchObject({ hashed: true, type: "text/javascript; charset=utf-8" });
  expect(files.get("index.html")).toMatchObject({ hashed: false });
});

test("a checkout whose sources are no newer than the build serves the build", () => {
  expect(consoleState(lay(0)).kind).toBe("ready");
});

test("a checkout whose sources were changed after the build says what is missing when it cannot build", () => {
  expect(consoleState(lay(1))).toEqual({
    kind: "absent",
    hint: "the console is not built and its bundler is not installed; run npm ci",
  });
});

test("a package without a console says so instead of serving nothing", () => {
  const folders = lay(undefined);
  rmSync(folders.built, { recursive: true });
  expect(consoleState(folders)).toMatchObject({ kind: "absent" });
});
