import { type Exchange, readTrace } from "#core";
import type { ClientView, Engine, EngineOptions } from "../engine.ts";
import { createEngine } from "../guard.ts";

/** An engine small enough for tests. */
export function testEngine(options: EngineOptions = {}): Engine {
  const limits = { sessionsMax: 2048, clientsMax: 4096, addressesMax: 1024, pathCacheMax: 1024 };
  return createEngine({ ...options, limits: { ...limits, ...options.limits } });
}

export function engineAfter(trace: string | readonly Exchange[], options: EngineOptions = {}): Engine {
  const engine = testEngine(options);
  for (const exchange of typeof trace === "string" ? readTrace(trace) : trace) engine.exchange(exchange);
  return engine;
}

/** A client view, copied. */
export interface Row {
  readonly ip: string;
  readonly userAgent: string;
  readonly requests: number;
  readonly sessions: number;
  readonly kind: string;
  readonly total: number;
  readonly detectors: readonly string[];
  readonly cohort: string;
}

export function rows(engine: Engine): Row[] {
  return Array.from(engine.clients(), (view: ClientView) => {
    const verdict = view.verdict();
    return {
      ip: view.ip,
      userAgent: view.userAgent,
      requests: view.requests,
      sessions: view.sessions,
      kind: verdict.kind,
      total: verdict.score.total,
      detectors: verdict.signals.filter(({ nats }) => nats > 0).map(({ detector }) => detector),
      cohort: view.cohort,
    };
  });
}

/** The one row of an address. */
export function rowOf(engine: Engine, ip: string): Row | undefined {
  return rows(engine).find((row) => row.ip === ip);
}

/** A person who reads pages, loads what they need and follows links. Numbers choose address, pages and pauses. */
export function personTrace(number: number, pages = 5): string {
  const lines: string[] = [`@198.51.${100 + (number >> 8)}.${number & 255} GET / 200`];
  let referer = "https://shop.example/";
  lines.push(`+0.2 GET /static/site.css 200 "Referer: ${referer}"`, `+0.1 GET /img/logo.png 200 "Referer: ${referer}"`);
  for (let page = 0; page < pages; page++) {
    const path = `/product/${(number * 37 + page * 101) % 500}`;
    lines.push(`+${8 + ((number * 7 + page * 13) % 40)} GET ${path} 200 "Referer: ${referer}"`);
    referer = `https://shop.example${path}`;
    lines.push(`+0.3 GET /img/${number}-${page}.jpg 200 "Referer: ${referer}"`);
  }
  return lines.join("\n");
}

/** Thirty people: what a site must have seen before it can say what is usual. */
export const peopleTrace: string = Array.from({ length: 30 }, (_, i) => personTrace(i + 1)).join("\n\n");
