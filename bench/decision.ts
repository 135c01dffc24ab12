/**
 * What each layer around the engine costs a decision on the thread that serves, in CPU time:
 * `npm run bench:decision [-- --people 3000] [--lanes=engine,rules] [--load]`. The same traffic goes through the engine alone,
 * through the gateway's chain of guards without rules, with every pack, and with what rules were asked being kept; slices
 * take turns so that a busy machine slows all alike. Traffic is two days of simulated people and attackers, or with
 * --load what bench:sidecar asks: one kind of client at full speed. The last line is JSON.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock, type Exchange, type Guard, observesAll } from "#core";
import { createEngine } from "#engine";
import { openAgents } from "../src/app/agents/open-agents.ts";
import type { Assignment } from "../src/app/config/environment.ts";
import { requireConfig } from "../src/app/config/read-config.ts";
import { openLivePolicy } from "../src/app/policy/open-live-policy.ts";
import { openRecords, type Records } from "../src/app/records/open-records.ts";
import { createJudge } from "../src/app/serve/judge.ts";
import { createProtection } from "../src/app/serve/protection.ts";
import { openStateDirectory } from "../src/app/serve/state-directory.ts";
import { Witness } from "../src/app/serve/witness.ts";
import { simulateTraffic } from "./policy/simulated-day.ts";

const people = Number(process.argv[process.argv.indexOf("--people") + 1]) || 3_000;
const load = process.argv.includes("--load");
const chosen = process.argv
  .find((one) => one.startsWith("--lanes="))
  ?.slice("--lanes=".length)
  .split(",");
const sliceLength = 500;

interface Lane {
  readonly name: string;
  readonly guard: Guard;
  cpuUs: number;
  requests: number;
  readonly slices: number[];
}

const folder = mkdtempSync(join(tmpdir(), "gait-bench-decision-"));
const exchanges = load ? loadTraffic(60_000) : simulateTraffic({ people, seed: 7 });
let at = 0;
const clock: Clock = { now: () => at, monotonic: () => performance.now() };
const opened: Records[] = [];

interface LaneOptions {
  readonly packs: readonly string[];
  readonly keeps: boolean;
  readonly records: boolean;
}

async function chain(name: string, { packs, keeps, records }: LaneOptions): Promise<Guard> {
  const path = join(folder, name);
  const { config } = requireConfig({ path: undefined, env: {}, flags: settings(path, packs) });
  const state = openStateDirectory(path);
  const agents = openAgents(path, config, clock);
  const judge = createJudge(state.hashKey, agents);
  const kept = await openRecords(config, state.hashKey, { network: (ip) => agents.intel.network(ip) });
  opened.push(kept);
  const room = openLivePolicy(config, { state, clock, facts: judge.facts, control: kept.control });
  const recorder = keeps ? room.recorder : undefined;
  const protection = createProtection(config, {
    judge,
    policy: room.policy,
    clock,
    panic: room.panic,
    recorder,
    hashKey: state.hashKey,
  });
  return new Witness(protection, {
    clock,
    modes: new Map(),
    engine: judge.engine,
    records: records ? kept : { append: () => undefined, hashAddress: (ip) => kept.hashAddress(ip) },
  });
}

function settings(path: string, packs: readonly string[]): readonly Assignment[] {
  return [
    { path: ["store", "path"], value: path, name: "--store.path" },
    { path: ["policy", "packs"], value: packs, name: "--policy.packs" },
    { path: ["applications"], value: [{ name: "shop", upstream: "http://127.0.0.1:9" }], name: "--applications" },
  ];
}

const makers: Readonly<Record<string, () => Promise<Guard>>> = {
  engine: async () => createEngine({ seed: 1 }),
  chain: () => chain("chain", { packs: [], keeps: false, records: false }),
  records: () => chain("records", { packs: [], keeps: false, records: true }),
  rules: () => chain("rules", { packs: ["all"], keeps: false, records: false }),
  kept: () => chain("kept", { packs: ["all"], keeps: true, records: false }),
};

const lanes: Lane[] = [];
for (const [name, make] of Object.entries(makers))
  if (chosen === undefined || chosen.includes(name))
    lanes.push({ name, guard: await make(), cpuUs: 0, requests: 0, slices: [] });

const warm = Math.floor(exchanges.length / 4);
for (let from = 0; from < exchanges.length; from += sliceLength) {
  for (let turn = 0; turn < lanes.length; turn++) {
    const lane = lanes[(turn + from / sliceLength) % lanes.length] as Lane;
    const to = Math.min(exchanges.length, from + sliceLength);
    const before = process.threadCpuUsage();
    for (let i = from; i < to; i++) {
      const exchange = exchanges[i] as Exchange;
      at = exchange.at;
      lane.guard.inspect(exchange);
      lane.guard.observe(exchange);
    }
    const { user, system } = process.threadCpuUsage(before);
    if (from < warm) continue;
    lane.cpuUs += user + system;
    lane.requests += to - from;
    lane.slices.push((user + system) / (to - from));
  }
  await new Promise((resolve) => setImmediate(resolve));
}
const figures: Record<string, number> = {};
for (const { name, cpuUs, requests, slices } of lanes) {
  const sorted = slices.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  figures[name] = Math.round(median * 100) / 100;
  console.log(
    `${name.padEnd(8)} median slice ${median.toFixed(2)} us   mean ${(cpuUs / requests).toFixed(2)} us a decision`,
  );
}
for (const one of opened) await one.close();
rmSync(folder, { recursive: true, force: true });
console.log(
  JSON.stringify({
    bench: "decision",
    traffic: load ? "load" : "people",
    requests: exchanges.length,
    medianUs: figures,
  }),
);
process.exit(0);

/** What bench:sidecar asks: five thousand clients that look alike, paging through a catalogue at full speed. */
function loadTraffic(count: number): readonly Exchange[] {
  const template = simulateTraffic({ people: 3, seed: 1 })[0];
  if (template === undefined) throw new Error("no traffic was simulated");
  const start = Date.now();
  const agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
  return Array.from({ length: count }, (_, i): Exchange => {
    const client = (i * 7) % 5_000;
    return {
      ...template,
      id: `bench-${i}`,
      at: start + i / 20,
      observes: { ...observesAll, tls: false, body: false },
      client: { ...template.client, ip: `10.0.${client >> 8}.${client & 255}` },
      request: {
        ...template.request,
        method: "GET",
        path: `/category/${i % 40}/product/${i % 997}`,
        query: "ref=list",
        userAgent: agent,
        referer: "http://shop.example/category/12",
        cookies: [{ name: "sid", value: client + 7_777_777 }],
      },
    };
  });
}
