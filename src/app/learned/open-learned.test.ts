import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readTrace } from "#core";
import { createEngine, type Engine } from "#engine";
import { openLearned } from "./open-learned.ts";

let directory = "";
const clock = { now: () => 1_767_225_600_000, monotonic: () => 0 };
const limits = { sessionsMax: 64, clientsMax: 64 };

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gait-learned-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function engineThatSaw(...paths: readonly string[]): Engine {
  const engine = createEngine({ seed: 5, limits });
  for (const exchange of readTrace(paths.map((path) => `GET ${path} 200`).join("\n"))) engine.exchange(exchange);
  return engine;
}

function endpoints(engine: Engine): readonly string[] {
  return [...engine.endpoints()].map(({ template }) => template);
}

test("what one engine learned, the next one knows; the file is its owner's alone", async () => {
  const first = openLearned(directory, engineThatSaw("/", "/orders/7").learned, { clock });
  expect(first.notice).toBe("");
  await first.close();
  expect(statSync(join(directory, "learned.state")).mode & 0o777).toBe(0o600);
  const next = createEngine({ seed: 5, limits });
  const second = openLearned(directory, next.learned, { clock });
  expect(second.notice).toBe("learned state of 2026-01-01T00:00: 2 endpoints, 0 convictions");
  expect(endpoints(next)).toEqual(["/", "/orders/{x}"]);
  await second.close();
});

test("a damaged file is refused with the reason, set aside, and the engine starts fresh", async () => {
  await openLearned(directory, engineThatSaw("/a").learned, { clock }).close();
  const path = join(directory, "learned.state");
  writeFileSync(path, readFileSync(path).subarray(0, 100));
  const next = createEngine({ seed: 5, limits });
  const learned = openLearned(directory, next.learned, { clock });
  expect(learned.notice).toMatch(/^learned state refused: expected \d+ bytes, found 100: it was cut short; set aside/);
  expect(endpoints(next)).toEqual([]);
  expect(existsSync(join(directory, "learned.refused"))).toBe(true);
  await learned.close();
});

test("what was learned about cookies comes back from the file too", async () => {
  const trace = Array.from(
    { length: 30 },
    (_, i) => `@198.51.100.${i} GET / 200 < sid=s${i}; Path=/\n+1 GET /a 200 > sid=s${i}`,
  );
  const first = createEngine({ seed: 5, limits });
  for (const exchange of readTrace(trace.join("\n\n"))) {
    first.inspect(exchange);
    first.observe(exchange);
  }
  await openLearned(directory, first.learned, { clock }).close();
  const next = createEngine({ seed: 5, limits });
  expect(openLearned(directory, next.learned, { clock }).notice).toMatch(/^learned state of/);
  const cookies = (engine: Engine): unknown => engine.learned.graph("default", 0)?.cookies;
  expect(cookies(first)).toHaveLength(1);
  expect(cookies(next)).toEqual(cookies(first));
});

test("a state that breaks the reading of it is refused, and nothing is thrown", async () => {
  await openLearned(directory, engineThatSaw("/a").learned, { clock }).close();
  const broken: Engine["learned"] = {
    ...createEngine({ seed: 5, limits }).learned,
    save: () => new Uint8Array(0),
    restore: () => {
      throw new RangeError("out of shape");
    },
  };
  const learned = openLearned(directory, broken, { clock });
  expect(learned.notice).toMatch(/^learned state refused: out of shape; set aside/);
  await learned.close();
});

test("half a file that a crash left beside is no file, and the old one stands", async () => {
  await openLearned(directory, engineThatSaw("/a").learned, { clock }).close();
  writeFileSync(join(directory, "learned.state.tmp"), "half");
  const next = createEngine({ seed: 5, limits });
  await openLearned(directory, next.learned, { clock }).close();
  expect(endpoints(next)).toEqual(["/a"]);
});

test("a directory that is gone is counted, not thrown", async () => {
  const learned = openLearned(directory, engineThatSaw("/a").learned, { clock });
  rmSync(directory, { recursive: true, force: true });
  await learned.save();
  expect(learned.failures).toBe(1);
  expect(learned.failure).toMatch(/ENOENT/);
  writeFileSync(directory, "");
  chmodSync(directory, 0o600);
  await learned.close();
  expect(learned.failures).toBe(2);
});

test("saves that are asked for together follow each other", async () => {
  const learned = openLearned(directory, engineThatSaw("/a").learned, { clock });
  await Promise.all(Array.from({ length: 20 }, () => learned.save()));
  await learned.close();
  const next = createEngine({ seed: 5, limits });
  expect(openLearned(directory, next.learned, { clock }).notice).toMatch(/1 endpoints/);
});
