import { expect, test } from "vitest";
import { type Exchange, readTrace, type Verdict } from "#core";
import type { Engine } from "./engine.ts";
import { testEngine } from "./testdata/rows.ts";

const start = Date.UTC(2026, 0, 5, 9);
const minute = 60_000;

/** One visit: a page, the page with the form, the log-in. `form` is where the form stands. */
function visit(person: number, form: string): string {
  const cookie = `sid=s${person}x${form.length}`;
  const page = (path: string, from: string): string[] => [
    `+9 GET ${path} 200 > ${cookie} "Referer: https://shop.example${from}"`,
    `+0.2 GET /static/app.css 200 > ${cookie} "Referer: https://shop.example${path}"`,
  ];
  return [
    `@10.${person >> 8}.${person & 255}.7 GET / 200 < ${cookie}; Path=/; HttpOnly`,
    `+0.2 GET /static/app.css 200 > ${cookie} "Referer: https://shop.example/"`,
    ...page(form, "/"),
    `+${4 + ((person * 37) % 41)} #u${person} POST /login 302 > ${cookie} "Referer: https://shop.example${form}" "<Location: /account"`,
    ...page("/account", form),
  ].join("\n");
}

/** A tool that logs in from one network without ever seeing the form; it keeps its cookie and fetches parts. */
function tool(number: number): string {
  const cookie = `sid=b${number}`;
  return [
    `@203.0.113.${1 + (number % 250)} GET / 200 < ${cookie}; Path=/; HttpOnly`,
    `+0.2 GET /static/app.css 200 > ${cookie} "Referer: https://shop.example/"`,
    `+9 #v${number} POST /login 302 > ${cookie} "Referer: https://shop.example/" "<Location: /account"`,
    `+1 GET /account 200 > ${cookie} "Referer: https://shop.example/login"`,
  ].join("\n");
}

/** Plays visits a few seconds apart, closes all sessions, and returns each visit's last verdict. */
function play(engine: Engine, visits: readonly string[], at: number): Verdict[] {
  const last: Verdict[] = [];
  const events: { readonly exchange: Exchange; readonly visit: number }[] = visits.flatMap((trace, i) =>
    readTrace(trace, { start: at + i * 4_000, application: "shop", host: "shop.example" }).map((exchange) => ({
      exchange,
      visit: i,
    })),
  );
  events.sort((a, b) => a.exchange.at - b.exchange.at);
  for (const { exchange, visit: i } of events) {
    last[i] = engine.inspect(exchange);
    engine.observe(exchange);
  }
  engine.sweep(at + visits.length * 4_000 + 40 * minute);
  return last;
}

function people(from: number, count: number, form: string): string[] {
  return Array.from({ length: count }, (_, i) => visit(from + i, form));
}

function taught(): Engine {
  const engine = testEngine();
  play(engine, people(0, 150, "/login"), start);
  return engine;
}

const hour = 60 * minute;

function required(engine: Engine, at: number): readonly string[] {
  const graph = engine.learned.graph("shop", at);
  const step = graph?.steps.find(({ endpoint, kind }) => endpoint === "POST /login" && kind === "web");
  return step?.preconditions.map(({ fact }) => fact) ?? [];
}

const called = (verdicts: readonly Verdict[]): number => verdicts.filter(({ kind }) => kind === "automated").length;

test("a form that moves for everybody is a deploy: nobody is harmed, and the new way is learned", () => {
  const engine = taught();
  expect(required(engine, start + hour)).toContain("GET /login");
  const moved = play(engine, people(200, 150, "/welcome"), start + 2 * hour);
  expect(called(moved)).toBe(0);
  const graph = engine.learned.graph("shop", start + 4 * hour);
  expect(graph?.changes.map(({ kind }) => kind)).toContain("deploy");
  expect(graph?.changes.map(({ edge }) => edge)).toContain("GET /login before POST /login (web)");
  expect(required(engine, start + 4 * hour)).not.toContain("GET /login");
  expect(called(play(engine, people(400, 150, "/welcome"), start + 5 * hour))).toBe(0);
  expect(required(engine, start + 8 * hour)).toContain("GET /welcome");
});

test("a form that one network alone no longer sees is no deploy: the way stands, and the network is weighed by it", () => {
  const engine = taught();
  const mixed = people(200, 80, "/login").flatMap((person, i) => [person, tool(i)]);
  const verdicts = play(engine, mixed, start + 2 * hour);
  const [persons, tools] = [verdicts.filter((_, i) => i % 2 === 0), verdicts.filter((_, i) => i % 2 === 1)];
  expect(called(persons)).toBe(0);
  const kinds = engine.learned.graph("shop", start + 4 * hour)?.changes.map(({ kind }) => kind) ?? [];
  expect(kinds).not.toContain("deploy");
  expect(required(engine, start + 4 * hour)).toContain("GET /login");
  const missed = tools.filter(({ signals }) =>
    signals.some(({ detector, nats }) => detector === "precondition-missed" && nats > 1),
  );
  expect(missed.length).toBeGreaterThan(60);
});

test("one account, a thousand times, teaches as one vote a day; a client that is never let in teaches nothing", () => {
  const engine = testEngine();
  const again = Array.from({ length: 150 }, (_, i) => visit(i, "/login").replace(/#u\d+/, "#mallory"));
  play(engine, again, start);
  expect(required(engine, start + hour)).toEqual([]);
  const refused = Array.from({ length: 150 }, (_, i) =>
    visit(300 + i, "/login").replace("POST /login 302", "POST /login 401"),
  );
  play(engine, refused, start + 2 * hour);
  expect(required(engine, start + 4 * hour)).toEqual([]);
});

test("whoever opens the form, with its parts and cookie, and logs in within seconds teaches; without parts nobody does", () => {
  const straight = (person: number, parts: boolean): string =>
    [
      `@10.${person >> 8}.${person & 255}.7 GET /login 200 < sid=s${person}; Path=/; HttpOnly "<Content-Type: text/html"`,
      ...(parts
        ? [`+0.2 GET /static/app.css 200 > sid=s${person} "Referer: https://shop.example/login"`]
        : [`+0.2 GET /login 200 > sid=s${person}`]),
      `+${2 + (((person / 256) * 37) % 41)} #u${person} POST /login 302 > sid=s${person} "Referer: https://shop.example/login" "<Location: /account"`,
    ].join("\n");
  for (const parts of [true, false]) {
    const engine = testEngine();
    play(
      engine,
      Array.from({ length: 62 }, (_, i) => straight(i * 256, parts)),
      start,
    );
    expect(required(engine, start + hour).includes("page-seen")).toBe(parts);
  }
});
