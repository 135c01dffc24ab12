import fc from "fast-check";
import { expect, test } from "vitest";
import { comparisons, type Part, textTests, writeCondition } from "./condition-tree.ts";
import { readCondition } from "./read-condition.ts";

const word = fc.constantFrom("session.requests", "client.country", "request.path", "cookies.returned", "score");
const text = fc
  .string({ maxLength: 12, unit: "binary-ascii" })
  .filter((one) => !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(one));

const leaf: fc.Arbitrary<Part> = fc.oneof(
  fc.record({
    kind: fc.constant("compare" as const),
    left: fc.oneof(
      fc.record({ kind: fc.constant("variable" as const), name: word }),
      fc.record({
        kind: fc.constant("call" as const),
        name: fc.constantFrom("count", "nats", "distinct"),
        words: fc.array(text, { minLength: 1, maxLength: 3 }),
      }),
    ),
    comparison: fc.constantFrom(...comparisons),
    right: fc.oneof(text, fc.integer({ min: -9_999, max: 9_999 }), fc.boolean(), fc.constantFrom(0.5, 2.25)),
  }),
  fc.record({ kind: fc.constant("member" as const), value: text, list: fc.constantFrom("signals", "tags") }),
  fc.record({ kind: fc.constant("test" as const), variable: word, test: fc.constantFrom(...textTests), value: text }),
  fc.record({ kind: fc.constant("pattern" as const), variable: word, pattern: text }),
  fc.record({ kind: fc.constant("listed" as const), list: text, variable: word }),
  fc.record({ kind: fc.constant("known" as const), variable: word }),
  fc.record({ kind: fc.constant("flag" as const), variable: word }),
  fc.constantFrom<Part>(
    { kind: "text", text: "session.requests + 3 > session.pages * 2" },
    { kind: "text", text: "a ? b : c" },
    { kind: "text", text: '[1, 2].exists(x, x == 2 || "||" == "(")' },
  ),
);

const tree: fc.Arbitrary<Part> = fc.letrec<{ part: Part }>((tie) => ({
  part: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    leaf,
    fc.record({ kind: fc.constant("not" as const), part: tie("part") }),
    fc.record({
      kind: fc.constant("group" as const),
      join: fc.constantFrom("&&" as const, "||" as const),
      parts: fc.array(tie("part"), { minLength: 2, maxLength: 4 }),
    }),
  ),
})).part;

test("400 rules survive the way from sentence to CEL and back without a loss", () => {
  fc.assert(
    fc.property(tree, (part) => {
      expect(readCondition(writeCondition(part))).toEqual(part);
    }),
    { numRuns: 400 },
  );
});

test.each([
  ["a && b || c", "(a && b) || c"],
  ["!a && b", "!(a) && b"],
  ['"id-walk" in signals&&size(session.accounts)==0', '"id-walk" in signals && (size(session.accounts)==0)'],
  ['session.requests>=8.5 && path.startsWith("/a\\"b")', 'session.requests >= 8.5 && path.startsWith("/a\\"b")'],
  ['count("login.failed", "address", "10m") > 5', 'count("login.failed", "address", "10m") > 5'],
  ["a ? b : c || d", "a ? b : c || d"],
  ["a // because\n&& b", "a // because\n&& b"],
  ["'single' == x", "'single' == x"],
])("%s is written as %s and means the same", (source, written) => {
  const part = readCondition(source);
  expect(writeCondition(part)).toBe(written);
  expect(readCondition(written)).toEqual(part);
});
