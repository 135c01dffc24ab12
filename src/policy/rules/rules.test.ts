import fc from "fast-check";
import { expect, test } from "vitest";
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
    { name: "score.total", type: "number", description: "score" },
  ],
  detectors: ["id-walk", "fixed-period"],
  tags: ["login", "checkout"],
};
const language = createLanguage(vocabulary);

function pack(text: string): readonly Rule[] {
  const result = readPack(text, "test.yaml", language);
  if ("problems" in result) throw new Error(JSON.stringify(result.problems));
  return result.rules;
}

function subject(
  values: { path?: string; numbers?: number[]; signals?: string[]; tags?: string[]; canary?: number } = {},
): Subject {
  return fixedSubject({
    texts: [values.path ?? "/"],
    numbers: Float64Array.from(values.numbers ?? [5, 0, 0]),
    tags: values.tags ?? [],
    signals: (values.signals ?? []).map((detector) => ({ detector, nats: 3 })),
    canary: values.canary ?? 0.5,
  });
}

const rules = pack(`
- name: partner
  why: The monitoring partner asks every minute.
  when: request.path == "/health"
  then: allow
  mode: enforce
- name: object-walk
  why: A walk through neighbouring ids reads the table, not the shop.
  when: '"id-walk" in signals'
  then: { block: { status: 404 } }
  mode: enforce
  ttl: 15m
- name: many-failures
  why: Nobody mistypes a password thirty times.
  when: session.failures >= 30
  then: throttle
  applies: [login]
  mode: canary
  canary: 0.25
- name: busy
  why: Only watched.
  when: session.requests > 3 && score.total >= 0
  then: block
- name: heavy
  why: Adds evidence.
  when: session.requests > 100
  weight: 1.5
  mode: enforce
`);
const set = createRuleSet(rules, vocabulary, 1);
const names = (found: readonly Rule[]): string[] => found.map((rule) => rule.name);

test("the first rule that may act acts, every match is noted, and what watches never acts", () => {
  const outcome = set.decide(subject({ path: "/health", signals: ["id-walk"] }));
  expect(outcome.acting?.name).toBe("partner");
  expect(names(outcome.matched)).toEqual(["partner", "object-walk", "busy"]);
  expect(set.decide(subject()).acting).toBeUndefined();
  expect(set.decide(subject({ signals: ["id-walk"] })).acting).toMatchObject({
    does: { action: "block", options: { status: 404 } },
    ttlMs: 900_000,
  });
});

test("a canary rule acts for its share of sessions and for its applications only", () => {
  const failing = { numbers: [1, 30, 0], tags: ["login"] };
  expect(set.decide(subject({ ...failing, canary: 0.2 })).acting?.name).toBe("many-failures");
  expect(set.decide(subject({ ...failing, canary: 0.3 })).acting).toBeUndefined();
  expect(names(set.decide(subject({ ...failing, tags: [] })).matched)).toEqual([]);
});

test("evidence rules are asked apart from acting rules", () => {
  expect(names(set.weigh(subject({ numbers: [101, 0, 0] })))).toEqual(["heavy"]);
  expect(names(set.weigh(subject()))).toEqual([]);
});

test("the index never loses a match, whatever the subject holds, and nothing throws", () => {
  const value = fc.oneof(fc.integer({ min: 0, max: 120 }), fc.constant(Number.NaN), fc.double());
  fc.assert(
    fc.property(
      fc.tuple(value, value, value),
      fc.subarray(["id-walk", "fixed-period", "unheard-of"]),
      fc.subarray(["login", "checkout", "x"]),
      fc.constantFrom("/health", "/", ""),
      (numbers, signals, tags, path) => {
        const asked = subject({ numbers, signals, tags, path });
        const slow = rules.filter(
          (rule) =>
            rule.does !== undefined &&
            (rule.applies.length === 0 || rule.applies.some((tag) => tags.includes(tag))) &&
            rule.condition.evaluate(asked) === 1,
        );
        expect(names(set.decide(asked).matched)).toEqual(names(slow));
        const weighing = rules.filter((rule) => rule.weight !== 0 && rule.condition.evaluate(asked) === 1);
        expect(names(set.weigh(asked))).toEqual(names(weighing));
        expect(names(set.matches(asked))).toEqual(names(rules.filter((rule) => [...slow, ...weighing].includes(rule))));
      },
    ),
    { numRuns: 2_000 },
  );
});

test("a signal that came twice matches a rule once", () => {
  const twice = subject({ signals: ["id-walk", "id-walk"] });
  expect(names(set.matches(twice))).toEqual(["object-walk", "busy"]);
  expect(names(set.decide(twice).matched)).toEqual(["object-walk", "busy"]);
});

test("what matches stands in the order of its pack, whichever way the index found it", () => {
  const list = Array.from(
    { length: 12 },
    (_, i) =>
      `- { name: r${i}, why: b, when: ${i % 2 === 0 ? "session.requests > 3" : "'\"id-walk\" in signals'"}, then: log }`,
  );
  const ordered = createRuleSet(pack(list.join("\n")), vocabulary, 1);
  const found = names(ordered.matches(subject({ signals: ["id-walk"] })));
  expect(found).toEqual(Array.from({ length: 12 }, (_, i) => `r${i}`));
  expect(names(ordered.matches(subject({ numbers: [0, 0, 0] })))).toEqual([]);
});

test("a broken index would be noticed", () => {
  const broken = createRuleSet(
    rules.map((rule) => (rule.name === "object-walk" ? { ...rule, mode: "retired" as const } : rule)),
    vocabulary,
    2,
  );
  expect(names(broken.decide(subject({ signals: ["id-walk"] })).matched)).not.toContain("object-walk");
});

const mistakes: readonly (readonly [text: string, place: string, said: RegExp])[] = [
  ["- name: a\n  why: b\n  wen: 'true'\n  then: block", "3:3", /no "wen"; did you mean "when"\?/],
  ["- name: a\n  why: b\n  when: session.reqests > 3\n  then: block", "3:17", /did you mean "session.requests"\?/],
  ["- name: a\n  why: b\n  when: 'session.reqests > 3'\n  then: block", "3:18", /did you mean "session.requests"\?/],
  ["- name: a\n  why: b\n  when: 'true'\n  then: blok", "4:9", /no action "blok"; did you mean "block"\?/],
  [
    "- name: a\n  why: b\n  when: 'true'\n  then: block\n  applies: [logn]",
    "5:12",
    /no tag "logn"; did you mean "login"\?/,
  ],
  [
    "- name: a\n  why: b\n  when: 'true'\n  then: { throttle: { perMinut: 3 } }",
    "4:23",
    /no option "perMinut"; did you mean "perMinute"\?/,
  ],
  [
    "- name: a\n  why: b\n  when: 'true'\n  then: { allow: { status: 3 } }",
    "4:20",
    /no option "status"; it has webhook, stick/,
  ],
  ["- name: a\n  why: b\n  when: 'true'\n  then: block\n  mode: enforced", "5:9", /did you mean "enforce"\?/],
  ["- name: a\n  why: b\n  when: 'true'\n  then: block\n  ttl: 15 minutes", "5:8", /such as 90s, 15m/],
  ["- name: a\n  why: b\n  when: 'true'", "1:3", /does nothing/],
  ["- name: a\n  why: b\n  when: score.total > 3\n  weight: 2", "3:9", /cannot read "score.total"/],
  ["- name: A b\n  why: b\n  when: 'true'\n  then: block", "1:9", /lower case words/],
  ["- name: a\n  when: 'true'\n  then: block", "1:3", /"why" must be a text; it is missing/],
  ["name: a", "1:1", /a pack is a list/],
  ["- name: [", "1:10", /./],
];

test.each(mistakes)("a mistake in a pack is reported where it stands: %j", (text, place, said) => {
  const result = readPack(text, "test.yaml", language);
  const problems = "problems" in result ? result.problems : [];
  expect(problems.map(({ line, column }) => `${line}:${column}`)).toContain(place);
  expect(problems.map(({ message }) => message).join("\n")).toMatch(said);
});

test("a session at the very edge of a canary's share is outside of it", () => {
  const set = createRuleSet(rules, vocabulary, 1);
  const at = (canary: number): string | undefined =>
    set.decide(subject({ numbers: [5, 30, 0], tags: ["login"], canary })).acting?.name;
  expect(at(0.249)).toBe("many-failures");
  expect(at(0.25)).toBeUndefined();
});

test("what matched one request is forgotten by the next", () => {
  const set = createRuleSet(
    pack('- { name: a, why: b, when: request.path == "/a", then: block, mode: enforce }'),
    vocabulary,
    1,
  );
  expect(set.decide(subject({ path: "/a" })).matched).toHaveLength(1);
  expect(set.decide(subject({ path: "/b" }))).toMatchObject({ acting: undefined, matched: [] });
});

test("as many rules as have a position are loaded, and not one more", () => {
  const [first] = rules;
  const many = (count: number): readonly Rule[] => Array.from({ length: count }, () => first as Rule);
  expect(createRuleSet(many(4_096), vocabulary, 1).rules).toHaveLength(4_096);
  expect(() => createRuleSet(many(4_097), vocabulary, 1)).toThrow(/at most 4096 rules/);
});

test("a tag of the site's own is asked for as it is written, and a mistaken action is told once", () => {
  expect(pack("- { name: a, why: b, when: 'true', then: block, applies: [internal-tools] }")[0]?.applies).toEqual([
    "internal-tools",
  ]);
  const result = readPack("- { name: a, why: b, when: 'true', then: blok }", "test.yaml", language);
  expect("problems" in result && result.problems.map(({ message }) => message)).toEqual([
    'there is no action "blok"; did you mean "block"?',
  ]);
});

test("the index looks for what ordinary requests fail, and finds what it must, whatever a text is worth", () => {
  const words: Vocabulary = {
    variables: [
      { name: "request.class", type: "text", description: "class", usualTexts: ["page"] },
      { name: "session.requests", type: "number", description: "requests", usual: 10 },
    ],
    detectors: [],
    tags: [],
  };
  const own = createLanguage(words);
  const read = readPack(
    `- { name: usual, why: b, when: 'request.class == "page" && session.requests >= 3', then: log }
- { name: empty, why: b, when: 'request.class == ""', then: log }
- { name: rare, why: b, when: 'request.class == "feed" && session.requests >= 1', then: log }`,
    "own.yaml",
    own,
  );
  if ("problems" in read) throw new Error(JSON.stringify(read.problems));
  const set = createRuleSet(read.rules, words, 1);
  const found = (text: string, requests: number): readonly string[] =>
    set.matches(fixedSubject({ texts: [text], numbers: [requests] })).map(({ name }) => name);
  expect([found("page", 3), found("page", 2), found("", 9), found("feed", 1)]).toEqual([
    ["usual"],
    [],
    ["empty"],
    ["rare"],
  ]);
});

test("what a page was asked about is not asked about the picture that follows it", () => {
  const set = createRuleSet(pack("- { name: busy, why: b, when: session.requests > 3, then: log }"), vocabulary, 1);
  const page = subject({ numbers: [5, 0, 0] });
  expect(set.matches(page).map(({ name }) => name)).toEqual(["busy"]);
  expect(set.matches({ ...page, subResource: true })).toEqual([]);
  expect(set.decide(page).matched.map(({ name }) => name)).toEqual(["busy"]);
  expect(set.decide({ ...page, subResource: true }).matched).toEqual([]);
});
