import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { logLimits, testHashKey } from "#core";
import { openLogStream } from "./byte-source.ts";
import { type LogInput, logInputFromPath } from "./log-file.ts";
import { type LogRunFacts, type ReadLogsOptions, readLogs } from "./read-logs.ts";
import { rotatedSiblings } from "./rotated.ts";

const folder = mkdtempSync(join(tmpdir(), "gait-logs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const start = Date.UTC(2026, 0, 5, 9);

function line(second: number, path = `/${second}`): string {
  const at = new Date(start + second * 1000).toISOString();
  return `192.0.2.1 - - [05/Jan/2026:${at.slice(11, 19)} +0000] "GET ${path} HTTP/1.1" 200 5 "-" "curl/8"\n`;
}

function lines(from: number, to: number, step = 1): string {
  let text = "";
  for (let second = from; second < to; second += step) text += line(second);
  return text;
}

interface Run extends LogRunFacts {
  readonly paths: string[];
}

async function run(inputs: readonly (string | LogInput)[], options: Partial<ReadLogsOptions> = {}): Promise<Run> {
  const paths: string[] = [];
  const facts = await readLogs(
    inputs.map((input) => (typeof input === "string" ? logInputFromPath(input) : input)),
    {
      choice: { format: "auto", fields: "", captures: [] },
      parse: { application: "default", key: testHashKey, forwarded: "inside", zoneMinutes: 0 },
      onExchange: (exchange) => paths.push(exchange.request.path),
      ...options,
    },
  );
  expect(facts.parsed + facts.rejected).toBe(facts.lines);
  expect(paths.length).toBe(facts.parsed);
  return { ...facts, paths };
}

const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `/${from + i}`);

test("plain, gzip, Zstandard and standard input give the same", async () => {
  const text = lines(0, 50);
  const stream = (bytes: Buffer): LogInput => ({
    name: "stdin",
    reopens: false,
    open: () =>
      openLogStream(
        (async function* () {
          for (let at = 0; at < bytes.length; at += 5) yield bytes.subarray(at, at + 5);
        })(),
        "stdin",
      ),
  });
  const inputs = [
    write("plain.log", text),
    // Told by content, not by name.
    write("packed.log", gzipSync(text)),
    write("other.gz", zstdCompressSync(text)),
    stream(Buffer.from(text)),
    stream(gzipSync(text)),
  ];
  for (const input of inputs) {
    const facts = await run([input]);
    expect(facts).toMatchObject({ parsed: 50, rejected: 0, from: start, to: start + 49_000, interrupted: false });
    expect(facts.paths).toEqual(numbers(0, 50));
  }
});

test("rotated files are read in time order, whatever order they are given in", async () => {
  const inputs = [
    write("a.log", lines(20, 30)),
    write("a.log.1", lines(10, 20)),
    write("a.log.2.gz", gzipSync(lines(0, 10))),
  ];
  expect((await run(inputs)).paths).toEqual(numbers(0, 30));
  write("a-20260101.log.zst", zstdCompressSync("x"));
  write("a.log.bak", "x");
  write("ab.log", "x");
  const found = await rotatedSiblings(inputs[0] ?? "");
  expect(found.map((path) => path.slice(folder.length + 1))).toEqual(["a-20260101.log.zst", "a.log.1", "a.log.2.gz"]);
});

test("files that overlap in time are merged record by record", async () => {
  const inputs = [write("m1.log", lines(0, 60, 3)), write("m2.log", lines(1, 60, 3)), write("m3.log", lines(2, 60, 3))];
  expect((await run(inputs)).paths).toEqual(numbers(0, 60));
});

test("many overlapping files stay within the open limit and lose nothing", async () => {
  const count = logLimits.openFilesMax.default + 20;
  const inputs = Array.from({ length: count }, (_, i) => write(`many-${i}.log`, lines(i, i + 3)));
  const facts = await run(inputs);
  expect(facts.parsed).toBe(count * 3);
});

test("damaged lines are counted, shown with their place, and never stop the run", async () => {
  const text = `${line(0)}garbage\n\n${line(1)}${line(2).slice(0, 60)}\n${line(3).trimEnd()}`;
  const facts = await run([write("bad.log", text)]);
  expect(facts).toMatchObject({ lines: 6, parsed: 3, rejected: 3 });
  expect(facts.samples.map(({ line: number, reason, text: shown }) => [number, reason, shown])).toEqual([
    [2, "no client address", "garbage"],
    [3, "blank line", ""],
    [5, "cut off", line(2).slice(0, 60)],
  ]);
});

test("a line over the limit is one rejection, at the limit it is read", async () => {
  const limit = logLimits.lineBytesMax.default;
  const fit = line(1, `/${"x".repeat(limit - line(1, "/").length + 1)}`);
  expect(fit.length - 1).toBe(limit);
  const over = line(1, `/${"x".repeat(limit - line(1, "/").length + 2)}`);
  const huge = `${"y".repeat(3_000_000)}\n`;
  const facts = await run([write("long.log", `${line(0)}${fit}${over}${huge}${line(2)}`)]);
  expect(facts).toMatchObject({ lines: 5, parsed: 3, rejected: 2 });
  expect([...facts.rejectedByReason]).toEqual([["line too long", 2]]);
  expect(facts.samples[1]?.text.length).toBeLessThan(200);
});

test("a truncated or damaged archive gives all that could be unpacked, and says so", async () => {
  const text = lines(0, 5_000);
  for (const [name, packed] of [
    ["cut.gz", gzipSync(text)],
    ["cut.zst", zstdCompressSync(text)],
  ] as const) {
    const half = await run([write(name, packed.subarray(0, packed.length * 0.6))]);
    expect(half.parsed).toBeGreaterThan(1_000);
    expect(half.files[0]?.problem).toMatch(/damaged or cut off: \d+ bytes could be unpacked/);
  }
  const bent = gzipSync(text);
  bent.fill(0xff, bent.length >> 1, (bent.length >> 1) + 50);
  const facts = await run([write("bent.gz", bent), write("good.log", line(1))]);
  expect(facts.files[0]?.problem).not.toBe("");
  expect(facts.files[1]).toMatchObject({ parsed: 1, problem: "" });
});

test("NUL padding, a byte order mark and CRLF do not matter", async () => {
  const text = `\ufeff${line(0)}${"\0".repeat(2_000_000)}${line(1).replace("\n", "\r\n")}`;
  const facts = await run([write("nul.log", text)]);
  expect(facts).toMatchObject({ parsed: 2, rejected: 0 });
});

test("a clock that goes back is counted and the file's order kept", async () => {
  const facts = await run([write("back.log", line(10) + line(5) + line(11) + line(10))]);
  expect(facts.paths).toEqual(["/10", "/5", "/11", "/10"]);
  expect(facts.files[0]?.clockBack).toBe(1);
  expect(facts).toMatchObject({ from: start + 5_000, to: start + 11_000 });
});

test("an abort ends the run early with everything delivered counted", async () => {
  const abort = new AbortController();
  let seen = 0;
  const path = write("long-run.log", lines(0, 40_000));
  const facts = await readLogs([logInputFromPath(path)], {
    choice: { format: "combined", fields: "", captures: [] },
    parse: { application: "default", key: testHashKey, forwarded: "inside", zoneMinutes: 0 },
    signal: abort.signal,
    onExchange: () => {
      seen++;
      if (seen === 10) abort.abort();
    },
  });
  expect(facts.interrupted).toBe(true);
  expect(facts.parsed).toBe(seen);
  expect(seen).toBeLessThan(40_000);
});

test.each([
  ["a missing file", () => join(folder, "nowhere.log"), /there is no such file/, 3],
  ["a directory", () => folder, /is a directory/, 2],
  ["bzip2", () => write("x.bz2", Buffer.from("425a6839314159265359", "hex")), /compressed with bzip2.*bzcat/, 2],
  ["nothing readable", () => write("prose.txt", "hello\nworld\n"), /no log could be read\n.*tried caddy/, 1],
  ["an empty file", () => write("empty.log", ""), /the file is empty/, 1],
])("%s is refused with a sentence", async (_name, path, message, exitCode) => {
  await expect(run([path()])).rejects.toThrow(message);
  await expect(run([path()])).rejects.toMatchObject({ exitCode });
});

test("HAR files of any size are read entry by entry", async () => {
  const entry = (i: number): object => ({
    startedDateTime: new Date(start + i * 1000).toISOString(),
    request: { method: "GET", url: `https://shop.example/${i}`, httpVersion: "HTTP/1.1", headers: [], cookies: [] },
    response: { status: 200, headers: [], content: { text: "x".repeat(5_000) } },
  });
  const har = JSON.stringify({ log: { version: "1.2", entries: Array.from({ length: 100 }, (_, i) => entry(i)) } });
  expect((await run([write("browser.har", har)])).paths).toEqual(numbers(0, 100));
  const cut = await run([write("cut.har", har.slice(0, har.length / 2))]);
  expect(cut.rejected).toBe(1);
});
