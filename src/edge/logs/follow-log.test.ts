import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { type FollowedLog, followLog } from "./follow-log.ts";

const folder = mkdtempSync(join(tmpdir(), "gait-follow-"));
const path = join(folder, "access.log");
let log: FollowedLog | undefined;
let lines: string[] = [];
afterEach(async () => {
  await log?.close();
  lines = [];
  rmSync(path, { force: true });
});

function follow(from: "start" | "end" = "start"): FollowedLog {
  // Looks only when asked to: what is tested is what happens between two looks, not a timer.
  log = followLog(path, {
    from,
    pollMs: 3_600_000,
    onLine: (bytes, start, end) => void lines.push(bytes.toString("utf8", start, end)),
  });
  return log;
}

test("lines are handed over whole, as they come, in any pieces", async () => {
  writeFileSync(path, "one\ntw");
  const followed = follow();
  await followed.settled();
  expect(lines).toEqual(["one"]);
  appendFileSync(path, "o\r\nthree\n\nfour");
  await followed.settled();
  expect(lines).toEqual(["one", "two", "three"]);
});

test("a file that is not there yet is waited for", async () => {
  const followed = follow();
  await followed.settled();
  expect(followed.facts.problem).toMatch(/not there/);
  writeFileSync(path, "one\n");
  await followed.settled();
  expect([lines, followed.facts.problem]).toEqual([["one"], ""]);
});

test("renamed and created anew: what was written to the old file last is not lost, nor is the new one's beginning", async () => {
  writeFileSync(path, "one\n");
  const followed = follow();
  await followed.settled();
  appendFileSync(path, "two\n");
  const old = join(folder, "access.log.1");
  renameSync(path, old);
  await followed.settled();
  // Between rename and reopen the server still writes to the old file.
  appendFileSync(old, "three\n");
  writeFileSync(path, "four\n");
  await followed.settled();
  writeFileSync(`${old}.gz`, gzipSync("one\ntwo\nthree\n"));
  unlinkSync(old);
  appendFileSync(path, "five\n");
  await followed.settled();
  expect(lines).toEqual(["one", "two", "three", "four", "five"]);
  expect(followed.facts.rotations).toBe(1);
});

test("copied and cut in place: read from the beginning again", async () => {
  writeFileSync(path, "one\ntwo\n");
  const followed = follow();
  await followed.settled();
  truncateSync(path, 0);
  appendFileSync(path, "new\n");
  await followed.settled();
  expect([lines, followed.facts.truncations]).toEqual([["one", "two", "new"], 1]);
});

test("begun at the end, half a line is not taken for one", async () => {
  writeFileSync(path, "one\nha");
  const followed = follow("end");
  await followed.settled();
  appendFileSync(path, "lf\nnext\n");
  await followed.settled();
  expect(lines).toEqual(["next"]);
});

test("a line of the longest length passes, a longer one is dropped whole and counted", async () => {
  writeFileSync(path, `${"x".repeat(65_536)}\n${"y".repeat(65_537)}\n${"z".repeat(200_000)}\nend\n`);
  const followed = follow();
  await followed.settled();
  expect(lines.map((line) => line.length)).toEqual([65_536, 3]);
  expect(followed.facts.tooLong).toBe(2);
});
