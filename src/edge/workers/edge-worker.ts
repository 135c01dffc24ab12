import { Worker } from "node:worker_threads";
import { GaitError, type Guard, type LimitValues, type workerLimits } from "#core";
import type { EdgeStats } from "../proxy/counters.ts";
import type { GatewayOptions } from "../proxy/options.ts";
import { AnsweringGuard } from "../ring/answering-guard.ts";
import { allocateRings } from "../ring/ring-pair.ts";
import { noStats, StatsShard } from "./stats-shard.ts";
import type { FromWorker, ToWorker, WorkerStart } from "./worker-messages.ts";

/** What the supervisor gives to every worker. */
export interface WorkerParts {
  /** Module that calls `runEdgeWorker`. */
  readonly entry: URL;
  readonly guard: Guard;
  readonly limits: LimitValues<typeof workerLimits>;
  standing(): unknown;
  count(code: string): void;
}

/** One worker thread as the judging thread holds it. */
export class EdgeWorker {
  addresses: readonly { readonly host: string; readonly port: number }[] = [];
  /** Its listening sockets by address: descriptors hold for the whole process. */
  sockets: readonly (readonly number[])[] = [];
  readonly startedAt: number = performance.now();
  /** Checks in a row that saw no heartbeat. */
  stillChecks = 0;
  ended = false;
  readonly #worker: Worker;
  readonly #answering: AnsweringGuard;
  readonly #shard: StatsShard;
  readonly #ready: Promise<void>;
  readonly #drained: Promise<number>;
  #lastBeats = 0;
  #isReady = false;

  constructor(parts: WorkerParts, options: GatewayOptions, onEnd: (worker: EdgeWorker) => void) {
    const { limits, guard, entry } = parts;
    const rings = allocateRings(limits);
    this.#shard = new StatsShard(StatsShard.allocate(limits.statsBytesMax));
    const start: WorkerStart = {
      kind: "gait-edge-worker",
      options,
      rings,
      shard: this.#shard.shared,
      limits,
      standing: parts.standing(),
    };
    const fromSource = entry.pathname.endsWith(".ts");
    this.#worker = new Worker(entry, {
      name: "gait-edge",
      workerData: start,
      ...(fromSource ? { execArgv: ["--conditions=source", "--disable-warning=ExperimentalWarning"] } : {}),
    });
    const wake = (): void => this.send(0);
    this.#answering = new AnsweringGuard({ guard, rings, limits, wake, count: parts.count });
    const ready = Promise.withResolvers<void>();
    const drained = Promise.withResolvers<number>();
    this.#ready = ready.promise;
    this.#drained = drained.promise;
    this.#worker.on("message", (message: FromWorker) => {
      if (message === 0) this.#answering.receive();
      else if (message.kind === "ready") {
        this.addresses = message.addresses;
        this.sockets = message.sockets;
        this.#isReady = true;
        ready.resolve();
      } else if (message.kind === "drained") drained.resolve(message.cut);
      else ready.reject(startError(message.code, message.message));
    });
    this.#worker.on("error", (error) => ready.reject(startError("", error.message)));
    this.#worker.on("exit", (code) => {
      this.ended = true;
      this.#answering.close();
      ready.reject(startError("", `an edge worker ended with code ${code} while it started`));
      drained.resolve(0);
      onEnd(this);
    });
    // A worker that dies after its start is told by `onEnd`; nobody awaits these then.
    this.#ready.catch(() => undefined);
  }

  /** Resolves when it serves. @throws What kept it from serving. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  get isReady(): boolean {
    return this.#isReady && !this.ended;
  }

  get revision(): number {
    return this.#shard.revision;
  }

  get openConnections(): number {
    return this.#shard.openConnections;
  }

  stats(): EdgeStats {
    return this.#shard.read() ?? noStats;
  }

  send(message: ToWorker): void {
    if (!this.ended) this.#worker.postMessage(message);
  }

  /** Whether it showed a sign of life since the last call. */
  showsLife(): boolean {
    const { beats } = this.#shard;
    const alive = beats !== this.#lastBeats;
    this.#lastBeats = beats;
    return alive;
  }

  /** Resolves with the number of connections cut, when the worker is through. */
  async drain(): Promise<number> {
    this.send({ kind: "drain" });
    const cut = await this.#drained;
    await this.terminate();
    return cut;
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }
}

function startError(code: string, message: string): Error {
  if (code === "" || code.startsWith("E")) return Object.assign(new Error(message), { code });
  return new GaitError(code, message);
}
