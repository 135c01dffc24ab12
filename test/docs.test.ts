import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name));
}

test("every error code has its section in docs/errors.md, and every section its code", () => {
  const thrown = new Set<string>();
  for (const path of filesBelow("src", ".ts").filter((file) => !file.endsWith(".test.ts"))) {
    for (const match of readFileSync(path, "utf8").matchAll(/new GaitError\(\s*"([^"]+)"/g)) thrown.add(match[1] ?? "");
  }
  const documented = [...readFileSync("docs/errors.md", "utf8").matchAll(/^## (\S+)$/gm)].map(
    (match) => match[1] ?? "",
  );
  expect([...thrown].sort()).toEqual([...documented].sort());
});

test("links between the documents lead somewhere", () => {
  const documents = [...filesBelow("docs", ".md"), ...readdirSync(".").filter((name) => name.endsWith(".md"))];
  const dead = documents.flatMap((path) =>
    [...readFileSync(path, "utf8").matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)]
      .map((match) => join(path, "..", match[1] ?? ""))
      .filter((target) => !exists(target))
      .map((target) => `${path} -> ${target}`),
  );
  expect(dead).toEqual([]);
});

function exists(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EISDIR";
  }
}
