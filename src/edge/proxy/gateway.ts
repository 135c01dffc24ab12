import type { AddressInfo, Server } from "node:net";
import type { Clock, DistantGuard, Guard, Treatments } from "#core";
import { createHttp2Context } from "../h2/serve-http2.ts";
import type { PairReport } from "../tls/certificates.ts";
import { openAccessLog } from "./access-log.ts";
import { Admission } from "./admission.ts";
import { containTreatments } from "./contained-treatments.ts";
import { EdgeCounters, type EdgeStats, snapshotCounters } from "./counters.ts";
import { createDelays } from "./delays.ts";
import type { GatewayState } from "./gateway-state.ts";
import { type AcceptContext, type Listener, type OpenConnection, openListener } from "./listener.ts";
import type { GatewayOptions, ListenOptions, UpstreamOptions } from "./options.ts";
import { createRequestIds } from "./request-ids.ts";
import { compileRuntime, type Runtime } from "./runtime.ts";
import { TimerWheel } from "./timer-wheel.ts";
import { Upstream } from "./upstream.ts";

/** A running data plane. */
export interface Gateway {
  /** Where it listens, in the order of `listen`; ports are the real ones. */
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  /**
   * Swaps the configuration in one step. Connections and requests under way are not touched; what differs applies
   * from the next request on. `listen` and `accessLog` stay as they were opened.
   *
   * @throws GaitError `edge-options`; then the old configuration stays.
   */
  reload(options: GatewayOptions): void;
  /**
   * The listening sockets as file descriptors, in the order of `listen`; several for one address where workers have
   * one each. A successor process that inherits them accepts from the same queues, so that nothing in them is lost.
   */
  sockets(): readonly (readonly number[])[];
  /**
   * Stops accepting, says `Connection: close` with every answer, and waits for what is under way. Idle kept
   * connections are not cut (a request may be on its way on them) until the limit `drainMs`, then all that is left is.
   */
  drain(): Promise<{ readonly cut: number }>;
  stats(): EdgeStats;
  /** Reads the certificates again. A pair that cannot serve is refused and its last good state stays. */
  reloadCertificates(): readonly PairReport[];
  /** Opens the access log anew, after rotation. */
  reopenLogs(): void;
}

/** What a gateway may be given from outside. */
export interface GatewayParts {
  readonly clock?: Clock;
  /** Judges in place of the guard, from another thread. */
  readonly distant?: DistantGuard | undefined;
  readonly counters?: EdgeCounters;
  /** Makes answers in the origin's place. */
  readonly treatments?: Treatments | undefined;
}

/** Opens the data plane. Resolves when every listening socket is bound. */
export async function openGateway(
  options: GatewayOptions,
  guard: Guard,
  { clock = systemClock, distant, counters = new EdgeCounters(), treatments }: GatewayParts = {},
): Promise<Gateway> {
  const wheel = new TimerWheel(() => clock.monotonic());
  const pools = createPools({ counters, wheel });
  const runtime = pools.compile(options);
  const accessLog =
    options.accessLog === undefined
      ? undefined
      : openAccessLog({ ...options.accessLog, bytesMax: runtime.limits.accessLogBytesMax, counters });
  const delays = createDelays(wheel);
  const ids = createRequestIds();
  const state: GatewayState = {
    runtime,
    draining: false,
    guard,
    distant,
    clock,
    counters,
    wheel,
    ids,
    delays,
    accessLog,
    treatments: treatments === undefined ? undefined : containTreatments(treatments, counters),
    tokenBudget: { second: 0, bytes: 0 },
  };
  const http2 = createHttp2Context(options.http2Limits);
  const context: AcceptContext = { state, admission: new Admission(), open: new Set<OpenConnection>(), http2 };
  wheel.start();
  const perAddress = await Promise.all(options.listen.map((listen) => openListeners(listen, context)));
  const listeners = perAddress.flat();
  const servers = listeners.map(({ server }) => server);
  return {
    addresses: perAddress.flatMap(([first]) => (first === undefined ? [] : [boundAddress(first.server)])),
    sockets: () => perAddress.map((own) => own.flatMap(({ server }) => descriptorOf(server))),
    reload(next) {
      state.runtime = pools.compile(next);
      pools.retireUnused(state.runtime);
    },
    reloadCertificates: () => listeners.flatMap(({ secure }) => secure?.reload() ?? []),
    async drain() {
      state.draining = true;
      for (const { secure } of listeners) secure?.close();
      const cut = await drainConnections(servers, context);
      wheel.stop();
      pools.retireAll();
      await accessLog?.close();
      return { cut };
    },
    stats: () => snapshotCounters(counters, pools.stats()),
    reopenLogs: () => accessLog?.reopen(),
  };
}

const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

interface Pools {
  compile(options: GatewayOptions): Runtime<Upstream>;
  retireUnused(runtime: Runtime<Upstream>): void;
  retireAll(): void;
  stats(): ReturnType<Upstream["stats"]>;
}

/** Upstream pools by their options: an upstream that a reload leaves as it was keeps its connections. */
function createPools({ counters, wheel }: { readonly counters: EdgeCounters; readonly wheel: TimerWheel }): Pools {
  const byOptions = new Map<string, Upstream>();
  return {
    compile(options) {
      const opened: string[] = [];
      let limits: Runtime<Upstream>["limits"] | undefined;
      const upstreamFor = (upstream: UpstreamOptions): Upstream => {
        const key = JSON.stringify(upstream);
        const known = byOptions.get(key);
        if (known !== undefined) return known;
        limits ??= compileRuntime(options, () => undefined).limits;
        const created = new Upstream(upstream, { counters, wheel, limits });
        byOptions.set(key, created);
        opened.push(key);
        return created;
      };
      // Compiled once without effects first, so that a bad configuration leaves no trace.
      const { limits: checked } = compileRuntime(options, () => undefined);
      limits = checked;
      const runtime = compileRuntime(options, upstreamFor);
      for (const { upstream } of runtime.applications) upstream.limits = runtime.limits;
      return runtime;
    },
    retireUnused(runtime) {
      const used = new Set(runtime.applications.map(({ upstream }) => upstream));
      for (const [key, upstream] of byOptions) {
        if (used.has(upstream)) continue;
        upstream.retire();
        byOptions.delete(key);
      }
    },
    retireAll() {
      for (const upstream of byOptions.values()) upstream.retire();
    },
    stats: () => [...byOptions.values()].flatMap((upstream) => upstream.stats()),
  };
}

/** One listener for an address, or one for each socket that was handed over for it. */
function openListeners(listen: ListenOptions, context: AcceptContext): Promise<readonly Listener[]> {
  const { inherited = [] } = listen;
  if (inherited.length === 0) return Promise.all([openListener(listen, context)]);
  return Promise.all(inherited.map((descriptor) => openListener(listen, context, descriptor)));
}

/** Node tells a socket's descriptor by no public name; where this one is gone, nothing can be handed over. */
function descriptorOf(server: Server): readonly number[] {
  const { _handle: handle } = server as Server & { readonly _handle?: { readonly fd?: number } | null };
  return handle?.fd === undefined || handle.fd < 0 ? [] : [handle.fd];
}

function boundAddress(server: Server): { readonly host: string; readonly port: number } {
  const { address, port } = server.address() as AddressInfo;
  return { host: address, port };
}

/** Turns of the event loop that must pass without a new connection before a listening socket is closed. */
const quietTurns = 2;
const quietTurnsMax = 64;

/**
 * Takes up what waits in the kernel's accept queue: closing a listening socket resets every connection in it, although
 * the client has seen it open and may have sent its request. What arrives within the last turn can still be lost where
 * a second process listens on the port by itself; a successor that inherits the socket loses nothing.
 */
async function emptyAcceptQueue({ counters }: GatewayState): Promise<void> {
  let quiet = 0;
  for (let turn = 0; turn < quietTurnsMax && quiet < quietTurns; turn++) {
    const before = counters.connections;
    // Runs right behind the poll phase, in which waiting connections were accepted.
    await new Promise<void>((resolve) => setImmediate(resolve));
    quiet = counters.connections === before ? quiet + 1 : 0;
  }
}

/** `net.Server.close` stops accepting and leaves open connections alone, which is exactly what a drain wants. */
async function drainConnections(servers: readonly Server[], { state, open }: AcceptContext): Promise<number> {
  await new Promise<void>((resolve) => setTimeout(resolve, state.runtime.limits.drainDelayMs));
  await emptyAcceptQueue(state);
  const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
  let cut = 0;
  const hardStop = setTimeout(() => {
    cut = [...open].filter((connection) => connection.busy).length;
    for (const connection of [...open]) connection.destroy();
  }, state.runtime.limits.drainMs);
  await Promise.all(closed);
  clearTimeout(hardStop);
  return cut;
}
