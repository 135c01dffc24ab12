import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { policyMutants } from "./policy-mutants.ts";

test("every requirement of rules and actions that is tested by hand-made mistakes has one", () => {
  const required = [...new Set(policyMutants.map(({ requirement }) => requirement))];
  for (const row of ["R3", "R4", "R5", "backtest", "takeover", "deception"]) expect(required).toContain(row);
});

test.each(policyMutants)("$requirement: $what: the code that is to be broken still stands there once", (mutant) => {
  expect(readFileSync(mutant.file, "utf8").split(mutant.find)).toHaveLength(2);
  for (const file of mutant.suite.split(" ")) expect(existsSync(file)).toBe(true);
});

test("docs/policy.md names the commands that plant them", () => {
  const page = readFileSync("docs/policy.md", "utf8");
  for (const command of ["npm run test:mutants`", "npm run test:mutants:policy`"]) expect(page).toContain(command);
});
