/**
 * Measures the engine on a real shop's log (protocol: README.md of the data folder): stealth bots found, heavy humans
 * spared, declared bots ranked above likely humans with user agents hidden. The data is never part of the project; it is
 * looked for at $GAIT_DATA or ../shared/data.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Exchange, noFingerprint, type Observes } from "#core";
import { type ClientView, createEngine } from "#engine";
import { createIntel, joinLists, parsePrefixList } from "#intel";

const folder = join(process.env.GAIT_DATA ?? "../shared/data", "zanbil_10k");
const lists = join(process.env.GAIT_DATA ?? "../shared/data", "reference_lists");

const observes: Observes = {
  cookies: false,
  setCookie: "none",
  headers: "none",
  referer: true,
  response: true,
  body: false,
  tls: false,
  lagMs: 0,
};

const linePattern =
  /^(?<ip>\S+) \S+ \S+ \[(?<time>[^\]]+)\] "(?<method>\S+) (?<target>\S+)[^"]*" (?<status>\d{3}) (?<bytes>\d+|-) "(?<referer>[^"]*)" "(?<agent>[^"]*)"/;

function parseTime(text: string): number {
  const [day, clock] = [text.slice(0, 11), text.slice(12, 20)];
  const [date, month, year] = day.split("/");
  const zone = text.slice(21);
  return Date.parse(`${date} ${month} ${year} ${clock} ${zone}`);
}

function exchangeOf(line: string): Exchange | undefined {
  const found = linePattern.exec(line)?.groups;
  if (found === undefined) return undefined;
  const target = found.target ?? "/";
  const cut = target.indexOf("?");
  const text = (value: string | undefined): string => (value === undefined || value === "-" ? "" : value);
  return {
    id: "",
    at: parseTime(found.time ?? ""),
    application: "shop",
    client: { ip: found.ip ?? "", fingerprint: noFingerprint },
    request: {
      method: found.method ?? "GET",
      scheme: "https",
      host: "",
      path: cut < 0 ? target : target.slice(0, cut),
      query: cut < 0 ? "" : target.slice(cut + 1),
      protocol: "",
      headers: { names: [], values: [] },
      userAgent: text(found.agent),
      referer: text(found.referer),
      cookies: [],
      bodyBytes: -1,
      token: 0,
      account: 0,
      password: 0,
      tokens: [],
      oddities: [],
    },
    response: {
      status: Number(found.status),
      bytes: found.bytes === "-" ? 0 : Number(found.bytes),
      durationMs: -1,
      contentType: "",
      location: "",
      setCookies: [],
      tokens: [],
    },
    observes,
  };
}

interface Target {
  readonly ip: string;
  readonly label: string;
  readonly kind: string;
}

function readTargets(): Target[] {
  return readFileSync(join(folder, "stealth_targets.pseudo.csv"), "utf8")
    .split("\n")
    .slice(1)
    .filter((line) => line !== "")
    .map((line) => {
      const [ip = "", label = "", kind = ""] = line.split(",");
      return { ip, label, kind };
    });
}

interface Unit {
  readonly ip: string;
  readonly userAgent: string;
  readonly requests: number;
  readonly total: number;
  readonly kind: string;
  readonly reasons: string;
}

function run(exchanges: readonly Exchange[], maskUserAgents: boolean): Unit[] {
  const engine = createEngine({ intel, maskUserAgents });
  for (const exchange of exchanges) engine.exchange(exchange);
  return Array.from(engine.clients(), unitOf);
}

function unitOf(view: ClientView): Unit {
  const { ip, userAgent, requests } = view;
  const verdict = view.verdict();
  const reasons = [...verdict.signals]
    .sort((a, b) => Math.abs(b.nats) - Math.abs(a.nats))
    .map((signal) => `${signal.detector} ${signal.nats.toFixed(1)}`)
    .join(", ");
  return { ip, userAgent, requests, total: verdict.score.total, kind: verdict.kind, reasons };
}

function flagged(unit: Unit): boolean {
  return unit.kind === "automated" || unit.kind === "declared-bot" || unit.total >= 80;
}

/** Share of positives ranked above all but `share` of the negatives. */
function recallAt(positives: readonly Unit[], negatives: readonly Unit[], share: number): number {
  const allowed = Math.floor(negatives.length * share);
  const ranked = negatives.map((unit) => unit.total).sort((a, b) => b - a);
  const threshold = ranked[allowed] ?? 0;
  return positives.filter((unit) => unit.total > threshold).length / positives.length;
}

/** The hosting ranges of the data set: units inside are no likely humans. */
function createHosting(): (ip: string) => boolean {
  const prefixes = ["x4bnet/output/datacenter/ipv4.txt", "ipranges/all/ipv4_merged.txt"].flatMap(
    (name) => parsePrefixList(readFileSync(join(lists, "ip_lists", name), "utf8"), { prefixesMax: 500_000 }).prefixes,
  );
  const ranges = createIntel({ ...joinLists([{ name: "hosting", category: "hosting", prefixes }]), databases: [] });
  return (ip) => ranges.network(ip).lists.length > 0;
}

if (!existsSync(folder)) {
  console.error(`bench:shop needs the data set at ${folder}; set GAIT_DATA to its parent folder`);
  process.exit(1);
}
const intel = createIntel();
const exchanges = readFileSync(join(folder, "access_10000.pseudo.log"), "utf8")
  .split("\n")
  .flatMap((line) => exchangeOf(line) ?? []);

const targets = readTargets();
const listed = new Set(targets.map(({ ip }) => ip));

const hosting = createHosting();
const shown = run(exchanges, false).filter((unit) => unit.requests >= 3);
const verbose = process.argv.includes("--verbose");
console.log("Stealth bots and heavy humans, user agents shown:");
let found = 0;
let harmed = 0;
for (const target of targets) {
  const units = shown.filter((unit) => unit.ip === target.ip);
  const hit = units.some(flagged);
  if (target.label === "bot" && hit) found++;
  if (target.label === "human" && hit) harmed++;
  for (const unit of units)
    console.log(
      `  ${target.label.padEnd(6)} ${target.kind.padEnd(14)} ${unit.ip.padEnd(16)} ${unit.kind.padEnd(10)} ${unit.total.toFixed(1).padStart(5)}  ${unit.reasons}`,
    );
}
const hidden = run(exchanges, true).filter((unit) => unit.requests >= 3);
const declared = (unit: Unit): boolean => intel.declaredBot(unit.userAgent) !== undefined;
const positives = hidden.filter(declared);
const likelyHuman = hidden.filter((unit) => !declared(unit) && !listed.has(unit.ip) && !hosting(unit.ip));
console.log(`user agents hidden: ${positives.length} declared bots, ${likelyHuman.length} likely humans`);
for (const share of [0.01, 0.02, 0.05])
  console.log(`  recall at ${share * 100} %: ${recallAt(positives, likelyHuman, share).toFixed(3)}`);
console.log(
  `  likely humans flagged: ${likelyHuman.filter(flagged).length}; bots flagged ${positives.filter(flagged).length}`,
);
if (verbose) {
  console.log("humans by score:");
  for (const unit of [...likelyHuman].sort((a, b) => b.total - a.total).slice(0, 40))
    console.log(`  ${unit.total} ${unit.ip} ${unit.requests} ${unit.reasons} | ${unit.userAgent.slice(0, 100)}`);
  console.log("bots by score, lowest first:");
  for (const unit of [...positives].sort((a, b) => a.total - b.total).slice(0, 40))
    console.log(`  ${unit.total} ${unit.ip} ${unit.requests} ${unit.reasons} | ${unit.userAgent.slice(0, 90)}`);
}
console.log(
  JSON.stringify({
    bench: "shop",
    stealthFound: found,
    stealthListed: targets.filter(({ label }) => label === "bot").length,
    heavyHumansFlagged: harmed,
    declaredBots: positives.length,
    likelyHumans: likelyHuman.length,
    recallAt1: recallAt(positives, likelyHuman, 0.01),
    recallAt2: recallAt(positives, likelyHuman, 0.02),
    recallAt5: recallAt(positives, likelyHuman, 0.05),
  }),
);
