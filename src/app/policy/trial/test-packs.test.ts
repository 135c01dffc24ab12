import { expect, test } from "vitest";
import { rulesOf, testRules } from "./test-packs.ts";

const rule = (traces: string): string => `
- name: walker
  why: Test.
  when: session.requests >= 3
  then: block
${traces}`;

const reported = (text: string): string[] =>
  testRules(rulesOf([{ file: "site.yaml", text }])).failures.map(
    ({ place, message }) => `${place.line}:${place.column} ${message}`,
  );

test("a trace that does not do as it says is reported where it stands", () => {
  const silent = "    silent: ['2x GET / 200']";
  expect(reported(rule(`  traces:\n    fires: ['3x GET / 200']\n${silent}`))).toEqual([]);
  expect(reported(rule(`  traces:\n    fires: ['2x GET / 200']\n${silent}`))).toEqual([
    "7:13 this trace must fire it and does not",
  ]);
  expect(
    reported(rule("  traces:\n    fires: ['3x GET / 200']\n    silent:\n      - |\n        3x GET /a 200")),
  ).toEqual(["10:1 this trace must leave it silent; request 3 fires it"]);
  expect(reported(rule(`  traces:\n    fires: ['3x GET']\n${silent}`))).toEqual([
    expect.stringContaining("7:13 trace line 1: expected") as string,
  ]);
  expect(reported(rule(""))).toEqual([
    "2:3 has no trace that must fire it",
    "2:3 has no trace that must leave it silent",
  ]);
});

test("a drop-in file changes a rule of a pack by its name, and a misspelt name is a mistake", () => {
  const base = { file: "a.yaml", text: rule("") };
  const changed = rulesOf([
    base,
    { file: "b.yaml", text: "- override: walker\n  mode: enforce\n  ttl: 2h\n  then: tag" },
  ]);
  expect(changed[0]).toMatchObject({ mode: "enforce", ttlMs: 7_200_000, does: { action: "tag" } });
  expect(rulesOf([base, { file: "b.yaml", text: "- override: walker\n  mode: retired" }])[0]?.mode).toBe("retired");
  expect(() => rulesOf([base, { file: "b.yaml", text: "- override: wolker\n  mode: retired" }])).toThrow(
    /b.yaml:1:3: there is no rule "wolker" to override; did you mean "walker"\?/,
  );
  expect(() => rulesOf([base, { file: "b.yaml", text: "- override: walker" }])).toThrow(/changes nothing/);
});
