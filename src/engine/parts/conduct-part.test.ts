import { describe, expect, test } from "vitest";
import { readTrace, type Signal } from "#core";
import type { Engine } from "../engine.ts";
import { engineAfter, peopleTrace, personTrace, testEngine } from "../testdata/rows.ts";

const page = (path: string, wait: number, referer = ""): string =>
  `+${wait} GET ${path} 200${referer === "" ? "" : ` "Referer: https://shop.example${referer}"`}`;

/** What the last request of one session is told about how its steps are made. */
function tells(trace: string, engine: Engine = testEngine()): readonly Signal[] {
  const exchanges = readTrace(trace);
  let signals: readonly Signal[] = [];
  for (const exchange of exchanges) {
    signals = engine.inspect(exchange).signals;
    engine.observe(exchange);
  }
  return signals.filter(({ group }) => group === "conduct");
}

const names = (trace: string, engine?: Engine): readonly string[] =>
  tells(trace, engine).map(({ detector }) => detector);
const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join("\n");

/** Parts of a page with durations: in turn, or all at once. */
const parts = (count: number, gap: number, kind: "css" | "jpg"): string =>
  lines(
    count,
    (i) =>
      `+${gap} GET /static/${i}.${kind} 200 "Referer: https://shop.example/" "<Duration-Ms: 60" "<Content-Type: ${kind === "css" ? "text/css" : "image/jpeg"}"`,
  );

const walk = (count: number): string =>
  lines(count, (i) => page(`/product/${i + 1}`, 20 + i, i === 0 ? "/" : `/product/${i}`));

describe("each tell speaks of what agents do, and not of what people do", () => {
  const cases: readonly (readonly [tell: string, agent: string, person: string])[] = [
    ["text-versions", `GET /llms.txt 200\n${page("/docs", 5)}`, `GET / 200\n${page("/docs", 5)}`],
    ["text-versions", `GET / 200\n${page("/docs/start.md", 5)}`, `GET / 200\n+40 GET /robots.txt 200\n${page("/", 5)}`],
    [
      "dwell-follows-length",
      `GET / 200\n${lines(9, (i) => `+${2 * (1 + ((i + 2) % 3))} GET /p/${i} 200 "<Content-Length: ${9_000 * (1 + (i % 3))}"`)}\n${page("/end", 2)}`,
      `GET / 200\n${lines(9, (i) => `+${[9, 31, 4, 17, 8, 44, 3, 12, 6][i]} GET /p/${i} 200 "<Content-Length: ${9_000 * (1 + (i % 3))}"`)}\n${page("/end", 20)}`,
    ],
    ["straight-walk", `GET / 200\n${walk(10)}`, `GET / 200\n${walk(9)}\n${page("/product/40", 9, "/product/3")}`],
    [
      "unlinked-tabs",
      `GET / 200\n${lines(4, (i) => page(`/list/${i}`, 0.3))}`,
      `GET / 200\n${lines(4, (i) => page(`/list/${i}`, 0.3, "/"))}`,
    ],
    [
      "form-haste",
      `GET /contact 200\n+0.4 POST /contact 200 "Content-Length: 400" "Referer: https://shop.example/contact"`,
      `GET /contact 200\n+24 POST /contact 200 "Content-Length: 400" "Referer: https://shop.example/contact"`,
    ],
    [
      "form-haste",
      `GET /a 200\n+0.4 POST /a 200 "Content-Length: 400"`,
      `GET /a 200\n+0.4 POST /like 200 "Content-Length: 20"`,
    ],
    ["parts-in-turn", `GET / 200\n${parts(13, 0.08, "jpg")}`, `GET / 200\n${parts(13, 0.01, "jpg")}`],
    [
      "pictures-never",
      `GET / 200\n${parts(9, 0.01, "css")}`,
      `GET / 200\n${parts(9, 0.01, "css")}\n${parts(1, 0.01, "jpg")}\n${page("/", 9)}`,
    ],
    [
      "search-by-address",
      `GET / 200\n${lines(3, (i) => page(`/search?q=a${i}`, 9))}`,
      `GET / 200\n${lines(3, (i) => page(`/search?q=a${i}`, 9, "/"))}`,
    ],
  ];
  for (const [index, [tell, agent, person]] of cases.entries()) {
    test(`${tell} (${index + 1})`, () => {
      expect(names(agent)).toContain(tell);
      expect(names(person)).not.toContain(tell);
    });
  }
});

describe("what agents do is conduct, and conduct alone convicts nobody", () => {
  const everything = `GET /llms.txt 200
${page("/docs/a.md", 4)}
${parts(14, 0.08, "css")}
${lines(4, (i) => page(`/search?q=${i}`, 0.4))}
${walk(12)}
+0.4 POST /contact 200 "Content-Length: 400"`;

  test("all tells at once stay within their group", () => {
    const engine = engineAfter(peopleTrace);
    const exchanges = readTrace(everything, { start: Date.UTC(2026, 0, 7) });
    let kind = "";
    for (const exchange of exchanges) {
      kind = engine.inspect(exchange).kind;
      engine.observe(exchange);
    }
    expect(tells(everything, engine).length).toBeGreaterThan(3);
    const { signals, score } = engine.inspect(exchanges.at(-1) as (typeof exchanges)[number]);
    const said = signals.filter(({ group }) => group === "conduct").reduce((sum, { nats }) => sum + nats, 0);
    expect(said).toBeGreaterThan(3);
    expect(score.behaviour).toBeLessThan(100);
    expect(kind).not.toBe("verified-agent");
  });

  test("what most visitors of a site do says nothing there", () => {
    const said = (engine: Engine): number => {
      let nats = 0;
      for (const exchange of readTrace(`GET / 200\n${walk(12)}`, { start: Date.UTC(2026, 1, 2) })) {
        const { signals } = engine.inspect(exchange);
        engine.observe(exchange);
        nats = signals.find(({ detector }) => detector === "straight-walk")?.nats ?? 0;
      }
      return nats;
    };
    const funnel = testEngine();
    for (let person = 0; person < 400; person++) {
      const start = Date.UTC(2026, 0, 6) + person * 3_600_000;
      for (const exchange of readTrace(personTrace(person, 12), { start })) funnel.exchange(exchange);
    }
    funnel.sweep(Date.UTC(2026, 1, 1));
    expect(said(testEngine())).toBeGreaterThan(0.5);
    expect(said(funnel)).toBeLessThan(0.35);
  });
});
