import { expect, test } from "vitest";
import { type Exchange, readTrace } from "#core";
import { testEngine } from "../testdata/rows.ts";

/** Somebody who opens the page, gets a cookie, loads parts and logs in. */
function visitor(number: number): string {
  const referer = '"Referer: https://shop.example/login"';
  const sid = `sid=v${number}`;
  return [
    `@198.18.${number >> 8}.${number & 255} GET /login 200 < ${sid}; Path=/; HttpOnly "<Content-Type: text/html"`,
    `+0.3 GET /static/app.js 200 > ${sid} ${referer}`,
    `+0.1 GET /static/app.css 200 > ${sid} ${referer}`,
    `+${9 + (number % 23)} #user${number} POST /login 302 > ${sid} ${referer} "<Location: /account"`,
    `+0.2 GET /account 200 > ${sid} ${referer}`,
    `+0.2 GET /static/account.js 200 > ${sid} "Referer: https://shop.example/account"`,
  ].join("\n");
}

/** The friendly library: valid credentials, one address each, straight to the step. */
function library(number: number): string {
  return `@203.0.${number >> 8}.${number & 255} #owner${number} POST /login 200 < sid=l${number}; Path=/; HttpOnly "User-Agent: Mozilla/5.0 (X11; Linux x86_64) Chrome/141.0.0.0"`;
}

function session(trace: string, at: number): Exchange[] {
  return readTrace(trace, { start: at });
}

test("a library that logs in once per address is convicted as a cohort, and its next member at the first request", () => {
  const engine = testEngine();
  const start = Date.UTC(2026, 0, 5, 9);
  for (let i = 0; i < 150; i++) {
    for (const exchange of session(visitor(i), start + i * 20_000)) engine.exchange(exchange);
  }
  const attack = start + 150 * 20_000;
  let convictedAt = 0;
  for (let i = 0; i < 60 && convictedAt === 0; i++) {
    const [login] = session(library(i), attack + i * 5_000);
    if (login === undefined) throw new Error("the trace holds a login");
    const verdict = engine.inspect(login);
    engine.observe(login);
    const hit = verdict.signals.find(({ detector }) => detector === "convicted-cohort");
    if (hit === undefined) continue;
    convictedAt = i;
    expect(hit.evidence.spared).toContain("it had come to that step the way people do");
  }
  expect(convictedAt).toBeGreaterThan(0);
  expect(convictedAt).toBeLessThanOrEqual(40);
  const [person] = session(visitor(900), attack + 400_000);
  if (person === undefined) throw new Error("the trace holds a page");
  expect(engine.inspect(person).kind).not.toBe("automated");
});

/** Opens the catalogue, then asks what is in stock. */
function shopper(number: number): string {
  const sid = `sid=s${number}`;
  return [
    `@198.19.${number >> 8}.${number & 255} GET /product/${number % 40} 200 < ${sid}; Path=/ "<Content-Type: text/html"`,
    `+0.3 GET /static/app.js 200 > ${sid} "Referer: https://shop.example/product/${number % 40}"`,
    `+5 GET /api/stock?sku=${number % 40} 200 > ${sid} "<Content-Type: application/json"`,
  ].join("\n");
}

test("asking an interface as people ask, but without ever having been shown a page, is a cohort of its own", () => {
  const engine = testEngine();
  const start = Date.UTC(2026, 0, 5, 9);
  for (let i = 0; i < 500; i++)
    for (const exchange of session(shopper(i), start + i * 180_000)) engine.exchange(exchange);
  let at = start + 500 * 180_000;
  const ask = (number: number): boolean => {
    at += 4_000;
    const [call] = session(
      `@203.${number}.113.7 GET /api/stock?sku=${number % 40} 200 < sid=e${number}; Path=/ "<Content-Type: application/json" "User-Agent: enumerator"`,
      at,
    );
    if (call === undefined) throw new Error("the trace holds a call");
    const verdict = engine.inspect(call);
    engine.observe(call);
    return verdict.signals.some(({ detector }) => detector === "convicted-cohort");
  };
  const asked = Array.from({ length: 60 }, (_, i) => ask(i + 1));
  expect(asked.indexOf(true)).toBeGreaterThan(0);
  expect(asked.indexOf(true)).toBeLessThanOrEqual(20);
  for (const exchange of session(shopper(900), at + 60_000))
    expect(engine.inspect(exchange).kind).not.toBe("automated");
});
