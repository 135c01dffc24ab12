import { createContext, Script } from "node:vm";
import { expect, test } from "vitest";
import { compilePattern } from "./pattern.ts";
import { evilPatterns } from "./testdata/evil-patterns.ts";

const matchMsMax = 5;
const compileMsMax = 50;

/** CPU time of the best of some runs: what it costs, whatever else the machine does. */
function cpuMs(run: () => void, runs: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs && best > matchMsMax / 2; i++) {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1_000);
  }
  return best;
}

test("two hundred evil patterns on 2 KiB of text each cost a few milliseconds at most", () => {
  expect(evilPatterns).toHaveLength(200);
  const slow = evilPatterns.flatMap(({ pattern, text }) => {
    let compiled = compilePattern(pattern);
    const compileMs = cpuMs(() => {
      compiled = compilePattern(pattern);
    }, 3);
    if ("problem" in compiled) return [`${pattern} was refused: ${compiled.problem}`];
    const { test: matches } = compiled;
    let turn = 0;
    // Another text each time: answers to the last few texts are remembered.
    const matchMs = cpuMs(() => matches(text.slice(0, -1 - turn++) + text.slice(-1)), 12);
    return matchMs > matchMsMax || compileMs > compileMsMax
      ? [`${pattern}: ${matchMs.toFixed(1)} ms, compiled in ${compileMs.toFixed(1)} ms`]
      : [];
  });
  expect(slow).toEqual([]);
});

test("the patterns are evil: a backtracking engine does not come to an end with most of them", {
  timeout: 120_000,
}, () => {
  const context = createContext({});
  const stalled = evilPatterns.filter(({ pattern, text }) => {
    Object.assign(context, { pattern, text });
    try {
      new Script("new RegExp(pattern).test(text)").runInContext(context, { timeout: 20 });
      return false;
    } catch {
      return true;
    }
  });
  expect(stalled.length).toBeGreaterThan(100);
});

test("what only a backtracking engine can do is refused with what to do instead", () => {
  for (const pattern of ["(?=a)b", "(?<!a)b", "(a)\\1", "(?<x>a)\\k<x>"]) {
    const result = compilePattern(pattern);
    expect("problem" in result && result.problem).toMatch(/look-around and back-references do not exist/);
  }
});

test("a pattern and a text beyond their caps", () => {
  expect(compilePattern(`^(${"a".repeat(510)})`)).toHaveProperty("problem");
  expect(compilePattern(`(${"a".repeat(510)})`)).toHaveProperty("test");
  const long = compilePattern("b+$");
  expect("test" in long && long.test(`${"a".repeat(2_047)}b`)).toBe(true);
  expect("test" in long && long.test(`${"a".repeat(2_048)}b`)).toBe(false);
});
