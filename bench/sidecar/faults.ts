/**
 * What a client waits when the link to Gait breaks: `npm run bench:faults`.
 *
 * Each real proxy runs twice with its configuration of deploy/, failing open: once with a link to Gait that is broken in each of
 * the ways of the connector suite, once with a whole one. Both are asked at the same moments, so that a busy machine slows
 * both alike. Printed are the added p99 of the first second and of the time after it, the share of requests that were served,
 * and how long Gait was not asked after the link was whole again. Progress goes to stderr, the last line is JSON.
 */
import { testHashKey, type Verdict } from "#core";
import { createDecisionService, type DecisionService, openCheckServer, openSpoeAgent } from "#edge";
import { haproxyObserves } from "../../src/edge/haproxy/spoe-messages.ts";
import { checkObserves } from "../../src/edge/http-check/read-check.ts";
import { linkFaults, openFaultLink } from "../../src/edge/testdata/fault-link.ts";
import { openOrigin } from "../../src/edge/testdata/gateway-rig.ts";
import { startRealProxy } from "../../src/edge/testdata/real-proxy.ts";
import { phase, progress } from "./phases.ts";

const faultMs = 4_000;
const circuitMs = 1_500;
const everyMs = 10;
const recoverMsMax = 8_000;
const goals = { firstSecondP99Ms: 60, afterP99Ms: 2, recoveryMs: 5_000 };
const host = "127.0.0.1";

const proxies = [
  {
    name: "haproxy",
    proxy: {
      command: "haproxy",
      args: ["-db", "-f", "haproxy.cfg"],
      files: ["deploy/haproxy/haproxy.cfg", "deploy/haproxy/gait-spoe.conf"],
    },
  },
  {
    name: "nginx",
    proxy: {
      command: "nginx",
      args: ["-p", "FOLDER", "-c", "FOLDER/nginx.conf", "-g", "daemon off;"],
      files: ["deploy/nginx/nginx.conf"],
    },
  },
  {
    name: "caddy",
    proxy: {
      command: "caddy",
      args: ["run", "--config", "FOLDER/Caddyfile", "--adapter", "caddyfile"],
      files: ["deploy/caddy/Caddyfile"],
    },
  },
] as const;

const allowed: Omit<Verdict, "reference"> = {
  action: "allow",
  kind: "unknown",
  score: { total: 0, behaviour: 0, presentation: 0 },
  signals: [],
  rule: null,
  watched: [],
  basis: "none",
  certifiedFpr: null,
  revision: 0,
};

interface Row {
  readonly proxy: string;
  readonly fault: string;
  readonly firstSecondP99Ms: number;
  readonly afterP99Ms: number;
  /** Steadier on a busy machine. */
  readonly afterP50Ms: number;
  readonly servedShare: number;
  readonly recoveryMs: number;
}

const rows: Row[] = [];
const origin = await openOrigin((_, response) => response.end("hello"));
for (const one of proxies) {
  const service = createService(one.name);
  const end = await openDoor(one.name, service);
  const link = await openFaultLink(end.port);
  const peerEnd = await openDoor(one.name, createService(one.name));
  const peerLink = await openFaultLink(peerEnd.port);
  const start = (gaitPort: number): ReturnType<typeof startRealProxy> =>
    phase(`start ${one.name}`, 20, () => startRealProxy({ ...one.proxy, originPort: origin.port, gaitPort }));
  const proxy = await start(link.port);
  const peer = await start(peerLink.port);
  const ask = (): Promise<Asked> => askOnce(proxy.port);
  const askPeer = (): Promise<Asked> => askOnce(peer.port);
  await Promise.all([askFor(1_000, ask), askFor(1_000, askPeer)]);
  for (const fault of linkFaults) {
    const [found, beside] = await phase(`${one.name}: ${fault}`, 30, async () => {
      link.set(fault);
      return Promise.all([askFor(faultMs, ask), askFor(faultMs, askPeer)]);
    });
    link.set(undefined);
    const { asked } = service.stats();
    const healedAt = performance.now();
    while (service.stats().asked === asked && performance.now() - healedAt < recoverMsMax) await askFor(everyMs, ask);
    const recoveryMs = Math.round(performance.now() - healedAt);
    const first = ({ at }: { readonly at: number }): boolean => at < 1_000;
    const later = ({ at }: { readonly at: number }): boolean => at >= circuitMs;
    const added = (share: number, when: typeof first): number =>
      round(quantile(times(found.filter(when)), share) - quantile(times(beside.filter(when)), share));
    const row = {
      proxy: one.name,
      fault,
      firstSecondP99Ms: added(0.99, first),
      afterP99Ms: added(0.99, later),
      afterP50Ms: added(0.5, later),
      servedShare: found.filter(({ status }) => status === 200).length / found.length,
      recoveryMs,
    };
    rows.push(row);
    await askFor(500, ask);
  }
  await proxy.stop();
  await peer.stop();
  await link.close();
  await peerLink.close();
  await end.close();
  await peerEnd.close();
}
origin.close();
progress("done");
console.table(rows);
const met = rows.filter(
  (row) =>
    row.servedShare === 1 &&
    row.firstSecondP99Ms <= goals.firstSecondP99Ms &&
    row.afterP99Ms <= goals.afterP99Ms &&
    row.recoveryMs <= goals.recoveryMs,
).length;
console.log(`${met} of ${rows.length} within every bound: ${JSON.stringify(goals)}, all served`);
console.log(JSON.stringify({ bench: "faults", goals, met, of: rows.length, rows }));

type ProxyName = (typeof proxies)[number]["name"];

function createService(name: ProxyName): DecisionService {
  return createDecisionService({
    guard: { inspect: ({ id }) => ({ ...allowed, reference: id }), observe: () => undefined },
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    hashKey: testHashKey,
    application: "bench",
    mode: "enforce",
    failMode: "open",
    observes: name === "haproxy" ? haproxyObserves : checkObserves,
  });
}

function openDoor(
  name: ProxyName,
  service: DecisionService,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  if (name === "haproxy") return openSpoeAgent(service, { host, port: 0 });
  const dialect = name === "nginx" ? "auth-request" : "forward-auth";
  return openCheckServer(service, { listen: { host, port: 0 }, dialect, trustedProxies: [host] });
}

interface Asked {
  readonly status: number;
  readonly ms: number;
}

/** Asks every few milliseconds, whatever the answers take. `at` is when each was sent, from the start. */
async function askFor(ms: number, ask: () => Promise<Asked>): Promise<readonly (Asked & { readonly at: number })[]> {
  const startedAt = performance.now();
  const all: Promise<Asked & { readonly at: number }>[] = [];
  for (let i = 0; i * everyMs < ms; i++) {
    const at = performance.now() - startedAt;
    all.push(ask().then((asked) => ({ ...asked, at })));
    await new Promise((resolve) =>
      setTimeout(resolve, Math.max(0, (i + 1) * everyMs - (performance.now() - startedAt))),
    );
  }
  return Promise.all(all);
}

async function askOnce(port: number): Promise<Asked> {
  const startedAt = performance.now();
  const response = await fetch(`http://${host}:${port}/`);
  await response.text();
  return { status: response.status, ms: performance.now() - startedAt };
}

function times(asked: readonly Asked[]): readonly number[] {
  return asked.map(({ ms }) => ms);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function round(value: number): number {
  return Number(value.toFixed(1));
}
