import { beforeAll, describe, expect, test } from "vitest";
import type { Rule } from "#policy";
import { packNames } from "../../src/app/policy/rule-files.ts";
import { type PackReport, readPacks, testRules } from "../../src/app/policy/trial/test-packs.ts";
import { type SessionMatches, simulateDays } from "./simulated-day.ts";

/** OWASP Automated Threats to Web Applications, all of them. */
const threats = Array.from({ length: 21 }, (_, i) => `OAT-${String(i + 1).padStart(3, "0")}`);

/**
 * Quantity must not hide quality: what is asked of the packs as a whole. One run of every trace and two simulated days feed
 * all of it.
 */
describe("the packs that come with Gait", () => {
  const rules: readonly Rule[] = readPacks(packNames());
  /** Traces and simulated sessions on which each rule fires. */
  const firesOn = new Map<string, Set<string>>(rules.map(({ name }) => [name, new Set()]));
  let report: Omit<PackReport, "packs">;
  let sessions: readonly SessionMatches[];

  beforeAll(() => {
    let traces = 0;
    report = testRules(rules, ({ matches }) => {
      traces++;
      for (const name of matches.keys()) firesOn.get(name)?.add(`trace ${traces}`);
    });
    sessions = simulateDays(rules, { people: 2_500, seed: 1 });
    for (const [index, { rules: matched }] of sessions.entries())
      for (const name of matched) firesOn.get(name)?.add(`session ${index}`);
  }, 600_000);

  test("every rule fires on its own traces and stays silent on its lookalikes", () => {
    const said = report.failures.map(({ file, place, rule, message }) => `${file}:${place.line}: ${rule}: ${message}`);
    expect(said).toEqual([]);
  });

  test("there are at least 300 rules, and at least five for each of the 21 automated threats", () => {
    expect(rules.length).toBeGreaterThanOrEqual(300);
    const scarce = threats.filter((threat) => rules.filter(({ tags }) => tags.includes(threat)).length < 5);
    expect(scarce).toEqual([]);
  });

  test("they only watch until somebody decides otherwise, and say why in a sentence", () => {
    for (const { name, mode, why, tags } of rules) {
      expect(`${name} ${mode}`).toBe(`${name} watch`);
      expect(why, name).toMatch(/^[A-Z].{30,}[.]$/s);
      expect(tags.length, name).toBeGreaterThan(0);
    }
  });

  test("they read at least 80 different features", () => {
    const features = new Set(rules.flatMap(({ condition }) => [...condition.reads]).map((read) => read.split("(")[0]));
    expect(features.size).toBeGreaterThanOrEqual(80);
  });

  test("no two rules are the same rule: none fires on nine tenths of what another fires on", () => {
    const twins = rules.flatMap(({ name }, i) =>
      rules.slice(i + 1).flatMap((other) => {
        const alike = jaccard(firesOn.get(name), firesOn.get(other.name));
        return alike >= 0.9 ? [`${name} and ${other.name}: ${alike.toFixed(2)}`] : [];
      }),
    );
    expect(twins).toEqual([]);
  });

  test("no rule fires on more honest sessions than its author says", () => {
    const honest = sessions.filter((session) => session.honest);
    expect(honest.length).toBe(2_500);
    const beyond = rules.flatMap(({ name, bound }) => {
      const hit = honest.filter(({ rules: matched }) => matched.has(name));
      const share = hit.length / honest.length;
      return share > bound
        ? [`${name}: ${hit.length} sessions, bound ${bound}: ${hit.map(({ who }) => who).join(", ")}`]
        : [];
    });
    expect(beyond).toEqual([]);
  });

  test("simulated attacks that no trace was written from are seen", () => {
    for (const attack of ["credential stuffing", "spraying", "catalogue enumeration"]) {
      const seen = sessions.filter(({ who }) => who === attack);
      const caught = seen.filter(({ rules: matched }) => matched.size > 0);
      expect(caught.length / seen.length, attack).toBeGreaterThan(0.5);
    }
  });
});

function jaccard(a: ReadonlySet<string> = new Set(), b: ReadonlySet<string> = new Set()): number {
  let both = 0;
  for (const one of a) if (b.has(one)) both++;
  const either = a.size + b.size - both;
  return either === 0 ? 0 : both / either;
}

test("no pack stops anybody with an answer that tells: each gives the application's own", () => {
  const telling = readPacks(packNames()).filter(
    ({ does }) => does !== undefined && ["block", "tarpit"].includes(does.action) && does.options.answer !== "app",
  );
  expect(telling.map(({ name }) => name)).toEqual([]);
});
