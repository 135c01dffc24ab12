/** Running totals of one process or worker; all start at zero and only grow, except the gauges named `open…`. */
export class EdgeCounters {
  connections = 0;
  openConnections = 0;
  requests = 0;
  openRequests = 0;
  openTunnels = 0;
  bytesIn = 0;
  bytesOut = 0;
  upstreamConnections = 0;
  openUpstreamConnections = 0;
  upstreamRetries = 0;
  clientAborts = 0;
  /** Finished TLS handshakes, and how many of them resumed a session. */
  tlsHandshakes = 0;
  tlsResumed = 0;
  /** Answers by hundreds of their status: index 2 counts 2xx. */
  readonly statusClasses: number[] = [0, 0, 0, 0, 0, 0];
  /** Why requests were refused, connections cut or answers replaced: a code of ours, never a client's text. */
  readonly reasons: Map<string, number> = new Map();
  /** What was carried out, by action. */
  readonly actions: Map<string, number> = new Map();
  /** Verdicts that would have acted but for observe mode, by action. */
  readonly observed: Map<string, number> = new Map();
  /** How often a declared fail mode answered for the engine: "open" and "closed". */
  readonly failures: Map<string, number> = new Map();
  accessLogDropped = 0;

  /** Counts one occurrence of a code. */
  reason(code: string): void {
    increment(this.reasons, code);
  }
}

/** Adds one to a named counter. Keys are codes of ours, so the map stays small. */
export function increment(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}

/** A copy of the totals, plain data for whoever renders metrics or adds up workers. */
export interface EdgeStats {
  readonly totals: Readonly<Record<string, number>>;
  readonly statusClasses: readonly number[];
  readonly reasons: Readonly<Record<string, number>>;
  readonly actions: Readonly<Record<string, number>>;
  readonly observed: Readonly<Record<string, number>>;
  readonly failures: Readonly<Record<string, number>>;
  readonly upstreams: readonly UpstreamStats[];
  /** Where the data plane is spread over threads: each of them. */
  readonly workers?: readonly WorkerState[];
}

/** One worker thread as operators see it. */
export interface WorkerState {
  /** The configuration in force there. */
  readonly revision: number;
  readonly ready: boolean;
  readonly openConnections: number;
}

/** One upstream address. */
export interface UpstreamStats {
  readonly upstream: string;
  readonly address: string;
  readonly healthy: boolean;
  readonly open: number;
  readonly idle: number;
  readonly queued: number;
}

/** Copies the counters. */
export function snapshotCounters(counters: EdgeCounters, upstreams: readonly UpstreamStats[]): EdgeStats {
  const totals = Object.fromEntries(Object.entries(counters).filter(([, value]) => typeof value === "number"));
  return {
    totals,
    statusClasses: [...counters.statusClasses],
    reasons: Object.fromEntries(counters.reasons),
    actions: Object.fromEntries(counters.actions),
    observed: Object.fromEntries(counters.observed),
    failures: Object.fromEntries(counters.failures),
    upstreams,
  };
}

/** Counts an exchange that is over. */
export function countSettled(
  counters: EdgeCounters,
  { status, bytesIn, bytesOut }: { readonly status: number; readonly bytesIn: number; readonly bytesOut: number },
): void {
  counters.openRequests--;
  if (status === 101) counters.openTunnels--;
  counters.bytesIn += bytesIn;
  counters.bytesOut += bytesOut;
  const family = Math.floor(status / 100);
  counters.statusClasses[family] = (counters.statusClasses[family] ?? 0) + 1;
}
