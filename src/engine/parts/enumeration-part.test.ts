import { expect, test } from "vitest";
import { createRandom, type Random, readTrace } from "#core";
import type { Engine } from "../engine.ts";
import { testEngine } from "../testdata/rows.ts";

const start = Date.UTC(2026, 0, 5, 9);
const catalogue = 3_000;
const popular = (random: Random): number => 100_000 + Math.floor(catalogue ** random()) - 1;
const web = (sku: number): string => `GET /api/stock?sku=${sku} 200`;
const mobile = (sku: number): string => `GET /mobile/v2/availability/${sku} 200`;

function feed(engine: Engine, trace: string, at: number): readonly { readonly requests: number }[] {
  let said: readonly { readonly requests: number }[] = [];
  for (const exchange of readTrace(trace, { start: at })) {
    const { signals } = engine.inspect(exchange);
    said = signals
      .filter(({ detector }) => detector === "catalogue-sweep")
      .map(({ evidence }) => ({ requests: Number(evidence.requests) }));
    engine.observe(exchange);
  }
  return said;
}

/** An application whose people ask for what is popular, on the web and some by the app. */
function taught(): Engine {
  const engine = testEngine();
  const random = createRandom(4);
  for (let person = 0; person < 1_500; person++) {
    const ask = person % 4 === 0 ? mobile : web;
    const lines = Array.from({ length: 4 }, () => `+20 ${ask(popular(random))}`).join("\n");
    feed(engine, `@10.${person >> 8}.${person & 255}.1 GET / 200\n${lines}`, start + person * 500);
  }
  return engine;
}

test("a scraper that leaves the web's interface for the app's goes on with the same enumeration", () => {
  const engine = taught();
  const random = createRandom(9);
  const rare = (): number => 100_000 + Math.floor(random() * catalogue);
  const agent = `"User-Agent: tool/1.0"`;
  const sweep = (ask: (sku: number) => string, count: number): string =>
    Array.from({ length: count }, () => `+30 @203.0.113.9 ${ask(rare())} ${agent}`).join("\n");
  const at = start + 3_600_000;
  const before = feed(engine, sweep(web, 30), at);
  expect(before).toMatchObject([{ requests: 30 }]);
  const after = feed(engine, sweep(mobile, 1), at + 31 * 30_000);
  expect(after).toMatchObject([{ requests: 31 }]);
});
