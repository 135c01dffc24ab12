import { Environment } from "@marcbachmann/cel-js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createLanguage } from "./language.ts";
import { ConditionProblem } from "./problem.ts";
import { fixedSubject, layoutOf, type Subject, type Truth, type Vocabulary } from "./vocabulary.ts";

const vocabulary: Vocabulary = {
  variables: [
    { name: "request.path", type: "text", description: "path" },
    { name: "request.method", type: "text", description: "method" },
    { name: "session.requests", type: "number", description: "requests" },
    { name: "session.ageSeconds", type: "number", description: "age" },
    { name: "session.cookies", type: "flag", description: "cookies came back" },
    { name: "kind", type: "text", description: "kind" },
  ],
  detectors: ["id-walk", "fixed-period"],
  tags: ["login", "checkout"],
  functions: [
    {
      name: "count",
      parameters: [
        { name: "event", words: ["login", "login.failed"] },
        { name: "key", words: ["session", "address"] },
      ],
      description: "events",
    },
  ],
};
const language = createLanguage(vocabulary);

function subject(
  values: Partial<{
    path: string;
    requests: number;
    age: number;
    cookies: number;
    signals: [string, number][];
    tags: string[];
  }> = {},
): Subject {
  return fixedSubject({
    texts: [values.path ?? "/orders/1", "GET", "automated"],
    numbers: Float64Array.of(values.requests ?? 5, values.age ?? Number.NaN, values.cookies ?? Number.NaN),
    tags: values.tags ?? ["login"],
    signals: (values.signals ?? [["id-walk", 2.5]]).map(([detector, nats]) => ({ detector, nats })),
    inList: (list, value) => list === "partners" && value === "/orders/1",
    canary: 0.5,
  });
}

const table: readonly (readonly [condition: string, expected: Truth])[] = [
  ["session.requests > 3", 1],
  ["session.requests > 3 && request.path.startsWith('/orders/')", 1],
  ["'id-walk' in signals && nats('id-walk') >= 2.5", 1],
  ["nats('fixed-period') > 0.0", 0],
  ["'login' in tags || 'checkout' in tags", 1],
  ["request.method in ['GET', 'HEAD']", 1],
  ["session.requests in [4.0, 5.0]", 1],
  ["re(request.path, '^/orders/[0-9]+$')", 1],
  ["inList('partners', request.path)", 1],
  ["kind == 'automated' ? session.requests == 5 : false", 1],
  ["size(request.path) == 9", 1],
  ["session.requests * 2.0 - 1.0 >= 9.0", 1],
  ["!(request.path.contains('admin'))", 1],
  // What was not observed is unknown, also under negation; only an outcome that does not depend on it is known.
  ["session.ageSeconds > 3", 2],
  ["!(session.ageSeconds > 3)", 2],
  ["session.ageSeconds != 3", 2],
  ["session.cookies", 2],
  ["!session.cookies", 2],
  ["session.ageSeconds > 3 || session.requests == 5", 1],
  ["session.ageSeconds > 3 && session.requests == 4", 0],
  ["known(session.ageSeconds)", 0],
  ["known(session.requests) && session.requests == 5", 1],
];

/** Every operator and form once where it holds and once where it does not: a mistake in any of them shows. */
const forms: readonly (readonly [condition: string, expected: Truth])[] = [
  ["kind == 'automated'", 1],
  ["kind == 'human'", 0],
  ["kind != 'automated'", 0],
  ["kind != 'human'", 1],
  ["kind < 'b'", 1],
  ["kind < 'automated'", 0],
  ["kind < 'a'", 0],
  ["kind >= 'automated'", 1],
  ["'a' == 'a'", 1],
  ["'checkout' in tags", 0],
  ["'fixed-period' in signals", 0],
  ["request.method in ['PUT']", 0],
  ["session.requests in [4.0]", 0],
  ["session.requests in [-5.0]", 0],
  ["-session.requests in [-5.0]", 1],
  ["session.ageSeconds in [4.0]", 2],
  ["re(request.path, '^/x')", 0],
  ["request.path.startsWith('orders')", 0],
  ["request.path.startsWith('/orders')", 1],
  ["request.path.endsWith('/1')", 1],
  ["request.path.endsWith('/orders')", 0],
  ["request.path.contains('orders')", 1],
  ["request.path.contains('2')", 0],
  ["inList('others', request.path)", 0],
  // Against what is worked out, and not against a literal: each comparison below, at and above its limit.
  ["session.requests == session.requests - 1.0", 0],
  ["session.requests == session.requests + 0.0", 1],
  ["session.requests == session.requests + 1.0", 0],
  ["session.requests == session.ageSeconds + 0.0", 2],
  ["session.requests != session.requests - 1.0", 1],
  ["session.requests != session.requests + 0.0", 0],
  ["session.requests != session.requests + 1.0", 1],
  ["session.requests != session.ageSeconds + 0.0", 2],
  ["session.requests < session.requests - 1.0", 0],
  ["session.requests < session.requests + 0.0", 0],
  ["session.requests < session.requests + 1.0", 1],
  ["session.requests < session.ageSeconds + 0.0", 2],
  ["session.requests <= session.requests - 1.0", 0],
  ["session.requests <= session.requests + 0.0", 1],
  ["session.requests <= session.requests + 1.0", 1],
  ["session.requests <= session.ageSeconds + 0.0", 2],
  ["session.requests > session.requests - 1.0", 1],
  ["session.requests > session.requests + 0.0", 0],
  ["session.requests > session.requests + 1.0", 0],
  ["session.requests > session.ageSeconds + 0.0", 2],
  ["session.requests >= session.requests - 1.0", 1],
  ["session.requests >= session.requests + 0.0", 1],
  ["session.requests >= session.requests + 1.0", 0],
  ["session.requests >= session.ageSeconds + 0.0", 2],
  ["kind <= 'a'", 0],
  ["kind <= 'automated'", 1],
  ["kind <= 'b'", 1],
  ["kind > 'a'", 1],
  ["kind > 'automated'", 0],
  ["kind > 'b'", 0],
  ["session.requests + 1.0 == 6.0", 1],
  ["session.requests - 1.0 == 4.0", 1],
  ["session.requests * 3.0 == 15.0", 1],
  ["session.requests / 2.0 == 2.5", 1],
  ["-session.requests == -5.0", 1],
  ["known(session.requests) == known(session.ageSeconds)", 0],
  ["known(session.requests) != known(session.ageSeconds)", 1],
  ["re(request.path, 'x') == re(request.path, 'y')", 1],
  // Unknown is neither, and stays exactly that through every operator.
  ["session.requests == 5 && session.ageSeconds > 3", 2],
  ["session.ageSeconds > 3 && session.requests == 5", 2],
  ["session.ageSeconds > 3 && session.ageSeconds > 4", 2],
  ["session.requests == 4 || session.ageSeconds > 3", 2],
  ["session.ageSeconds > 3 || session.requests == 4", 2],
  ["session.ageSeconds > 3 || session.ageSeconds > 4", 2],
  ["session.ageSeconds > 3 ? true : true", 2],
  ["session.requests == 5 ? session.ageSeconds > 3 : true", 2],
  ["(session.ageSeconds > 3) == (session.requests == 5)", 2],
  ["(session.requests == 5) == (session.ageSeconds > 3)", 2],
  ["(session.requests == 5) != (session.ageSeconds > 3)", 2],
  ["(session.ageSeconds > 3) == (session.ageSeconds > 3)", 2],
];

test.each(forms)("the form %s is %i", (condition, expected) => {
  expect(language.compile(condition).evaluate(subject())).toBe(expected);
});

test("flags compare by what they are", () => {
  const at = (condition: string, cookies: number): Truth => language.compile(condition).evaluate(subject({ cookies }));
  expect([at("session.cookies == true", 1), at("session.cookies == true", 0)]).toEqual([1, 0]);
  expect([at("session.cookies != true", 1), at("session.cookies != true", 0)]).toEqual([0, 1]);
  expect([at("session.cookies", 1), at("session.cookies", 0)]).toEqual([1, 0]);
});

test("a tag or detector that resembles none is refused without a guess", () => {
  expect(() => language.compile("'zzzzzzzzzz' in signals")).toThrow(/^there is no detector "zzzzzzzzzz"$/);
});

test.each(table)("%s is %i", (condition, expected) => {
  expect(language.compile(condition).evaluate(subject())).toBe(expected);
});

const mistakes: readonly (readonly [condition: string, said: RegExp, start: number])[] = [
  ["session.reqests > 3", /No such key: reqests; did you mean "session.requests"\?/, 8],
  ["sesion.requests > 3", /Unknown variable: sesion; did you mean "session/, 0],
  ["request.path == 1", /these do not go together: text == number/, 0],
  ["request.path.startWith('/a')", /startWith.*did you mean "startsWith"\?/, 0],
  ["session.requests > 3 and request.path == '/a'", /^write && for "and"$/, 21],
  ["session.requests > 3 or request.path == '/a'", /^write \|\| for "or"$/, 21],
  ["not (session.requests > 3)", /^write ! for "not"$/, 0],
  ["request.path = '/a'", /^write == to compare$/, 13],
  ["session.requests > 'a'", /^these do not go together: number > text/, 0],
  ["request.path == '/a' && session.requests", /&& and \|\| join what is true or false; this is a number/, 0],
  ["'id-wolk' in signals", /no detector "id-wolk"; did you mean "id-walk"\?/, 0],
  ["'logn' in tags", /no tag "logn"; did you mean "login"\?/, 0],
  ["request.path.matches('(a+)+$')", /write re\(text, "pattern"\)/, 0],
  ["re(request.path, '(?=a)')", /linear-time/, 17],
  ["session.requests + 1", /must be true or false/, 0],
  ["1 +", /Unexpected token/, 3],
  ["count('login.faild', 'address') > 1", /no event "login.faild"; did you mean "login.failed"\?/, 6],
  ["count('login') > 1", /No matching overload|no such overload|found no/i, 0],
  ["[1, 2].exists(x, x > 1)", /not in the rule language/, 0],
  // What the types allow and the subset does not is refused where it stands, never read as something else.
  ["kind == (true ? 'a' : 'b')", /not in the rule language/, 9],
  ["(true ? 'a' : 'b') == kind", /not in the rule language/, 1],
  ["kind in (true ? ['a'] : ['b'])", /not in the rule language/, 9],
  ["re(request.path + 'a', 'x')", /not in the rule language/, 3],
  ["re(request.path, request.method)", /expected a text in quotes here/, 17],
  ["re(request.path, kind)", /expected a text in quotes here/, 17],
  ["inList(kind, request.path)", /expected a text in quotes here/, 7],
  ["session.requests in [session.ageSeconds]", /expected a number here/, 21],
  ["known(request.path)", /not in the rule language/, 6],
  ["known(session.requests + 1.0)", /not in the rule language/, 6],
  ["session.cookies < true", /not in the rule language/, 0],
  ["request.path.size() == 3", /not in the rule language/, 0],
  ["request.path.indexOf('a') == 1", /not in the rule language/, 0],
  ["size([1, 2]) == 2", /not in the rule language/, 0],
  ["double('12') == 2.0", /not in the rule language/, 0],
];

test.each(mistakes)("%s is refused with its reason and place", (condition, said, start) => {
  try {
    language.compile(condition);
    expect.unreachable("the condition compiled");
  } catch (error) {
    expect(error).toBeInstanceOf(ConditionProblem);
    expect((error as ConditionProblem).message).toMatch(said);
    expect((error as ConditionProblem).start).toBe(start);
  }
});

test("what is observed evaluates exactly as the CEL library evaluates it", () => {
  const oracle = new Environment()
    .registerVariable({ name: "request", schema: { path: "string", method: "string" } })
    .registerVariable({ name: "session", schema: { requests: "double", ageSeconds: "double", cookies: "bool" } })
    .registerVariable("kind", "string");
  const leaf = fc.oneof(
    fc
      .tuple(
        fc.constantFrom("session.requests", "session.ageSeconds"),
        fc.constantFrom("==", "!=", "<", "<=", ">", ">="),
        fc.integer({ min: 0, max: 6 }),
      )
      .map(([v, op, n]) => `${v} ${op} ${n}.0`),
    fc.constantFrom(
      "session.cookies",
      "request.path.startsWith('/a')",
      "request.path.contains('b')",
      "request.method in ['GET', 'PUT']",
      "kind == 'human'",
      "true",
      "false",
    ),
  );
  const { condition } = fc.letrec<{ condition: string }>((tie) => ({
    condition: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaf,
      fc
        .tuple(tie("condition"), fc.constantFrom("&&", "||", "=="), tie("condition"))
        .map(([a, op, b]) => `(${a}) ${op} (${b})`),
      tie("condition").map((a) => `!(${a})`),
      fc.tuple(tie("condition"), tie("condition"), tie("condition")).map(([a, b, c]) => `(${a}) ? (${b}) : (${c})`),
    ),
  }));
  fc.assert(
    fc.property(
      condition,
      fc.integer({ min: 0, max: 6 }),
      fc.integer({ min: 0, max: 6 }),
      fc.boolean(),
      fc.constantFrom("/a", "/b", "/ab"),
      fc.constantFrom("GET", "POST"),
      fc.constantFrom("human", "automated"),
      (source, requests, age, cookies, path, method, kind) => {
        const numbers = Float64Array.of(requests, age, cookies ? 1 : 0);
        const ours = language.compile(source).evaluate(fixedSubject({ texts: [path, method, kind], numbers }));
        const theirs = oracle.evaluate(source, {
          request: { path, method },
          session: { requests, ageSeconds: age, cookies },
          kind,
        });
        expect(ours).toBe(theirs === true ? 1 : 0);
      },
    ),
    { numRuns: 500 },
  );
});

test("every combination of a function's words has a place of its own, behind the variables", () => {
  const places = ["session", "address"].flatMap((key) =>
    ["login", "login.failed"].map((event) => {
      const { evaluate, reads } = language.compile(`count('${event}', '${key}') == 7`);
      expect([...reads]).toEqual([`count(${event},${key})`]);
      return Array.from({ length: 7 }, (_, place) => place).filter((place) => {
        const numbers = new Float64Array(7);
        numbers[place] = 7;
        return evaluate(fixedSubject({ numbers })) === 1;
      });
    }),
  );
  expect(places.flat().sort()).toEqual([3, 4, 5, 6]);
  expect(layoutOf(vocabulary).numberCount).toBe(7);
});

test("no pattern and no input stalls a rule", () => {
  const evil = ["(a+)+$", "(a|a)*$", "(.*a){20}", "([a-zA-Z]+)*$", "(x+x+)+y"];
  for (const pattern of evil) {
    const { evaluate } = language.compile(`re(request.path, '${pattern}')`);
    expect([0, 1]).toContain(evaluate(subject({ path: `${"a".repeat(30_000)}!` })));
  }
});
