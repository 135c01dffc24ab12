import { describe, expect, test } from "vitest";
import { readTrace } from "#core";
import type { Engine } from "../engine.ts";
import { testEngine } from "../testdata/rows.ts";

const start = Date.UTC(2026, 0, 5, 9);

/** Somebody who opens the page, gets a cookie, loads parts and logs in. */
function visitor(number: number): string {
  const referer = '"Referer: https://shop.example/login"';
  const sid = `sid=v${number}`;
  return [
    `@198.18.${number >> 8}.${number & 255} GET /login 200 < ${sid}; Path=/; HttpOnly "<Content-Type: text/html"`,
    `+0.3 GET /static/app.js 200 > ${sid} ${referer}`,
    `+${9 + (number % 23)} #user${number}:own${number} POST /login 302 > ${sid} ${referer} "<Location: /account"`,
    `+0.2 GET /account 200 > ${sid} ${referer}`,
    `+0.2 GET /static/account.js 200 > ${sid} "Referer: https://shop.example/account"`,
  ].join("\n");
}

function play(engine: Engine, trace: string, at: number): void {
  for (const exchange of readTrace(trace, { start: at })) engine.exchange(exchange);
}

/** Names that convicted cohorts and the last refusal were given when an attack came from one address a request, people going on meanwhile. */
function namesOf(attempt: (i: number) => string): readonly string[] {
  const engine = testEngine();
  for (let i = 0; i < 150; i++) play(engine, visitor(i), start + i * 20_000);
  const attack = start + 150 * 20_000;
  let said = "";
  for (let i = 0; i < 60; i++) {
    const agent = '"User-Agent: Mozilla/5.0 (X11; Linux x86_64) Chrome/141.0.0.0"';
    for (const exchange of readTrace(`@203.0.${i >> 8}.${i & 255} ${attempt(i)} POST /login 401 ${agent}`, {
      start: attack + i * 5_000,
    })) {
      const { signals } = engine.inspect(exchange);
      said = String(signals.find(({ detector }) => detector === "convicted-cohort")?.evidence.attack);
      engine.observe(exchange);
    }
    if (i % 3 === 0) play(engine, visitor(1_000 + i), attack + i * 5_000 + 1_000);
  }
  return [...new Set([said, ...engine.cohorts().map(({ attack }) => attack)])].filter((name) => name !== "");
}

describe("what a convicted cohort's log-ins are is told apart at one request per address", () => {
  test("another account and password each time: stuffing", () => {
    expect(namesOf((i) => `#owner${i}:pass${i}`)).toEqual(["stuffing"]);
  });

  test("one of three passwords at another account each time: spraying", () => {
    expect(namesOf((i) => `#owner${i}:spring${i % 3}`)).toEqual(["spraying"]);
  });

  test("another password each time at one account: cracking", () => {
    expect(namesOf((i) => `#owner:pass${i}`)).toEqual(["cracking"]);
  });
});
