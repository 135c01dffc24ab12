import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** What the console may know of the gateway: shapes, as types. */
const mayRead = /src\/app\/(operations\/|explain\/explanation\.ts|admin\/live-document\.ts)/;

/** Imports from the gateway's source that are more than types, or from rooms that are none of the console's business. */
function breaches(path: string, text: string): readonly string[] {
  const found: string[] = [];
  for (const { groups } of text.matchAll(/(?<kind>import|export)\s(?<words>[^"']*?)from\s+"(?<from>[^"]+)"/g)) {
    const from = groups?.from ?? "";
    if (!from.includes("/src/") && !from.startsWith("#")) continue;
    if (!mayRead.test(from)) found.push(`${path} reads ${from}`);
    if (!/^type\b/.test(groups?.words ?? "")) found.push(`${path} takes more than types from ${from}`);
  }
  return found;
}

test("the console imports types of the operations and nothing else of the gateway", () => {
  const found = readdirSync("console/src", { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.includes(".test."))
    .flatMap((entry) => {
      const path = join(entry.parentPath, entry.name);
      return breaches(path, readFileSync(path, "utf8"));
    });
  expect(found).toEqual([]);
});

test("a planted import is found", () => {
  expect(breaches("a.ts", 'import { x } from "../../../src/app/operations/index.ts";')).toHaveLength(1);
  expect(breaches("a.ts", 'import type { x } from "../../../src/engine/guard.ts";')).toHaveLength(1);
  expect(breaches("a.ts", 'import type { x } from "../../../src/app/operations/index.ts";')).toEqual([]);
});
