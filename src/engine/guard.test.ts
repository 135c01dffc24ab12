import { expect, test } from "vitest";
import { type Exchange, readTrace } from "#core";
import type { ClientView, Engine } from "./engine.ts";
import { createEngine } from "./guard.ts";

const small = { sessionsMax: 1024, clientsMax: 1024, addressesMax: 1024, pathCacheMax: 1024 };

function engineAfter(trace: string | readonly Exchange[]): Engine {
  const engine = createEngine({ limits: small });
  for (const exchange of typeof trace === "string" ? readTrace(trace) : trace) engine.exchange(exchange);
  return engine;
}

interface Row {
  readonly ip: string;
  readonly requests: number;
  readonly kind: string;
  readonly total: number;
  readonly detectors: readonly string[];
}

function rows(engine: Engine): Row[] {
  return Array.from(engine.clients(), (view: ClientView) => {
    const verdict = view.verdict();
    return {
      ip: view.ip,
      requests: view.requests,
      kind: verdict.kind,
      total: verdict.score.total,
      detectors: verdict.signals.map((signal) => signal.detector),
    };
  });
}

/** A person who reads pages, loads what they need and follows links. */
function person(number: number): string {
  const address = `@198.51.100.${number} `;
  const lines: string[] = [`${address}GET / 200`];
  let referer = "https://shop.example/";
  lines.push(`+0.2 GET /static/site.css 200 "Referer: ${referer}"`, `+0.1 GET /img/logo.png 200 "Referer: ${referer}"`);
  for (let page = 0; page < 5; page++) {
    const path = `/product/${(number * 37 + page * 101) % 500}`;
    lines.push(`+${8 + ((number * 7 + page * 13) % 40)} GET ${path} 200 "Referer: ${referer}"`);
    referer = `https://shop.example${path}`;
    lines.push(`+0.3 GET /img/${number}-${page}.jpg 200 "Referer: ${referer}"`);
  }
  return lines.join("\n");
}

const people: string = Array.from({ length: 30 }, (_, i) => person(i + 1)).join("\n\n");

test("people who load pages fully and follow links are taken for people", () => {
  const judged = rows(engineAfter(people));
  expect(judged).toHaveLength(30);
  for (const row of judged) expect(row).toMatchObject({ kind: "human", requests: 13 });
});

test("a reader of pages only, on a site whose people load parts, is automated and says why", () => {
  const scraper = Array.from({ length: 20 }, (_, i) => `+4 GET /product/${(i * 7919) % 1000} 200`).join("\n");
  const judged = rows(engineAfter(`${people}\n\n@203.0.113.9 ${scraper.slice(3)}`));
  const found = judged.find((row) => row.ip === "203.0.113.9");
  expect(found?.kind).toBe("automated");
  expect(found?.detectors).toEqual(expect.arrayContaining(["missing-subresources", "referer-closure"]));
});

test("a single visit is never automated, and an application without assets says nothing about their absence", () => {
  expect(rows(engineAfter(`${people}\n\n@203.0.113.9 GET /product/5 200`)).at(-1)?.kind).toBe("unknown");
  const api = Array.from(
    { length: 40 },
    (_, i) => `+3 GET /api/items 200 "<Content-Type: application/json"${i < 0 ? "" : ""}`,
  );
  expect(rows(engineAfter(api.join("\n"))).at(-1)?.kind).toBe("unknown");
});

test("inspect judges from the first request on, before any answer", () => {
  const engine = createEngine({ limits: small });
  const [exchange] = readTrace("GET / 200");
  if (exchange === undefined) throw new Error("the trace holds one exchange");
  const verdict = engine.inspect(exchange);
  engine.observe(exchange);
  expect(verdict).toMatchObject({ kind: "unknown", action: "allow", basis: "none", certifiedFpr: null });
  expect(verdict.reference).toBe(exchange.id);
});

test("requests are conserved over clients, also when the clock goes back", () => {
  const exchanges = readTrace(people).map((exchange, i) =>
    i % 7 === 3 ? { ...exchange, at: exchange.at - 900_000 } : exchange,
  );
  const engine = engineAfter(exchanges);
  const total = rows(engine).reduce((sum, row) => sum + row.requests, 0);
  expect(total).toBe(exchanges.length);
});

test("requests of forgotten clients are counted, and live sessions stay within their cap", () => {
  const engine = createEngine({ limits: { ...small, sessionsMax: 64, clientsMax: 128 } });
  const [model] = readTrace("GET /a 200");
  if (model === undefined) throw new Error("the trace holds one exchange");
  for (let i = 0; i < 5_000; i++) {
    const ip = `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;
    engine.exchange({ ...model, at: model.at + i, client: { ...model.client, ip } });
  }
  const census = engine.census();
  expect(census.sessions).toBeLessThanOrEqual(64);
  expect(census.clients).toBeLessThanOrEqual(128);
  const kept = rows(engine).reduce((sum, row) => sum + row.requests, 0);
  expect(kept + census.requestsForgotten).toBe(5_000);
});

test("a request that we denied ourselves leaves no evidence", () => {
  const engine = createEngine({ limits: small });
  for (const exchange of readTrace(people)) engine.exchange(exchange);
  const denied = readTrace(Array.from({ length: 30 }, (_, i) => `+1 @203.0.113.9 GET /product/${i * 17} -`).join("\n"));
  for (const exchange of denied) {
    engine.inspect(exchange);
    engine.observe(exchange);
  }
  expect(rows(engine).find((row) => row.ip === "203.0.113.9")?.kind).not.toBe("automated");
});
