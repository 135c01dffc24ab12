import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { edgeMutants } from "./edge-mutants.ts";

const rows = ["R1", "R2", "R6", "R9", "R10", "R11", "R12", "R13", "R14", "R15", "R19", "R20"];

test("every requirement of the data plane has a mutant", () => {
  expect([...new Set(edgeMutants.map(({ requirement }) => requirement))]).toEqual(rows);
});

test.each(edgeMutants)("$requirement: $what: the code that is to be broken still stands there once", (mutant) => {
  expect(readFileSync(mutant.file, "utf8").split(mutant.find)).toHaveLength(2);
  for (const file of mutant.suite.split(" ")) expect(existsSync(file)).toBe(true);
});

test("docs/conformance.md names every requirement and every mutant", () => {
  const page = readFileSync("docs/conformance.md", "utf8");
  for (const row of rows) expect(page).toContain(`| ${row} `);
  for (const { what } of edgeMutants) expect(page).toContain(what);
});
