import { type Clock, GaitError, type Guard, type Treatments, workerLimits } from "#core";
import { type Gateway, type GatewayOptions, openGateway, openWorkerGateway } from "#edge";
import type { DecisionTable } from "#policy";
import { publishStanding } from "./published-standing.ts";

/** What the data plane shares with the rest of the service. */
export interface TrafficParts {
  readonly guard: Guard;
  readonly treatments: Treatments;
  readonly clock: Clock;
  /** 0 or 1: everything in one thread. */
  readonly workers: number;
  readonly decisions: DecisionTable;
  /** The state directory, where the panic switch is. */
  readonly directory: string;
  /** Overrides of the limits of workers. */
  readonly limits: Readonly<Record<string, number>>;
}

/** Opens the listening sockets, in this thread or spread over workers. @throws GaitError `listen` where the system refuses one. */
export async function openTraffic(options: GatewayOptions, parts: TrafficParts): Promise<Gateway> {
  try {
    return parts.workers > 1
      ? await openSpread(options, parts)
      : await openGateway(options, parts.guard, { treatments: parts.treatments });
  } catch (error) {
    const { code, address, port, message } = error as NodeJS.ErrnoException & {
      readonly address?: string;
      readonly port?: number;
    };
    if (error instanceof GaitError || code === undefined || code === "") throw error;
    const why = code === "EADDRINUSE" ? "it is taken already" : code === "EACCES" ? "it needs more rights" : code;
    const where = address === undefined ? addressIn(message) : `${address}:${port}`;
    throw new GaitError("listen", `cannot listen on ${where}: ${why}; expected a free address`);
  }
}

/** The `ADDRESS:PORT` at the end of a message of the system. */
function addressIn(message: string): string {
  const last = message.slice(message.lastIndexOf(" ") + 1);
  return /:\d+$/.test(last) ? last : "?";
}

async function openSpread(options: GatewayOptions, parts: TrafficParts): Promise<Gateway> {
  const { guard, clock, workers, decisions, directory, limits } = parts;
  const fromSource = import.meta.url.endsWith(".ts");
  const gateway = await openWorkerGateway(options, guard, {
    workers,
    limits,
    entry: new URL(fromSource ? "./edge-worker.ts" : "./edge-worker.js", import.meta.url),
    standing: () => publishStanding(decisions, { now: clock.monotonic(), directory }),
  });
  let published = decisions.revision;
  const publisher = setInterval(() => {
    if (published === decisions.revision) return;
    published = decisions.revision;
    gateway.publishStanding();
  }, limits.standingPublishMs ?? workerLimits.standingPublishMs.default);
  publisher.unref();
  const drain = gateway.drain.bind(gateway);
  return Object.assign(gateway, {
    drain() {
      clearInterval(publisher);
      return drain();
    },
  });
}
