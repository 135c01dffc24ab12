import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";

const run = promisify(execFile);
const home = mkdtempSync(join(tmpdir(), "gait-first-"));
const clone = join(home, "gait");

afterAll(() => rmSync(home, { recursive: true, force: true }));

/** The machine's own Node and npm, as a newcomer has them: not the pinned ones that this test runs on. */
const path = (process.env.PATH ?? "")
  .split(":")
  .filter((folder) => !folder.includes("node_modules"))
  .join(":");
const env: NodeJS.ProcessEnv = { ...process.env, PATH: path, NODE_OPTIONS: "", npm_config_user_agent: undefined };

test("from a clone to the first recognised bot: two commands, under five minutes, no questions", async () => {
  const started = performance.now();
  await run("git", ["clone", "--quiet", "--no-hardlinks", process.cwd(), clone]);
  await run("npm", ["ci", "--prefer-offline", "--no-audit", "--no-fund"], { cwd: clone, env, maxBuffer: 1 << 24 });
  const installed = performance.now();
  const words = ["run", "--silent", "demo", "--", "--for", "30", "--json"];
  const { stdout, stderr } = await run("npm", words, { cwd: clone, env, timeout: 120_000 });
  const result = JSON.parse(stdout);
  const people: Record<string, number> = result.people.taken;
  expect(stderr).toMatch(/1\. http:\/\/127\.0\.0\.1:\d+\//);
  expect(result.firstBotSeconds).toBeLessThan(60);
  const scraper = result.bots.find((bot: { name: string }) => bot.name === "scraper");
  expect(scraper.taken).toEqual({ automated: 1 });
  expect(result.people.seen).toBeGreaterThan(5);
  expect(people.automated ?? 0).toBe(0);
  expect(people["declared-bot"] ?? 0).toBe(0);
  expect(performance.now() - started).toBeLessThan(5 * 60_000 + 30_000);
  expect(existsSync(join(clone, "gait-data"))).toBe(false);
  console.log(
    `installed after ${Math.round((installed - started) / 1_000)} s, first bot ${result.firstBotSeconds} s into the demo`,
  );
}, 400_000);
