import fc from "fast-check";
import { expect, test } from "vitest";
import { createLanguage, createRuleSet, fixedSubject, type Rule, readPack, type Vocabulary } from "#policy";
import { createBacktest, type StoredFacts, storedKinds } from "./backtest.ts";
import { overLimit } from "./over-limit.ts";

const vocabulary: Vocabulary = {
  variables: [
    { name: "request.path", type: "text", description: "path" },
    { name: "session.requests", type: "number", description: "requests" },
    { name: "session.failures", type: "number", description: "failures" },
  ],
  detectors: ["id-walk"],
  tags: ["login"],
};
const layout = { texts: ["request.path"], numbers: ["session.requests", "session.failures"] };

function rulesOf(text: string): readonly Rule[] {
  const read = readPack(text, "t.yaml", createLanguage(vocabulary));
  if ("problems" in read) throw new Error(JSON.stringify(read.problems));
  return read.rules;
}

const rules = rulesOf(`
- { name: walk, why: b, when: '"id-walk" in signals', then: block, mode: enforce }
- { name: failing, why: b, when: session.failures > 2 && !(request.path == "/"), then: throttle, applies: [login] }
- { name: heavy, why: b, when: session.requests >= 10, weight: 1 }
`);

function stored(
  values: Partial<StoredFacts> & { readonly path?: string; readonly numbers?: Float64Array },
): StoredFacts {
  return {
    sequence: 1,
    at: 0,
    session: 1,
    actor: 1,
    kind: 4,
    subResource: false,
    canary: 0.5,
    share: 100,
    texts: [values.path ?? "/"],
    numbers: Float64Array.of(0, 0),
    tags: [],
    signals: [],
    ...values,
  };
}

const inList = (): boolean => false;

test("a backtest matches exactly what a run in watch mode matched, whatever was asked", () => {
  const value = fc.oneof(fc.nat(20), fc.constant(Number.NaN));
  const request = fc.record({
    session: fc.nat(8),
    kind: fc.nat(4),
    numbers: fc.tuple(value, value).map((both) => Float64Array.from(both)),
    path: fc.constantFrom("/", "/login"),
    tags: fc.subarray(["login"]),
    signals: fc.subarray(["id-walk"]).map((names) => names.map((detector) => ({ detector, nats: 2 }))),
  });
  fc.assert(
    fc.property(fc.array(request, { maxLength: 60 }), (requests) => {
      const shadow = createRuleSet(rules, vocabulary, 1);
      const matched = new Map(rules.map(({ name }) => [name, { requests: 0, sessions: new Set<number>() }]));
      const backtest = createBacktest({ rules, vocabulary, inList });
      const reader = backtest.reader(layout);
      for (const [i, one] of requests.entries()) {
        const row = stored({ ...one, texts: [one.path], sequence: i, actor: one.session });
        const subject = fixedSubject({ ...row, inList });
        for (const { name } of [...shadow.decide(subject).matched, ...shadow.weigh(subject)]) {
          const seen = matched.get(name);
          if (seen === undefined) continue;
          seen.requests++;
          seen.sessions.add(row.session);
        }
        reader.fact(row);
      }
      const report = backtest.report();
      expect(report.requests).toBe(requests.length);
      for (const { rule, requests: hits, sessions } of report.results) {
        expect({ hits, sessions }).toEqual({
          hits: matched.get(rule)?.requests,
          sessions: matched.get(rule)?.sessions.size,
        });
      }
    }),
    { numRuns: 300 },
  );
});

test("values that a segment was written without are unknown, not zero", () => {
  const backtest = createBacktest({
    rules: rulesOf("- { name: calm, why: b, when: session.failures < 3, then: block }"),
    vocabulary,
    inList,
  });
  backtest
    .reader({ texts: [], numbers: ["session.requests"] })
    .fact(stored({ texts: [], numbers: Float64Array.of(5) }));
  expect(backtest.report().results[0]?.requests).toBe(0);
});

test("what the origin would not have had to answer is added up", () => {
  const backtest = createBacktest({ rules, vocabulary, inList });
  const reader = backtest.reader(layout);
  reader.fact(stored({ sequence: 7, signals: [{ detector: "id-walk", nats: 3 }] }));
  reader.outcome({ sequence: 7, status: 200, bytes: 1_000, durationMs: 12 });
  reader.outcome({ sequence: 8, status: 200, bytes: 1_000, durationMs: 12 });
  expect(backtest.report().results[0]?.saved).toEqual({ requests: 1, bytes: 1_000, originMs: 12 });
});

test("a rule is over its limit from the first person too many, and says how many", () => {
  const limits = { humanShareMax: 0.001, falsePositivesPerDay: 1_000 };
  const human = storedKinds.indexOf("human");
  const run = (hit: number, of: number) => {
    const backtest = createBacktest({ rules, vocabulary, inList });
    const reader = backtest.reader(layout);
    for (let i = 0; i < of; i++) {
      const signals = i < hit ? [{ detector: "id-walk", nats: 3 }] : [];
      reader.fact(stored({ sequence: i, session: i, actor: i, kind: human, signals, at: i * 1_000 }));
    }
    const report = backtest.report();
    const [walk] = report.results;
    return walk === undefined ? undefined : overLimit(walk, report, limits);
  };
  expect(run(1, 1_000)).toBeUndefined();
  expect(run(2, 1_000)).toContain("2 of 1000 sessions of people (0.20 %)");
});
