import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import { afterAll, expect, test } from "vitest";
import { runGait } from "./testdata/run-gait.ts";
import { sampleLog } from "./testdata/sample-log.ts";

const folder = mkdtempSync(join(tmpdir(), "gait-replay-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const log = join(folder, "access.log");
writeFileSync(log, sampleLog());

const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync("schemas/replay.schema.json", "utf8")),
);

interface ReplayDocument {
  readonly source: { lines: number; parsed: number; rejected: number; partial?: boolean };
  readonly summary: { requests: number; actors: number; byKind: Record<string, number> };
  readonly actors: readonly {
    id: string;
    addresses: { ip: string; requests: number }[];
    userAgents: string[];
    requests: number;
    kind: string;
    action: string;
    threats: string[];
    score: { total: number };
    decidedAt: { request: number; time: string } | null;
  }[];
}

/** Runs `gait replay --json` and checks everything that must hold of every document. */
async function replayJson(
  argv: readonly string[],
  options: Parameters<typeof runGait>[1] = {},
): Promise<ReplayDocument> {
  const { stdout, code } = await runGait(["replay", "--json", ...argv], options);
  expect([0, 130]).toContain(code);
  const document = JSON.parse(stdout) as ReplayDocument;
  expect(validate(document) ? [] : validate.errors).toEqual([]);
  const { source, summary, actors } = document;
  expect(source.parsed + source.rejected).toBe(source.lines);
  expect(actors.reduce((sum, actor) => sum + actor.requests, 0)).toBe(source.parsed);
  expect(summary.requests).toBe(source.parsed);
  expect(summary.actors).toBe(actors.length);
  expect(Object.values(summary.byKind).reduce((sum, count) => sum + count, 0)).toBe(actors.length);
  expect(new Set(actors.map((actor) => actor.id)).size).toBe(actors.length);
  for (const actor of actors) {
    expect(actor.addresses.reduce((sum, address) => sum + address.requests, 0)).toBe(actor.requests);
  }
  return document;
}

test("the document fits its schema, and the scraper behind changing user agents is one automated actor", async () => {
  const { source, actors } = await replayJson([log]);
  expect(source.rejected).toBe(2);
  const scraper = actors.filter((actor) => actor.addresses.some(({ ip }) => ip === "203.0.113.9"));
  expect(scraper).toHaveLength(1);
  expect(scraper[0]).toMatchObject({ kind: "automated", requests: 120, threats: ["OAT-011"], action: "block" });
  expect(scraper[0]?.userAgents).toHaveLength(3);
  expect(scraper[0]?.decidedAt?.request).toBeLessThan(40);
  const people = actors.filter((actor) => actor.addresses[0]?.ip.startsWith("192.0.2."));
  expect(people).toHaveLength(40);
  expect(people.filter((actor) => actor.kind === "automated")).toEqual([]);
});

test("two runs over one log give the same document", async () => {
  expect(await replayJson([log])).toEqual(await replayJson([log]));
});

test("--by client keeps user agents apart, --by ip joins what shares an address", async () => {
  const byClient = await replayJson(["--by", "client", log]);
  expect(byClient.actors.filter((actor) => actor.addresses[0]?.ip === "203.0.113.9")).toHaveLength(3);
  for (const actor of byClient.actors) expect(actor.addresses).toHaveLength(1);
  const byIp = await replayJson(["--by", "ip", log]);
  const addresses = byIp.actors.map((actor) => actor.addresses[0]?.ip);
  expect(new Set(addresses).size).toBe(addresses.length);
});

test("--mask ua makes all user agents one: nobody is declared, one client per address", async () => {
  const { actors, summary } = await replayJson(["--mask", "ua", "--by", "client", log]);
  expect(summary.byKind["declared-bot"]).toBe(0);
  const addresses = actors.map((actor) => actor.addresses[0]?.ip);
  expect(new Set(addresses).size).toBe(addresses.length);
  expect(actors.find((actor) => actor.addresses[0]?.ip === "203.0.113.9")).toMatchObject({ kind: "automated" });
  expect(actors.find((actor) => actor.addresses[0]?.ip === "203.0.113.9")?.userAgents).toHaveLength(3);
});

test("standard input is read like a file", async () => {
  const fromStdin = await replayJson(["-"], { stdin: sampleLog() });
  expect(fromStdin).toEqual(await replayJson([log]));
});

test("the report says who, why, what enforcement would have done and what was not read", async () => {
  const { stdout, code, stderr } = await runGait(["replay", log], { columns: 100 });
  expect(code).toBe(0);
  expect(stderr).toBe("");
  expect(stdout).toContain("203.0.113.9");
  expect(stdout).toMatch(/fetched what the page needs after 0 of \d+ pages/);
  expect(stdout).toContain("OAT-011 scraping");
  expect(stdout).toMatch(/would be blocked from request \d+ on/);
  expect(stdout).toContain("Not read: 2 of");
  expect(stdout).toContain("access.log:11 unreadable time: this is no log line");
  expect(stdout).toContain("Next");
  expect(stdout).not.toMatch(/\u001b/);
  for (const columns of [60, 80, 120]) {
    const narrow = await runGait(["replay", log], { columns });
    const tooLong = narrow.stdout.split("\n").filter((line) => line.length > columns && !line.includes("gait replay"));
    expect(tooLong).toEqual([]);
  }
});

test("the report names the declared bots by what they come for, and not where user agents are hidden", async () => {
  const { stdout } = await runGait(["replay", log], { columns: 100 });
  expect(stdout).toContain("Declared bots: 1 name");
  expect(stdout).toMatch(/SEO crawlers +30 +\d+\.\d % {2}AhrefsBot 30/);
  const { stdout: hidden } = await runGait(["replay", "--mask", "ua", log], { columns: 100 });
  expect(hidden).not.toContain("Declared bots:");
});

test("an interrupted run says so, keeps its invariants and ends with 130", async () => {
  const abort = new AbortController();
  abort.abort("SIGINT");
  const large = join(folder, "large.log");
  writeFileSync(large, sampleLog().repeat(30));
  const document = await replayJson([large], { signal: abort.signal });
  expect(document.source.partial).toBe(true);
  const text = await runGait(["replay", large], { signal: abort.signal });
  expect(text.code).toBe(130);
  expect(text.stdout).toContain("PARTIAL REPORT");
});

test.each([
  [["replay", "/nowhere/access.log"], 3, /there is no such file.*\[log-file\]/],
  [["replay"], 2, /missing required argument/],
  [["replay", "--by", "account", log], 2, /expected actor, client, ip/],
  [["replay", "--format", "nginx", log], 2, /did you mean combined/],
  [["replay", "--format", "$remote_addr $request", log], 2, /does not hold the time/],
  [["replay", "--zone", "Berlin", log], 2, /expected an offset/],
  [["replay", "--fail-over", "5", log], 4, /^$/],
  [["replay", "--fail-over", "90", log], 0, /^$/],
])("%j ends with exit code %i", async (argv, code, message) => {
  const run = await runGait(argv);
  expect(run.code).toBe(code);
  expect(run.stderr).toMatch(message);
});

test("help shows examples", async () => {
  const { stdout, code } = await runGait(["replay", "--help"]);
  expect(code).toBe(0);
  expect(stdout).toContain("gait replay /var/log/nginx/access.log");
});
