import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, expect, test } from "vitest";
import { runCli } from "../cli/main.ts";

const directory = mkdtempSync(join(tmpdir(), "gait-agents-"));
afterAll(() => rmSync(directory, { recursive: true }));

async function run(
  ...argv: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const code = await runCli(argv, {
    stdout,
    stderr,
    stdin: new PassThrough(),
    env: {},
    signal: new AbortController().signal,
  });
  process.exitCode = 0;
  return { code, out: String(stdout.read() ?? ""), err: String(stderr.read() ?? "") };
}

const line = (ip: string, path: string, agent: string): string =>
  `${ip} - - [05/Jan/2026:09:00:00 +0000] "GET ${path} HTTP/1.1" 200 1500 "-" "${agent}"`;

test("the report says who came, how many, what they touched and cost, and which obey", async () => {
  const log = join(directory, "access.log");
  const robots = join(directory, "robots.txt");
  const gpt = "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)";
  writeFileSync(
    log,
    [
      line("192.0.2.1", "/private/a", gpt),
      line("192.0.2.2", "/open", gpt),
      line("192.0.2.3", "/robots.txt", "Googlebot/2.1"),
      line("192.0.2.4", "/open", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
    ].join("\n"),
  );
  writeFileSync(robots, "User-agent: *\nDisallow: /private\nContent-Usage: train-ai=n\n");
  const { code, out } = await run("agents", "report", log, "--robots", robots, "--json");
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    version: 1,
    requests: 4,
    agents: [
      {
        name: "GPTBot",
        requests: 2,
        addresses: 2,
        bytes: 3_000,
        disallowed: 1,
        unwantedUse: 2,
        obeys: false,
        examples: ["/private/a"],
      },
      { name: "Googlebot", requests: 1, readRobots: true, obeys: true },
    ],
  });
});

test("the report as text is readable: other scripts decoded, one is singular, nothing unobserved, no escape sequence", async () => {
  const log = join(directory, "text.log");
  writeFileSync(log, line("192.0.2.1", "/%D8%B9%D8%B7%D8%B1%1B%5B2J", "Googlebot/2.1"));
  const { out } = await run("agents", "report", log);
  expect(out).toContain("1 agent made 1 of 1 request (100.0 %)");
  expect(out).toContain("Googlebot (Google), search engines: 1 request from 1 address, 2 kB; claimed 1\n");
  expect(out).toContain("/عطر\\u001b[2J 1");
});

test("an agent is registered by its public key alone, and the file is its owner's", async () => {
  const key = join(directory, "agent.pem");
  writeFileSync(key, generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }));
  const added = await run("agents", "add", "checker", "--key", key, "--state", directory, "--json");
  const { keyid } = JSON.parse(added.out) as { keyid: string };
  expect((await run("agents", "list", "--state", directory)).out).toContain(`keyid ${keyid}`);
  const file = join(directory, "agents.json");
  expect(readFileSync(file, "utf8")).not.toContain('"d"');
  expect(statSync(file).mode & 0o077).toBe(0);
  writeFileSync(key, "no key");
  const refused = await run("agents", "add", "other", "--key", key, "--state", directory);
  expect(refused).toMatchObject({ code: 2, err: expect.stringContaining("[agents-key]") });
});
