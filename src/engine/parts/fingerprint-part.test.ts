import { describe, expect, test } from "vitest";
import { readTrace } from "#core";
import { dimensions, FingerprintBook, priorEdges } from "../fingerprint/index.ts";
import { createEngine } from "../index.ts";
import { pageSizeClass, parameterOrderClass } from "./parameter-habits.ts";

const start = Date.UTC(2026, 0, 5, 9);
const unique = (values: readonly number[]): number => new Set(values).size;

/** Dimensions that the sessions of a trace showed, in words. */
function shown(trace: string): readonly string[] {
  const seen: Float64Array[] = [];
  const before = FingerprintBook.prototype.see;
  FingerprintBook.prototype.see = function see(session) {
    seen.push(session.values.slice());
    before.call(this, session);
  };
  try {
    const engine = createEngine();
    for (const exchange of readTrace(trace, { start, application: "shop" })) {
      engine.inspect(exchange);
      engine.observe(exchange);
    }
    engine.sweep(start + 24 * 3_600_000);
  } finally {
    FingerprintBook.prototype.see = before;
  }
  expect(seen.length).toBeGreaterThan(0);
  return [...new Set(seen.flatMap((values) => words(values)))];
}

function words(values: Float64Array): string[] {
  return dimensions.flatMap(({ name, form }, d) => {
    const value = values[d] as number;
    if (Number.isNaN(value)) return [];
    return [form.kind === "category" ? `${name}: ${form.names[value]}` : name];
  });
}

describe("what a session's end shows", () => {
  test("reactions: who stops, who repeats, who waits and who goes on", () => {
    expect(shown("@1.2.3.4 GET /a 200\n+1 GET /secret 403")).toContain("after refusal: stops");
    expect(shown("@1.2.3.4 GET /secret 403\n+3 GET /secret 200")).toContain("after refusal: repeats");
    expect(shown("@1.2.3.4 GET /secret 403\n+3 GET /other/thing 200")).toContain("after refusal: goes on");
    expect(shown("@1.2.3.4 GET /list 429\n+5 GET /list 200")).toContain("after throttling: waits");
    expect(shown("@1.2.3.4 GET /list 429\n+0.2 GET /list 200")).toContain("after throttling: repeats");
    expect(shown("@1.2.3.4 GET /list 503\n+5 GET /list 200")).toContain("after server error: repeats");
    expect(shown("@1.2.3.4 GET /list 503")).toContain("after server error: stops");
  });

  test("retries: at once, after equal pauses, after growing ones", () => {
    const retries = (gaps: readonly number[]): readonly string[] =>
      shown(`@1.2.3.4 GET /list 503\n${gaps.map((gap) => `+${gap} GET /list 503`).join("\n")}`);
    expect(retries([0.3])).toContain("retry law: at once");
    expect(retries([5, 5, 5])).toContain("retry law: fixed");
    expect(retries([2, 4, 8, 16])).toContain("retry law: growing");
    expect(retries([5])).not.toContain("retry law: fixed");
  });

  test("where it entered, what it was after, and in what order it names parameters", () => {
    const api = shown("@1.2.3.4 GET /api/stock?sku=1&limit=50 200\n+1 GET /api/stock?sku=2&limit=50 200");
    expect(api).toEqual(expect.arrayContaining(["entry: api", "target: api", "parameter order", "page size"]));
    expect(shown("@1.2.3.4 GET / 200\n+5 POST /login 302")).toContain("target: login");
    expect(shown("@1.2.3.4 GET /robots.txt 200")).toContain("entry: well-known");
  });

  test("a clock: pages each whole second, each minute, or as people open them", () => {
    const every = (gap: number): string =>
      `@1.2.3.4 ${Array.from({ length: 12 }, (_, i) => `${i === 0 ? "" : `+${gap} `}GET /p/${"abcdefghijkl"[i]} 200`).join("\n")}`;
    expect(shown(every(2))).toContain("clock phase: second");
    expect(shown(every(60))).toContain("clock phase: minute");
    expect(shown(every(2.41))).toContain("clock phase: none");
  });

  test("identifiers that are walked are a walk", () => {
    const walk = Array.from({ length: 12 }, (_, i) => `${i === 0 ? "@1.2.3.4 " : "+1 "}GET /item/${100 + i} 200`);
    expect(shown(walk.join("\n"))).toEqual(expect.arrayContaining(["sweep order: walk", "slot swept"]));
    expect(shown("@1.2.3.4 GET /item/100 200")).toContain("sweep order: none");
  });

  test("nothing of it is presentation: another browser on another network that does the same shows the same", () => {
    const go = (agent: string, address: string): readonly string[] =>
      shown(`@${address} GET / 200 "User-Agent: ${agent}"\n+4 GET /b?x=1&y=2 200 "User-Agent: ${agent}"`);
    expect(go("curl/8.9", "1.2.3.4")).toEqual(go("Mozilla/5.0 (X11) Firefox/140", "5.6.7.8"));
  });
});

test("parameters are told apart by the order of their names, not by their values", () => {
  expect(parameterOrderClass("a=1&b=2")).toBe(parameterOrderClass("a=7&b=9"));
  const orders = ["a=1&b=2", "b=2&a=1", "page=1&sort=up", "sort=up&page=1", "q=&lang=de", "lang=de&q="];
  expect(unique(orders.map(parameterOrderClass))).toBeGreaterThan(3);
  expect(pageSizeClass("q=x&limit=50")).toBe(pageSizeClass("limit=50&q=y"));
  expect(pageSizeClass("limit=abc")).toBe(0);
  expect(pageSizeClass("unlimited=50")).toBe(0);
});

test("every quantity has edges to be cut at", () => {
  const edges = priorEdges();
  for (const [d, { form }] of dimensions.entries()) expect(edges[d] === null).toBe(form.kind !== "quantity");
});
