import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runGait } from "./testdata/run-gait.ts";

/** Real logs are never part of the project. Where they are absent these tests say so and check nothing. */
const data = process.env.GAIT_DATA ?? "../shared/data";

function absent(path: string): boolean {
  if (existsSync(path)) return false;
  console.warn(`${path} is absent: the checks against real logs were not made`);
  return true;
}

interface Counted {
  readonly source: { readonly lines: number; readonly parsed: number; readonly rejected: number };
  readonly actors: readonly { readonly kind: string; readonly addresses: readonly { readonly ip: string }[] }[];
}

test("a real shop's log is read without a rejected line, and its stealth bots are found", async () => {
  const folder = join(data, "zanbil_10k");
  if (absent(folder)) return;
  const { stdout } = await runGait(["replay", "--json", "--by", "client", join(folder, "access_10000.pseudo.log")]);
  const { source, actors } = JSON.parse(stdout) as Counted;
  expect(source.rejected).toBe(0);
  expect(source.parsed).toBeGreaterThanOrEqual(10_000);
  const automated = new Set(actors.filter(({ kind }) => kind === "automated").map(({ addresses }) => addresses[0]?.ip));
  const targets = readFileSync(join(folder, "stealth_targets.pseudo.csv"), "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(","));
  const found = (label: string): number => targets.filter(([ip, kind]) => kind === label && automated.has(ip)).length;
  expect(found("bot")).toBeGreaterThanOrEqual(5);
  expect(found("human")).toBe(0);
});

/** Fixtures of CrowdSec's parsers that are access logs in a format read here, and the share of lines to be read. */
const fixtures: Readonly<Record<string, number>> = {
  "apache-http-probing": 1,
  "apache2-malformed": 1,
  "aws-alb-http-bad-user-agent": 1,
  "aws-alb-logs": 1,
  "bunkerweb-bad-user-agent": 1,
  "bunkerweb-http-malformed": 1,
  "bunkerweb-http-path-traversal": 1,
  "bunkerweb-http-sensitive-files": 1,
  "bunkerweb-logs": 1,
  "envoy-http-crawl-non_statics": 1,
  "haproxy-nextcloud-whitelist": 1,
  "http-admin-interface-probing": 1,
  "http-bf-wordpress-bf": 1,
  "http-cve-probing": 1,
  "http-dos-bypass-cache": 1,
  "http-dos-invalid-http-versions": 1,
  "http-dos-random-uri": 1,
  "http-dos-switching-ua": 1,
  "http-wordpress-scan": 1,
  "http-wordpress_user-enum": 1,
  "http-wordpress_wpconfig": 1,
  "litespeed-http-sensitive-files": 1,
  "nginx-bad-user-agent": 1,
  "nginx-cve-2021-41773": 1,
  "nginx-http-backdoor": 1,
  "nginx-http-malformed": 1,
  "nginx-http-open-proxy": 1,
  "nginx-http-path-traversal": 1,
  "nginx-http-sensitive-files": 1,
  "nginx-http-sqli-probing": 1,
  "nginx-http-xss-probing": 1,
  "thinkphp-cve-2018-20062": 1,
  traefik_clf: 1,
  // One line of seven is a debug message, another names no client.
  traefik_json: 5 / 7,
  "traefik_base-http-scenario": 1,
};

test("CrowdSec's access-log fixtures are read line for line", async () => {
  const folder = join(data, "reference_lists", "crowdsec_tests");
  if (absent(folder)) return;
  const short: string[] = [];
  for (const [name, share] of Object.entries(fixtures)) {
    const log = readdirSync(join(folder, name)).find((file) => file.endsWith(".log"));
    const { code, stdout, stderr } = await runGait(["replay", "--json", join(folder, name, log ?? "")]);
    if (code !== 0) {
      short.push(`${name}: ${stderr}`);
      continue;
    }
    const { source } = JSON.parse(stdout) as Counted;
    // Several fixtures end in blank lines: they are counted as rejected, and nothing is lost with them.
    const lines = readFileSync(join(folder, name, log ?? ""), "utf8")
      .split("\n")
      .filter((line) => line.trim() !== "").length;
    if (source.parsed < lines * share) short.push(`${name}: ${source.parsed} of ${lines}`);
  }
  expect(short).toEqual([]);
});
