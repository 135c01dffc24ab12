import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addResponsibilities, orderEvidence, updateOrder } from "./order-posterior.ts";
import {
  createOrderJar,
  type OrderJar,
  type OrderRule,
  orderRuleCount,
  orderRules,
  ruleExplains,
} from "./order-rules.ts";

type Cookie = readonly [name: string, path: string, domain: string, created: number, changed: number];

function jarOf(cookies: readonly Cookie[]): OrderJar {
  const jar = createOrderJar();
  for (const [name, path, domain, created, changed] of cookies) {
    jar.names.push(name);
    jar.paths.push(path);
    jar.domains.push(domain);
    jar.created.push(created);
    jar.changed.push(changed);
    jar.count++;
  }
  return jar;
}

const host = "www.shop.example";
const jar = jarOf([
  ["session", "/", host, 0, 4],
  ["zz", "/", ".shop.example", 1, 1],
  ["aa", "/account", host, 2, 2],
  ["mid", "/zebra", host, 3, 3],
]);

const byName = (names: string): Uint8Array => Uint8Array.from(names.split(" "), (name) => jar.names.indexOf(name));

describe("each rule accepts its own order and no other", () => {
  const orders: Readonly<Record<Exclude<OrderRule, "arbitrary">, string>> = {
    chromium: "aa mid zz session",
    rfc: "aa mid session zz",
    libcurl: "aa mid session zz",
    go: "mid aa session zz",
    cpython: "aa mid session zz",
    alphabetical: "aa mid session zz",
    insertion: "session zz aa mid",
  };
  test.each(Object.entries(orders))("%s", (name, order) => {
    const rule = orderRules.indexOf(name as OrderRule);
    expect(ruleExplains(rule, jar, byName(order), 4)).toBe(true);
    expect(ruleExplains(rule, jar, byName(order).reverse(), 4)).toBe(false);
  });

  test("chromium moves a rotated cookie to the end, rfc does not", () => {
    expect(ruleExplains(orderRules.indexOf("chromium"), jar, byName("session zz"), 2)).toBe(false);
    expect(ruleExplains(orderRules.indexOf("rfc"), jar, byName("session zz"), 2)).toBe(true);
  });

  test("libcurl puts the longer domain, then the longer name, then the newer cookie first", () => {
    const curl = jarOf([
      ["aa", "/", host, 0, 0],
      ["bb", "/", host, 1, 1],
      ["long", "/", host, 2, 2],
      ["x", "/", ".shop.example", 3, 3],
    ]);
    expect(ruleExplains(orderRules.indexOf("libcurl"), curl, Uint8Array.of(2, 1, 0, 3), 4)).toBe(true);
    expect(ruleExplains(orderRules.indexOf("libcurl"), curl, Uint8Array.of(2, 0, 1, 3), 4)).toBe(false);
  });

  test("cpython groups by the domain it met first", () => {
    const python = jarOf([
      ["a", "/", host, 0, 0],
      ["b", "/", ".shop.example", 1, 1],
      ["c", "/", host, 2, 2],
    ]);
    expect(ruleExplains(orderRules.indexOf("cpython"), python, Uint8Array.of(0, 2, 1), 3)).toBe(true);
    expect(ruleExplains(orderRules.indexOf("cpython"), python, Uint8Array.of(0, 1, 2), 3)).toBe(false);
  });
});

test("every rule but arbitrary accepts exactly one order of a jar", () => {
  const cookie = fc.record({
    name: fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 3 }),
    path: fc.constantFrom("/", "/a", "/b", "/aa"),
    domain: fc.constantFrom("h.example", ".h.example", ".example"),
  });
  fc.assert(
    fc.property(fc.uniqueArray(cookie, { minLength: 3, maxLength: 4, selector: ({ name }) => name }), (cookies) => {
      const held = jarOf(cookies.map(({ name, path, domain }, i) => [name, path, domain, i, cookies.length - i]));
      const orders = permutations(cookies.map((_, i) => i));
      for (let rule = 0; rule < orderRuleCount - 1; rule++) {
        const accepted = orders.filter((order) => ruleExplains(rule, held, Uint8Array.from(order), order.length));
        expect(accepted).toHaveLength(1);
      }
    }),
    { numRuns: 50 },
  );
});

function permutations(items: readonly number[]): number[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item) => permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]));
}

describe("the posterior", () => {
  const flat = new Float32Array(orderRuleCount).fill(1 / orderRuleCount);
  const look = (order: string, sizeBefore = 0) => {
    const sent = byName(order);
    return { jar, order: sent, length: sent.length, sizeBefore };
  };

  test("one order of four cookies all but excludes the rules that predict another", () => {
    const logs = new Int16Array(orderRuleCount);
    expect(updateOrder(logs, 0, look("aa mid zz session"))).toBe(1);
    const shares = new Float32Array(orderRuleCount);
    addResponsibilities(logs, 0, { weights: flat, into: shares, amount: 1 });
    expect(shares[orderRules.indexOf("chromium")]).toBeGreaterThan(0.9);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 4);
  });

  test("an order that nobody predicts leaves only arbitrary", () => {
    const logs = new Int16Array(orderRuleCount);
    expect(updateOrder(logs, 0, look("zz mid session aa"))).toBe(0);
    const shares = new Float32Array(orderRuleCount);
    addResponsibilities(logs, 0, { weights: flat, into: shares, amount: 1 });
    expect(shares[orderRules.indexOf("arbitrary")]).toBeGreaterThan(0.9);
  });

  test("the evidence against the browsers' mixture saturates at the share of honest oddities", () => {
    const logs = new Int16Array(orderRuleCount);
    const browsers = Float32Array.from(orderRules, (rule) =>
      rule === "chromium" ? 0.985 : rule === "arbitrary" ? 0.015 : 0,
    );
    for (let i = 0; i < 50; i++) updateOrder(logs, 0, look("zz mid session aa", i === 0 ? 0 : 4));
    const odd = Float32Array.from(orderRules, (rule) => (rule === "arbitrary" ? 1 : 0));
    expect(orderEvidence(logs, 0, odd) - orderEvidence(logs, 0, browsers)).toBeLessThan(4.3);
  });

  test("log-likelihoods stay within their sixteen bits", () => {
    const logs = new Int16Array(orderRuleCount);
    for (let i = 0; i < 500; i++) updateOrder(logs, 0, look("zz mid session aa", 4));
    expect(Math.min(...logs)).toBe(-32_000);
  });
});
