import { expect, test } from "vitest";
import { type Exchange, readTrace } from "#core";
import { rows, testEngine } from "../testdata/rows.ts";

function person(number: number): string {
  const from = `@198.51.100.${number}`;
  return [
    `${from} GET / 200`,
    `+0.2 GET /static/site.css 200 "Referer: https://shop.example/"`,
    `+9 GET /product/${number} 200 "Referer: https://shop.example/"`,
    `+0.2 GET /img/${number}.jpg 200 "Referer: https://shop.example/product/${number}"`,
    `+9 GET /product/${number}99 404 "Referer: https://shop.example/product/${number}"`,
    `+9 GET /missing-${number} 404`,
  ].join("\n");
}

const trace: readonly Exchange[] = readTrace(Array.from({ length: 40 }, (_, i) => person(i + 1)).join("\n\n"));

/** What an engine concludes whose answers come `delay` requests late, with or without a place for notes. */
function conclude(place: "noted" | "plain", delay: number): unknown {
  const engine = testEngine();
  const waiting: Exchange[] = [];
  const settle = (): void => {
    const first = waiting.shift();
    if (first !== undefined) engine.observe(first);
  };
  for (const exchange of trace) {
    const shown = place === "noted" ? { ...exchange, note: 0 } : { ...exchange };
    engine.inspect(shown);
    waiting.push(shown);
    if (waiting.length > delay) settle();
  }
  while (waiting.length > 0) settle();
  return rows(engine);
}

test("answers whose request was noted teach what they teach when it is read again", () => {
  expect(conclude("noted", 0)).toEqual(conclude("plain", 0));
});

test("a note that was overwritten is read again, never mistaken for another's", () => {
  const engine = testEngine();
  const first = { ...(trace[0] as Exchange), note: 0 };
  engine.inspect(first);
  for (let i = 0; i < 1_100; i++) engine.inspect({ ...(trace[i % trace.length] as Exchange), note: 0 });
  engine.observe(first);
  expect(engine.trail().template).toBe("/");
});

test("the answer of a session that has ended meanwhile teaches nothing", () => {
  const engine = testEngine();
  const exchange = { ...(trace[0] as Exchange), note: 0 };
  engine.inspect(exchange);
  engine.sweep(exchange.at + 100 * 3_600_000);
  const before = JSON.stringify(rows(engine));
  engine.observe(exchange);
  expect(JSON.stringify(rows(engine))).toBe(before);
});
