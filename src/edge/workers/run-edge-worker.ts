import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import {
  assert,
  type Clock,
  type Guard,
  type HashKey,
  limitValues,
  type StandingDecisions,
  type Treatments,
  workerLimits,
} from "#core";
import { EdgeCounters } from "../proxy/counters.ts";
import { type Gateway, openGateway } from "../proxy/gateway.ts";
import { AskingGuard } from "../ring/asking-guard.ts";
import { StatsShard } from "./stats-shard.ts";
import type { FromWorker, ToWorker, WorkerStart } from "./worker-messages.ts";

/** How a worker reads what is published to it. */
export interface WorkerReaders {
  /** Reads standing decisions as they were published; undefined: none were. */
  readStanding(published: unknown, clock: Clock): StandingDecisions | undefined;
  /** What answers in the origin's place are made from: each worker learns from the answers that pass through it. */
  createTreatments?(about: { readonly hashKey: HashKey; readonly clock: Clock }): Treatments;
}

const clock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

/** Stands where no engine is: the distant guard is asked in its place. */
const nobody: Guard = {
  inspect() {
    throw new Error("a worker judges nothing");
  },
  observe: () => undefined,
};

/** The body of a worker thread: opens its share of the data plane and serves until it is told to drain. */
export async function runEdgeWorker(readers: WorkerReaders): Promise<void> {
  const start = workerData as WorkerStart;
  const port = parentPort;
  assert(port !== null && start?.kind === "gait-edge-worker", "an edge worker is started by openWorkerGateway");
  const say = (message: FromWorker): void => port.postMessage(message);
  const limits = limitValues(workerLimits, start.limits);
  const shard = new StatsShard(start.shard);
  const counters = new EdgeCounters();
  let standing = readers.readStanding(start.standing, clock);
  const asking = new AskingGuard({
    rings: start.rings,
    clock,
    limits,
    standing: () => standing,
    wake: () => say(0),
    count: (code) => counters.reason(code),
  });
  try {
    const gateway = await openGateway(start.options, nobody, {
      clock,
      distant: asking,
      counters,
      treatments: readers.createTreatments?.({ hashKey: start.options.hashKey, clock }),
    });
    shard.revision = start.options.revision ?? 0;
    const heart = setInterval(() => {
      shard.beat();
      shard.publish(gateway.stats());
    }, limits.heartbeatMs);
    asking.receive();
    listen(port, {
      gateway,
      asking,
      shard,
      setStanding: (published) => {
        standing = readers.readStanding(published, clock);
      },
      async stop() {
        const { cut } = await gateway.drain();
        clearInterval(heart);
        asking.close();
        shard.publish(gateway.stats());
        say({ kind: "drained", cut });
        port.close();
      },
    });
    say({ kind: "ready", addresses: gateway.addresses, sockets: gateway.sockets() });
  } catch (error) {
    const { code, message } = error as Error & { readonly code?: string };
    say({ kind: "failed", code: code ?? "", message });
    port.close();
  }
}

interface Running {
  readonly gateway: Gateway;
  readonly asking: AskingGuard;
  readonly shard: StatsShard;
  setStanding(published: unknown): void;
  stop(): Promise<void>;
}

function listen(port: MessagePort, { gateway, asking, shard, setStanding, stop }: Running): void {
  port.on("message", (message: ToWorker) => {
    if (message === 0) {
      asking.receive();
      return;
    }
    switch (message.kind) {
      case "reload":
        // Checked by the thread that sent it; what it could compile, this one can.
        gateway.reload(message.options);
        shard.revision = message.options.revision ?? 0;
        return;
      case "standing":
        setStanding(message.standing);
        return;
      case "certificates":
        gateway.reloadCertificates();
        return;
      case "reopen-logs":
        gateway.reopenLogs();
        return;
      case "drain":
        void stop();
        return;
    }
  });
}
