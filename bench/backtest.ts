/**
 * A backtest over a million stored requests, and the look-up of a standing verdict among a hundred thousand.
 *
 *     npm run bench:backtest
 *
 * The backtest's matches are compared, request by request, with those that the same rules found when the requests were stored: they
 * must be equal. Then every pack watches simulated people and attackers through a real engine, and is compared in the same way.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createBacktest } from "#analyst";
import { createRandom } from "#core";
import { createEngine } from "#engine";
import { createDecisionTable, createLanguage, createRuleSet, numberNames, readPack, type Subject } from "#policy";
import { openFactLog, readFactLog } from "#store";
import { createFactRecorder, firstLayout } from "../src/app/policy/fact-recorder.ts";
import { runBacktest } from "../src/app/policy/run-backtest.ts";
import { compareWithShadow, tapped } from "./policy/shadow-run.ts";

const requests = Number(process.argv[2] ?? 1_000_000);
const sessions = Math.ceil(requests / 20);
const rules = `
- { name: walks, why: b, when: '"id-walk" in signals && session.requests > 40', then: block }
- { name: busy, why: b, when: 'request.method == "POST" && session.requests > 60 && request.path.startsWith("/api")', then: throttle }
`;

const { vocabulary } = createEngine().facts;
const folder = mkdtempSync(join(tmpdir(), "gait-backtest-"));
const random = createRandom(7);
const names = numberNames(vocabulary);
const read = readPack(rules, "bench.yaml", createLanguage(vocabulary));
if ("problems" in read) throw new Error(JSON.stringify(read.problems));
const set = createRuleSet(read.rules, vocabulary, 1);
const log = openFactLog(folder, firstLayout(vocabulary));
const clock = { now: () => Date.UTC(2026, 0, 5), monotonic: () => 0 };
let sequence = 0;
const recorder = createFactRecorder(
  tapped(log, (row) => {
    sequence = row.sequence;
  }),
  { clock, vocabulary },
);
/** Beside the log that is backtested, so that its requests are not counted twice. */
const spareLog = openFactLog(`${folder}-spare`, firstLayout(vocabulary));
const spare = createFactRecorder(spareLog, { clock, vocabulary });
const shadow = new Map(read.rules.map(({ name }) => [name, 0]));
/** What matched which request, as it was noted. */
const pairs = new Set<string>();
const textNames = vocabulary.variables.filter(({ type }) => type === "text").map(({ name }) => name);
const place = new Map(names.map((name, i) => [name, i]));
const noTags: readonly string[] = [];
const agents = Array.from({ length: 200 }, (_, i) => `Mozilla/5.0 (agent ${i})`);

for (let i = 0; i < requests; i++) {
  const session = 1 + Math.floor(random() * sessions);
  const values = new Float64Array(names.length);
  // Half of what rules may ask is zero or unknown for most requests.
  for (let n = 0; n < 40; n++) values[(session * 7 + n * 3) % Math.min(names.length, 120)] = Math.floor(random() * 50);
  values[place.get("session.requests") ?? 0] = Math.floor(random() * 80);
  const texts = new Map([
    ["request.method", random() < 0.3 ? "POST" : "GET"],
    ["request.path", random() < 0.2 ? "/api/cart" : `/product/${Math.floor(random() * 20_000)}`],
    ["request.host", "shop.example"],
    ["request.userAgent", agents[session % agents.length] ?? ""],
  ]);
  const list = textNames.map((name) => texts.get(name) ?? "");
  const signals = random() < 0.02 ? [{ detector: "id-walk", nats: 3 }] : [];
  const subject: Subject = {
    number: (at) => values[at] ?? Number.NaN,
    text: (at) => list[at] ?? "",
    tags: noTags,
    signals,
    inList: () => undefined,
    canary: 0.5,
  };
  const matched = set.decide(subject).matched.map(({ name }) => name);
  for (const name of matched) shadow.set(name, (shadow.get(name) ?? 0) + 1);
  const exchange = { id: String(i), at: i * 10, response: undefined } as never;
  const verdict = { kind: session % 3 === 0 ? "human" : "unknown" } as never;
  recorder.note(exchange, verdict, {
    subject,
    identity: { session, actor: session, account: 0, cohort: "", fingerprint: "" },
    reads: set.reads,
  });
  for (const name of matched) pairs.add(`${sequence} ${name}`);
  if (i % 20_000 === 0) await log.flush();
}
await log.flush();
const noteUs = noteCost();
await log.close();
const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
const started = performance.now();
const report = await runBacktest({ folder, files: [{ file: "bench.yaml", text: rules }], names: [], vocabulary });
const seconds = (performance.now() - started) / 1_000;
let found = 0;
let extra = 0;
const again = createBacktest({
  rules: read.rules,
  vocabulary,
  inList: () => undefined,
  onMatch(number, rule) {
    if (pairs.has(`${number} ${rule}`)) found++;
    else extra++;
  },
});
readFactLog(folder, (layout) => again.reader(layout));
const equal =
  found === pairs.size &&
  extra === 0 &&
  report.results.every(({ rule, requests: matched }) => matched === shadow.get(rule));
const packs = await compareWithShadow(`${folder}-packs`, { people: 2_000, seed: 5 });
const packsEqual = packs.missing.length === 0 && packs.extra.length === 0;
await spareLog.close();
for (const name of [folder, `${folder}-spare`, `${folder}-packs`]) rmSync(name, { recursive: true, force: true });

/** CPU of noting one request, in microseconds: the same request again and again, as a busy site would hand it over. */
function noteCost(): number {
  const notes = 50_000;
  const numbers = new Float64Array(names.length).map((_, i) => (i % 3 === 0 ? i : 0));
  const list = textNames.map((name) => (name.startsWith("request") ? `/${name}` : ""));
  const subject: Subject = {
    number: (at) => numbers[at] ?? Number.NaN,
    text: (at) => list[at] ?? "",
    tags: noTags,
    signals: [],
    inList: () => undefined,
    canary: 0.5,
  };
  const exchange = { id: "again", at: 1, response: undefined } as { at: number };
  const verdict = { kind: "unknown" } as never;
  const identity = { session: 1, actor: 1, account: 0, cohort: "", fingerprint: "" };
  const before = process.cpuUsage();
  for (let i = 0; i < notes; i++) {
    exchange.at += 10;
    spare.note(exchange as never, verdict, { subject, identity, reads: set.reads });
  }
  const after = process.cpuUsage(before);
  return (after.user + after.system) / notes;
}

const table = createDecisionTable();
for (let value = 1; value <= 100_000; value++) {
  const decision = {
    id: String(value),
    scope: "session",
    value,
    action: "block",
    reason: "",
    origin: "rule",
    cohort: "",
  } as const;
  table.add({ ...decision, createdAt: 0, expiresAt: Number.POSITIVE_INFINITY });
}
const lookups = 2_000_000;
const keys = { address: "203.0.113.9", session: 0, account: 0, token: 0, fingerprint: "", behaviour: "", cohort: "" };
let standing = 0;
const cpu = process.cpuUsage();
for (let i = 0; i < lookups; i++) {
  keys.session = (i * 7) % 200_000;
  if (table.lookup(keys, 1) !== undefined) standing++;
}
const spent = process.cpuUsage(cpu);
const lookupNs = ((spent.user + spent.system) * 1_000) / lookups;

console.log(
  `${report.requests} requests, ${(bytes / report.requests).toFixed(0)} bytes each; noted in ${noteUs.toFixed(2)} µs of CPU each`,
);
console.log(
  `backtest of ${report.results.length} rules: ${seconds.toFixed(2)} s; equal to the run in watch mode, ${pairs.size} pairs of request and rule: ${equal ? "yes" : "NO"}`,
);
console.log(
  `${packs.rules} rules of packs over ${packs.stored} stored requests of ${packs.requests}, ${packs.matches} pairs: ${packsEqual ? "equal" : "NOT EQUAL"}`,
);
console.log(`standing verdict among 100,000: ${lookupNs.toFixed(0)} ns of CPU (${standing} found)`);
console.log(
  JSON.stringify({
    requests: report.requests,
    seconds,
    bytesEach: bytes / report.requests,
    pairs: pairs.size,
    equal,
    packPairs: packs.matches,
    packsEqual,
    lookupNs,
  }),
);
if (!equal || !packsEqual) process.exitCode = 1;
