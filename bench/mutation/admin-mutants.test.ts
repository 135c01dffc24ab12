import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { adminMutants } from "./admin-mutants.ts";

const rows = ["R17", "R18", "R22", "R23"];

test("every requirement of the admin plane and of what is remembered has a mutant", () => {
  expect([...new Set(adminMutants.map(({ requirement }) => requirement))].sort()).toEqual(rows);
});

test.each(adminMutants)("$requirement: $what: the code that is to be broken still stands there once", (mutant) => {
  expect(readFileSync(mutant.file, "utf8").split(mutant.find)).toHaveLength(2);
  for (const file of mutant.suite.split(" ")) expect(existsSync(file)).toBe(true);
});

test("docs/access.md and docs/store.md name the command that plants them", () => {
  for (const page of ["docs/access.md", "docs/store.md"])
    expect(readFileSync(page, "utf8")).toContain("npm run test:mutants:admin");
});
