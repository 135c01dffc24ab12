import fc from "fast-check";
import { expect, test } from "vitest";
import { type Exchange, readTrace } from "#core";
import { createLanguage, createRuleSet, type Rule, type RuleSet, type Subject } from "#policy";
import type { Engine } from "../engine.ts";
import { createEngine } from "../guard.ts";
import { ruleVocabulary } from "./vocabulary.ts";

const language = createLanguage(ruleVocabulary);

/** What rules count: by session, in windows by key, and in sets; every one with a limit that traffic of this size reaches. */
const counted = [
  "session.requests",
  "session.pages",
  "session.notFound",
  "session.unauthorised",
  "session.writes",
  "session.paths",
  "session.endpoints",
  "session.perMinute",
  "session.kilobytesPerAnswer",
  "session.megabytes",
  "walk.sameUrl",
  "walk.sameEndpointRun",
  "walk.afterRefusal",
  'count("request", "address", "1m")',
  'count("page", "address", "10m")',
  'count("not-found", "subnet", "10m")',
  'count("login.failed", "address", "1h")',
  'count("login.failed", "account", "1h")',
  'count("login", "site", "10m")',
  'distinct("path", "address", "10m")',
  'distinct("account", "address", "1h")',
  'distinct("address", "account", "1h")',
  'distinct("agent", "subnet", "10m")',
  'visits("login")',
  'failures("login")',
] as const;

const rule = fc
  .record({
    what: fc.constantFrom(...counted),
    limit: fc.constantFrom(0, 0.5, 1, 2, 3, 5, 8, 13),
    and: fc.constantFrom("", ' && request.method == "POST"', " && session.pages == 0", " && !request.hasAccount"),
    applies: fc.constantFrom<readonly string[]>([], ["login"], ["product", "login"]),
  })
  .map(({ what, limit, and, applies }): Rule => {
    const when = `${what} >= ${limit.toFixed(1)}${and}`;
    const plain = {
      name: when,
      why: "",
      when,
      condition: language.compile(when),
      does: { action: "log", options: {} },
    };
    return { ...plain, weight: 0, ttlMs: 0, mode: "watch", canary: 0, tags: [], applies } as unknown as Rule;
  });

const lines = [
  "GET / 200",
  "GET /product/1 200",
  "GET /product/2 404",
  "GET /gone 404",
  "GET /a.css 200",
  "#ann POST /login 401",
  "#bob POST /login 401",
  "#bob POST /login 200",
  "POST /cart 403",
] as const;

interface Step {
  readonly ip: number;
  readonly later: string;
  readonly line: string;
}

/** Traffic that does the same few things again and again, in sessions that end and begin. */
const steps: fc.Arbitrary<readonly Step[]> = fc.subarray([...lines], { minLength: 1, maxLength: 3 }).chain((some) =>
  fc.array(
    fc.record({
      ip: fc.integer({ min: 1, max: 2 }),
      later: fc.constantFrom("0.2", "0.2", "3", "70", "9000"),
      line: fc.constantFrom(...some),
    }),
    { minLength: 20, maxLength: 80 },
  ),
);

function traffic(list: readonly Step[]): readonly Exchange[] {
  return readTrace(list.map(({ ip, later, line }) => `+${later} @198.51.100.${ip} ${line}`).join("\n"));
}

/** Every rule asked one by one, without index, columns, alarms and gates. */
function askedOneByOne(rules: readonly Rule[], subject: Subject): readonly string[] {
  const plain: Subject = {
    number: (place) => subject.number(place),
    text: (place) => subject.text(place),
    tags: subject.tags,
    signals: subject.signals,
    inList: () => undefined,
    canary: 0,
  };
  return rules
    .filter(({ applies }) => applies.length === 0 || applies.some((tag) => subject.tags.includes(tag)))
    .filter(({ condition }) => condition.evaluate(plain) === 1)
    .map(({ name }) => name);
}

function found(engine: Engine, set: RuleSet, exchange: Exchange): { fast: readonly string[]; slow: readonly string[] } {
  const subject = engine.facts.subject(exchange, engine.inspect(exchange));
  const fast = set.matches(subject).map(({ name }) => name);
  return { fast, slow: subject.subResource === true ? fast : askedOneByOne(set.rules, subject) };
}

test("whatever rules and traffic come, the index finds what asking every rule finds, also when answers and rules come late", () => {
  let matches = 0;
  fc.assert(
    fc.property(
      fc.uniqueArray(rule, { minLength: 4, maxLength: 24, selector: ({ name }) => name }),
      steps,
      fc.nat({ max: 3 }),
      (rules, list, delay) => {
        const engine = createEngine({
          limits: { sessionsMax: 64, clientsMax: 64, factKeysMax: 64, factAccountsMax: 64 },
        });
        const sets = [rules.slice(0, 2), rules].map((some) => createRuleSet(some, ruleVocabulary, 1));
        const waiting: Exchange[] = [];
        for (const [i, exchange] of traffic(list).entries()) {
          const set = sets[i < list.length / 2 ? 0 : 1] as RuleSet;
          if (i === 0 || i === Math.ceil(list.length / 2)) engine.facts.follow(set.reads);
          const { fast, slow } = found(engine, set, exchange);
          expect(fast.toSorted()).toEqual(slow.toSorted());
          matches += fast.length;
          waiting.push(exchange);
          if (waiting.length > delay) engine.observe(waiting.shift() as Exchange);
        }
      },
    ),
    { numRuns: 80 },
  );
  expect(matches).toBeGreaterThan(500);
});
