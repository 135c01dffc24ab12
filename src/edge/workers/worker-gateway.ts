import { randomBytes } from "node:crypto";
import { type EdgeLimits, edgeLimits, GaitError, type Guard, limitValues, workerLimits } from "#core";
import { type EdgeStats, increment, type WorkerState } from "../proxy/counters.ts";
import type { Gateway } from "../proxy/gateway.ts";
import type { GatewayOptions } from "../proxy/options.ts";
import { compileRuntime } from "../proxy/runtime.ts";
import { EdgeWorker, type WorkerParts } from "./edge-worker.ts";
import { noStats, sumStats, withoutOpen } from "./stats-shard.ts";

/** How a gateway is spread over workers. */
export interface WorkerGatewayParts {
  /** How many workers; 1 to the limit `workersMax`. */
  readonly workers: number;
  /** Module that calls `runEdgeWorker`. */
  readonly entry: URL;
  /** What stands at this moment, in the form that the entry's reader knows; undefined: nothing is published. */
  readonly standing?: () => unknown;
  readonly limits?: Readonly<Partial<Record<keyof typeof workerLimits, number>>>;
}

/** A gateway whose hands are worker threads and whose one judge is the thread that opened it. */
export interface WorkerGateway extends Gateway {
  readonly workers: readonly WorkerState[];
  /** Publishes what stands to every worker. */
  publishStanding(): void;
}

/**
 * Opens the data plane on several worker threads that listen on one port (SO_REUSEPORT). They parse, speak TLS and
 * proxy; the calling thread alone judges, so that a client is one client whichever worker its connections land on.
 *
 * A worker that dies or shows no sign of life for the limit `stuckMs` is replaced; connections that were lost with it
 * are counted (`workerConnectionsLost`). Resolves when every worker serves.
 *
 * @throws GaitError `edge-options`, and what kept the first worker from listening.
 */
export async function openWorkerGateway(
  options: GatewayOptions,
  guard: Guard,
  given: WorkerGatewayParts,
): Promise<WorkerGateway> {
  const supervisor = new Supervisor(options, guard, given);
  await supervisor.start();
  return supervisor;
}

class Supervisor implements WorkerGateway {
  readonly #limits: ReturnType<typeof limitValues<typeof workerLimits>>;
  readonly #parts: WorkerParts;
  readonly #count: number;
  readonly #standing: (() => unknown) | undefined;
  readonly #ticketSecret: string = randomBytes(32).toString("hex");
  readonly #reasons = new Map<string, number>();
  #options: GatewayOptions;
  #workers: EdgeWorker[] = [];
  #gone: EdgeStats = noStats;
  #restarts = 0;
  #lost = 0;
  #draining = false;
  #watchdog: NodeJS.Timeout | undefined;
  addresses: Gateway["addresses"] = [];

  constructor(options: GatewayOptions, guard: Guard, { workers, entry, standing, limits }: WorkerGatewayParts) {
    this.#limits = limitValues(workerLimits, limits ?? {});
    if (!Number.isInteger(workers) || workers < 1 || workers > this.#limits.workersMax) {
      throw new GaitError("edge-options", `workers: ${workers} was read, expected 1 to ${this.#limits.workersMax}`);
    }
    compileRuntime(options, () => undefined);
    this.#options = options;
    this.#count = workers;
    this.#standing = standing;
    const count = (code: string): void => increment(this.#reasons, code);
    this.#parts = { entry, guard, limits: this.#limits, standing: () => standing?.(), count };
  }

  get workers(): readonly WorkerState[] {
    return this.#workers.map(({ revision, isReady, openConnections }) => ({
      revision,
      ready: isReady,
      openConnections,
    }));
  }

  /** The first worker finds the ports, where any free one will do; the others join it there. */
  async start(): Promise<void> {
    try {
      const first = this.#add(0);
      await first.ready;
      this.addresses = first.addresses;
      await Promise.all(Array.from({ length: this.#count - 1 }, (_, i) => this.#add(i + 1).ready));
    } catch (error) {
      this.#draining = true;
      for (const worker of this.#workers) void worker.terminate();
      throw error;
    }
    const checkMs = this.#limits.stuckMs / checksUntilStuck;
    this.#watchdog = setInterval(() => this.#check(), checkMs);
    this.#watchdog.unref();
  }

  reload(options: GatewayOptions): void {
    compileRuntime(options, () => undefined);
    this.#options = options;
    const shared = this.#optionsOfWorker();
    for (const worker of this.#workers) worker.send({ kind: "reload", options: shared });
  }

  sockets(): readonly (readonly number[])[] {
    return this.#options.listen.map((_, i) => this.#workers.flatMap(({ sockets }) => sockets[i] ?? []));
  }

  async drain(): Promise<{ readonly cut: number }> {
    this.#draining = true;
    clearInterval(this.#watchdog);
    const cuts = await Promise.all(this.#workers.map((worker) => worker.drain()));
    return { cut: cuts.reduce((sum, cut) => sum + cut, 0) };
  }

  stats(): EdgeStats {
    const sum = sumStats([this.#gone, ...this.#workers.map((worker) => worker.stats())]);
    const reasons = { ...sum.reasons };
    for (const [code, count] of this.#reasons) reasons[code] = (reasons[code] ?? 0) + count;
    return {
      ...sum,
      reasons,
      workers: this.workers,
      totals: {
        ...sum.totals,
        openWorkers: this.#workers.filter(({ isReady }) => isReady).length,
        workerRestarts: this.#restarts,
        workerConnectionsLost: this.#lost,
      },
    };
  }

  /** Every worker reads its certificates by itself; what they found is in the logs of the next handshakes. */
  reloadCertificates(): [] {
    for (const worker of this.#workers) worker.send({ kind: "certificates" });
    return [];
  }

  reopenLogs(): void {
    for (const worker of this.#workers) worker.send({ kind: "reopen-logs" });
  }

  publishStanding(): void {
    const standing = this.#standing?.();
    for (const worker of this.#workers) worker.send({ kind: "standing", standing });
  }

  /** @param index Of the workers at the start, which share out what was handed over; a replacement binds anew. */
  #add(index?: number): EdgeWorker {
    const worker = new EdgeWorker(this.#parts, this.#optionsOfWorker(index), (ended) => this.#onEnd(ended));
    this.#workers.push(worker);
    return worker;
  }

  #optionsOfWorker(index?: number): GatewayOptions {
    const options = this.#options;
    const shareOfSockets = (sockets: readonly number[] = []): readonly number[] =>
      sockets.filter((_, i) => i % this.#count === index);
    return {
      ...options,
      limits: shareOf(options.limits ?? {}, this.#count),
      listen: options.listen.map((listen, i) => ({
        ...listen,
        port: listen.port === 0 ? (this.addresses[i]?.port ?? 0) : listen.port,
        reusePort: true,
        inherited: shareOfSockets(listen.inherited),
        // A session begun with one worker is resumed by any other.
        ...(listen.tls === undefined ? {} : { tls: { ticketSecret: this.#ticketSecret, ...listen.tls } }),
      })),
    };
  }

  /** Counts checks rather than time: when the whole process was held up, nobody is to blame. */
  #check(): void {
    for (const worker of this.#workers) {
      if (!worker.isReady || worker.showsLife()) {
        worker.stillChecks = 0;
        if (!worker.isReady && performance.now() - worker.startedAt > this.#limits.startMs) void worker.terminate();
        continue;
      }
      if (++worker.stillChecks === checksUntilStuck) {
        increment(this.#reasons, "worker-stuck");
        void worker.terminate();
      }
    }
  }

  #onEnd(worker: EdgeWorker): void {
    this.#workers = this.#workers.filter((other) => other !== worker);
    const stats = worker.stats();
    this.#gone = sumStats([this.#gone, withoutOpen(stats)]);
    if (this.#draining) return;
    this.#restarts++;
    this.#lost += worker.openConnections;
    increment(this.#reasons, "worker-lost");
    const age = performance.now() - worker.startedAt;
    if (age > this.#limits.restartMs) this.#add();
    else setTimeout(() => this.#draining || this.#add(), this.#limits.restartMs).unref();
  }
}

/** Missed checks after which a worker is taken to be stuck. */
const checksUntilStuck = 4;

/** Caps of a whole process, shared out among its workers. */
const sharedLimits = [
  "connectionsMax",
  "connectionsPerAddressMax",
  "connectionsPerPrefixMax",
  "upstreamConnectionsMax",
  "upstreamIdleMax",
  "upstreamQueueMax",
  "throttledMax",
  "accessLogBytesMax",
] as const;

/**
 * The kernel spreads connections by a hash, so each worker sees its share of every address. A cap is met a little
 * early where the hash is uneven, never late.
 */
function shareOf(limits: Partial<EdgeLimits>, workers: number): Partial<EdgeLimits> {
  const all = limitValues(edgeLimits, limits);
  const shares = Object.fromEntries(sharedLimits.map((name) => [name, Math.ceil(all[name] / workers)]));
  return { ...limits, ...shares };
}
