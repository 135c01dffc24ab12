import type { Limit } from "./limit.ts";

/** Caps of edge workers and of the rings through which they ask the judging thread. */
export const workerLimits = {
  workersMax: { default: 64, unit: "count", why: "Edge workers of one process; more than cores buys nothing." },
  askRingBytes: {
    default: 1_048_576,
    unit: "bytes",
    why: "Requests and answers of one worker on their way to the judging thread; a power of two. Full: the fail mode answers.",
  },
  verdictRingBytes: {
    default: 262_144,
    unit: "bytes",
    why: "Verdicts on their way back to one worker; a power of two. Full: the verdict is dropped and comes too late.",
  },
  openExchangesMax: {
    default: 16_384,
    unit: "count",
    why: "Requests of one worker that the judging thread knows and whose answer is not yet out; beyond it the fail mode answers.",
  },
  verdictMs: {
    default: 50,
    unit: "ms",
    why: "How long a worker holds a request for its verdict; then the route's fail mode answers.",
  },
  circuitMs: {
    default: 500,
    unit: "ms",
    why: "No verdict for this long while some are awaited: requests are no longer held until one arrives.",
  },
  recordsPerTurnMax: {
    default: 128,
    unit: "count",
    why: "Records of one worker judged before the others and the admin plane have their turn.",
  },
  heartbeatMs: { default: 100, unit: "ms", why: "How often a worker shows that it lives and publishes its counters." },
  stuckMs: { default: 900, unit: "ms", why: "A worker without a heartbeat for this long is replaced." },
  restartMs: {
    default: 1_000,
    unit: "ms",
    why: "Pause before a worker is replaced that died within this long of its start, so that a fault at start does not spin.",
  },
  startMs: { default: 15_000, unit: "ms", why: "Longest start of a worker; then it is given up." },
  statsBytesMax: {
    default: 131_072,
    unit: "bytes",
    why: "Counters that one worker publishes; a larger set keeps its last state.",
  },
  standingPublishMs: {
    default: 250,
    unit: "ms",
    why: "How soon a changed table of standing decisions is published to the workers.",
  },
} as const;

workerLimits satisfies Readonly<Record<string, Limit>>;
