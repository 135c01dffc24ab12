import { createInterface } from "node:readline";
import { type Exchange, type Guard, testHashKey, type Verdict } from "#core";
import { type GatewayOptions, openGateway } from "../index.ts";
import { openWorkerGateway, type WorkerGateway } from "../workers/worker-gateway.ts";
import { faultyTreatments, lastSegment } from "./fault-treatments.ts";
import type { PublishedFault } from "./fault-worker.ts";
import { verdictOf } from "./gateway-rig.ts";

/**
 * A gateway in a process of its own whose engine has the fault that a request's path names. Started with one argument
 * of JSON, tells its port on the first line of stdout, obeys lines on stdin, and answers each with a line of JSON.
 */
export interface FaultProcessOptions {
  readonly upstreamPort: number;
  /** 0: in one thread. */
  readonly workers: number;
  readonly mode: "observe" | "enforce";
  readonly limits?: Readonly<Record<string, number>>;
  /** Files of a certificate and its key: TLS instead of cleartext. */
  readonly certificate?: { readonly cert: string; readonly key: string };
  /** Path of an access log; none otherwise. */
  readonly accessLog?: string;
}

const faults: Readonly<Record<string, (exchange: Exchange) => unknown>> = {
  throw: () => {
    throw new Error("planted");
  },
  nothing: () => undefined,
  number: () => 7,
  nan: (exchange) => verdictOf(exchange, { action: "tag", score: { total: Number.NaN, behaviour: Number.NaN, presentation: Number.NaN } }),
  unknown: (exchange) => verdictOf(exchange, { action: "explode" as Verdict["action"] }),
  allocate: (exchange) => {
    let bytes = 0;
    for (let i = 0; i < 30; i++) bytes += new Uint8Array(10 * 1024 * 1024).fill(1).length;
    return verdictOf(exchange, { revision: bytes });
  },
  hang: (exchange) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(exchange.request.query) || 1_000);
    return verdictOf(exchange);
  },
  block: (exchange) => verdictOf(exchange, { action: "block" }),
};

const observed = new Map<string, number>();

const guard: Guard = {
  inspect(exchange) {
    const last = lastSegment(exchange);
    if (last.startsWith("plan-")) return verdictOf(exchange, { action: "deceive" });
    const fault = faults[last];
    return (fault?.(exchange) ?? (fault === undefined ? verdictOf(exchange) : undefined)) as Verdict;
  },
  observe(exchange) {
    const key = `${exchange.request.path} ${exchange.response?.status ?? 0}`;
    observed.set(key, (observed.get(key) ?? 0) + 1);
    if (exchange.request.path.endsWith("/learn-throw")) throw new Error("planted");
    // Read when the access log writes its line, which is the stage behind this one.
    if (lastSegment(exchange) === "log-throw") Object.defineProperty(exchange, "at", { get: () => { throw new Error("planted"); } });
  },
};

const { upstreamPort, workers, mode, limits, accessLog, certificate } = JSON.parse(process.argv[2] ?? "{}") as FaultProcessOptions;
const options: GatewayOptions = {
  listen: [{ host: "127.0.0.1", port: 0, ...(certificate === undefined ? {} : { tls: { certificates: [certificate] } }) }],
  applications: [{ name: "app", upstream: { name: "origin", urls: [`http://127.0.0.1:${upstreamPort}`] } }],
  routes: [{ paths: ["/closed"], failMode: "closed" }],
  mode,
  failMode: "open",
  hashKey: testHashKey,
  limits: { drainMs: 1_000 },
  documents: [{ path: "/revision", contentType: "text/plain", text: "0" }],
  ...(accessLog === undefined ? {} : { accessLog: { path: accessLog, format: "json" } }),
};
let published: PublishedFault = {};
const gateway =
  workers === 0
    ? await openGateway(options, guard, { treatments: faultyTreatments })
    : await openWorkerGateway(options, guard, {
        workers,
        entry: new URL("./fault-worker.ts", import.meta.url),
        standing: () => published,
        ...(limits === undefined ? {} : { limits }),
      });
const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

createInterface(process.stdin).on("line", (line) => {
  const [verb, value] = line.split(" ");
  const spread = gateway as WorkerGateway;
  if (verb === "stats") {
    say({ stats: gateway.stats(), workers: spread.workers ?? [], observed: Object.fromEntries(observed), rss: process.memoryUsage.rss() });
  } else if (verb === "publish") {
    published = JSON.parse(value ?? "{}") as PublishedFault;
    spread.publishStanding();
    // Only those that are there fall into the fault; a replacement starts without.
    published = { ...published, fault: "" };
    say({});
  } else if (verb === "reload") {
    gateway.reload({ ...options, revision: Number(value), documents: [{ path: "/revision", contentType: "text/plain", text: value ?? "" }] });
    say({});
  } else if (verb === "drain") void gateway.drain().then((result) => say(result));
});
say({ port: gateway.addresses[0]?.port });
