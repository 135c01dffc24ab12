import fc from "fast-check";
import { expect, test } from "vitest";
import type { Action } from "#core";
import { createLanguage } from "../language/language.ts";
import { fixedSubject, type Subject, type Vocabulary } from "../language/vocabulary.ts";
import { readPack } from "./read-pack.ts";
import type { Rule } from "./rule.ts";
import { createRuleSet } from "./rule-set.ts";

const vocabulary: Vocabulary = {
  variables: [
    { name: "request.path", type: "text", description: "path" },
    { name: "session.requests", type: "number", description: "requests" },
    { name: "session.failures", type: "number", description: "failures" },
    { name: "request.isWrite", type: "flag", description: "write" },
  ],
  detectors: ["id-walk"],
  tags: ["login"],
};
const language = createLanguage(vocabulary);
const actions: readonly Action[] = [
  "allow",
  "tag",
  "log",
  "throttle",
  "step-up",
  "hold",
  "challenge",
  "deceive",
  "tarpit",
  "route",
  "block",
];

/** Fewer where each of many mutants of the evaluator is tried. */
const randomRules = Number(process.env.GAIT_RANDOM_RULES ?? 20_000);

const leaf = fc.constantFrom(
  "session.requests > 3",
  "session.failures != 2",
  "session.requests / session.failures < 1.0",
  "request.isWrite",
  'request.path == "/a"',
  're(request.path, "^/(a|b)+$")',
  '"id-walk" in signals',
  'nats("id-walk") >= 1.0',
  '"login" in tags',
  "known(session.failures)",
  'inList("here", request.path)',
);
const condition = fc.letrec<{ readonly any: string }>((tie) => ({
  any: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.tuple(tie("any"), tie("any")).map(([a, b]) => `(${a} && ${b})`),
    fc.tuple(tie("any"), tie("any")).map(([a, b]) => `(${a} || ${b})`),
    tie("any").map((a) => `!(${a})`),
    fc.tuple(tie("any"), tie("any"), tie("any")).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
  ),
})).any;

/** What a list can be when a rule asks: there, gone, switched off, or failing under the rule. */
const listState = fc.constantFrom("there", "missing", "disabled", "killed");

function lookup(state: string): Subject["inList"] {
  return (list, value) => {
    if (list === "here") return value === "/a";
    if (state === "killed") throw new Error("the list's process was killed");
    return state === "there" ? value === "/a" : undefined;
  };
}

const field = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constant(Number.NaN), fc.constant(Number.POSITIVE_INFINITY));
const subjects = fc.record({
  texts: fc.tuple(fc.constantFrom("/a", "/b", "", "ü".repeat(3_000))),
  numbers: fc.tuple(field, field, fc.constantFrom(0, 1, Number.NaN)),
  tags: fc.subarray(["login", "x"]),
  signals: fc.subarray(["id-walk", "unheard-of"]).map((names) => names.map((detector) => ({ detector, nats: 2 }))),
  canary: fc.double({ min: 0, max: 1, noNaN: true }),
});

function ruleOf(when: string, action: Action): Rule {
  const read = readPack(
    JSON.stringify([{ name: "asks", why: "b", when, mode: "enforce", ...does(action) }]),
    "t.yaml",
    language,
  );
  if ("problems" in read) throw new Error(JSON.stringify(read.problems));
  return read.rules[0] as Rule;
}

const key = "then";
const does = (action: Action): object => ({ [key]: action });

test("20,000 rules of every kind and action, on lists that are gone and fields that are null, never throw", () => {
  let matched = 0;
  fc.assert(
    fc.property(condition, fc.constantFrom(...actions), listState, subjects, (when, action, state, values) => {
      const set = createRuleSet([ruleOf(`${when} || inList("asked", request.path)`, action)], vocabulary, 1);
      const outcome = set.decide(fixedSubject({ ...values, inList: lookup(state) }));
      if (outcome.acting !== undefined) matched++;
    }),
    { numRuns: randomRules },
  );
  expect(matched).toBeGreaterThan(randomRules / 10);
}, 180_000);

test("a rule that hangs on a list that is gone decides as if it were not there, whichever way it asks", () => {
  const gone = fc.constantFrom("missing", "disabled", "killed");
  const ask = fc.constantFrom('inList("asked", request.path)', '!inList("asked", request.path)');
  fc.assert(
    fc.property(condition, ask, fc.constantFrom(...actions), gone, subjects, (when, asked, action, state, values) => {
      const set = createRuleSet([ruleOf(`(${when}) && ${asked}`, action)], vocabulary, 1);
      const outcome = set.decide(fixedSubject({ ...values, inList: lookup(state) }));
      expect(outcome).toMatchObject({ acting: undefined, matched: [] });
    }),
    { numRuns: randomRules / 4 },
  );
});

test("a field that was not observed makes no rule match, not even one that asks for its absence by comparing", () => {
  for (const when of [
    "session.failures > 2",
    "session.failures <= 2",
    "session.failures != 2",
    "!(session.failures == 2)",
    "!request.isWrite",
  ]) {
    const set = createRuleSet([ruleOf(when, "block")], vocabulary, 1);
    expect(set.decide(fixedSubject({ texts: ["/"], numbers: [1] })).matched).toEqual([]);
    expect(set.decide(fixedSubject({ texts: ["/"], numbers: [1, 1, 0] })).matched.length).toBe(
      when === "session.failures > 2" ? 0 : 1,
    );
  }
});
