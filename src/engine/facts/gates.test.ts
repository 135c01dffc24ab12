import { expect, test } from "vitest";
import { readTrace } from "#core";
import { createLanguage, createRuleSet, type Rule, type Subject } from "#policy";
import { createEngine } from "../guard.ts";
import { allFields } from "./fields/index.ts";
import { ruleVocabulary } from "./vocabulary.ts";

const language = createLanguage(ruleVocabulary);

/** Traffic that opens every gate, and some that opens none. */
const trace = `
  GET /shop 200 < sid=1
  GET /shop?page=12&size=500&q=%2e%2e%2f 200 > sid=1 "Accept: */*" "Accept-Language: en"
  GET /.env 404 > sid=7 sid=7 "X-Selenium: 1" "X-Client-IP: 10.0.0.1"
  GET /wp-login.php 404 "X-HTTP-Method-Override: DELETE" "Purpose: prefetch"
  #ann POST /login 401 > sid=1
  #bob POST /login 200 > sid=1 "Origin: https://x.example"
  #bob GET /account 200 "Accept: */*" "Accept-Language: en" "Accept-Encoding: gzip" "Sec-Fetch-Site: none"
  GET /app.css 200
  POST /signup?ref=1 200
  #bob POST /login 401
  #bob POST /login 401
  #bob POST /login 401
  #bob POST /login 401`;

/** Every limit that the index may look for: above the usual value of a field, or above nothing for what is counted. */
function conditions(): readonly string[] {
  const fields = allFields.flatMap((field): string[] => {
    if (field.type === "text" || field.usual === undefined) return [];
    if (field.type === "flag") return field.usual === 0 ? [field.name] : [];
    return [0.01, 1, 10].map((more) => `${field.name} >= ${(field.usual ?? 0) + more}`);
  });
  const counted = ["login", "signup", "product"].flatMap((tag) =>
    ["visits", "failures", "successes"].map((name) => `${name}("${tag}") >= 1`),
  );
  return [
    ...fields,
    ...counted,
    'count("login", "address", "10m") >= 1',
    'distinct("account", "address", "1h") >= 1.5',
  ];
}

test("the index finds by columns, sums and gates what asking one by one finds", () => {
  const engine = createEngine();
  const rules = conditions().map((when, i): Rule => {
    const condition = language.compile(when);
    return {
      name: `rule-${i}`,
      why: "",
      when,
      condition,
      does: { action: "log", options: {} },
      weight: 0,
      ttlMs: 0,
      mode: "watch",
      canary: 0,
      tags: [],
      applies: [],
    } as unknown as Rule;
  });
  const set = createRuleSet(rules, ruleVocabulary, 1);
  engine.facts.follow(set.reads);
  let found = 0;
  for (const exchange of readTrace(trace)) {
    const verdict = engine.inspect(exchange);
    const subject = engine.facts.subject(exchange, verdict);
    const fast = set.decide(subject).matched.map(({ when }) => when);
    const slow: Subject = {
      number: (place) => subject.number(place),
      text: (place) => subject.text(place),
      tags: subject.tags,
      signals: subject.signals,
      inList: () => undefined,
      canary: 0,
    };
    const asked = rules.filter(({ condition }) => condition.evaluate(slow) === 1).map(({ when }) => when);
    // Of a sub-resource only rules are asked that read something about one.
    if (subject.subResource === true) expect(asked).toEqual(expect.arrayContaining(fast));
    else expect(fast).toEqual(asked);
    found += fast.length;
    engine.observe(exchange);
  }
  expect(found).toBeGreaterThan(30);
});
