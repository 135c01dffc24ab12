import type { EdgeStats, UpstreamStats } from "../proxy/counters.ts";

/** Words in front of the text: a sequence (odd while being written), its size, the heartbeat, the revision in force. */
const sequenceAt = 0;
const bytesAt = 1;
const beatAt = 2;
const revisionAt = 3;
const openAt = 4;
const controlBytes = 32;

/**
 * What one worker shows of itself: one writer, any reader. The counters are copied out as text under a sequence lock,
 * because they are read a few times a second at most; what must be exact at the moment of a death (open connections)
 * and the sign of life are words of their own.
 */
export class StatsShard {
  readonly shared: SharedArrayBuffer;
  readonly #control: Int32Array;
  readonly #text: Buffer;

  constructor(shared: SharedArrayBuffer) {
    this.shared = shared;
    this.#control = new Int32Array(shared, 0, controlBytes / 4);
    this.#text = Buffer.from(shared, controlBytes);
  }

  static allocate(bytesMax: number): SharedArrayBuffer {
    return new SharedArrayBuffer(controlBytes + bytesMax);
  }

  /** Writer: counters as they are now. More than fits leaves the last state. */
  publish(stats: EdgeStats): void {
    const text = JSON.stringify(stats);
    if (Buffer.byteLength(text) > this.#text.length) return;
    Atomics.add(this.#control, sequenceAt, 1);
    Atomics.store(this.#control, bytesAt, this.#text.write(text, "utf8"));
    Atomics.store(this.#control, openAt, stats.totals.openConnections ?? 0);
    Atomics.add(this.#control, sequenceAt, 1);
  }

  /** Writer: still here. */
  beat(): void {
    Atomics.add(this.#control, beatAt, 1);
  }

  /** Writer: this configuration is in force. */
  set revision(value: number) {
    Atomics.store(this.#control, revisionAt, value);
  }

  get revision(): number {
    return Atomics.load(this.#control, revisionAt);
  }

  get beats(): number {
    return Atomics.load(this.#control, beatAt);
  }

  get openConnections(): number {
    return Atomics.load(this.#control, openAt);
  }

  /** Reader: the last published counters; undefined before the first, or when a writer died in the middle of writing. */
  read(): EdgeStats | undefined {
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const before = Atomics.load(this.#control, sequenceAt);
      if (before === 0) return undefined;
      if (before % 2 !== 0) continue;
      const text = this.#text.toString("utf8", 0, Atomics.load(this.#control, bytesAt));
      if (Atomics.load(this.#control, sequenceAt) === before) return JSON.parse(text) as EdgeStats;
    }
    return undefined;
  }
}

const attemptsMax = 100;

/** Nothing counted yet. */
export const noStats: EdgeStats = Object.freeze({
  totals: {},
  statusClasses: [0, 0, 0, 0, 0, 0],
  reasons: {},
  actions: {},
  observed: {},
  failures: {},
  upstreams: [],
});

/** The sum over workers. Upstream addresses are listed once: healthy while any worker uses them. */
export function sumStats(shards: readonly EdgeStats[]): EdgeStats {
  const upstreams = new Map<string, UpstreamStats>();
  for (const { upstreams: rows } of shards) {
    for (const row of rows) {
      const key = `${row.upstream} ${row.address}`;
      const known = upstreams.get(key);
      upstreams.set(key, known === undefined ? row : addUpstream(known, row));
    }
  }
  return {
    totals: sumOf(shards.map(({ totals }) => totals)),
    statusClasses: noStats.statusClasses.map((_, i) =>
      shards.reduce((sum, { statusClasses }) => sum + (statusClasses[i] ?? 0), 0),
    ),
    reasons: sumOf(shards.map(({ reasons }) => reasons)),
    actions: sumOf(shards.map(({ actions }) => actions)),
    observed: sumOf(shards.map(({ observed }) => observed)),
    failures: sumOf(shards.map(({ failures }) => failures)),
    upstreams: [...upstreams.values()],
  };
}

/** What stays of a worker that is gone: its totals, without what it had open. */
export function withoutOpen(stats: EdgeStats): EdgeStats {
  const totals = Object.fromEntries(Object.entries(stats.totals).filter(([name]) => !name.startsWith("open")));
  return { ...stats, totals, upstreams: [] };
}

function sumOf(records: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const sum: Record<string, number> = {};
  for (const counts of records) {
    for (const [name, value] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + value;
  }
  return sum;
}

function addUpstream(a: UpstreamStats, b: UpstreamStats): UpstreamStats {
  return {
    ...a,
    healthy: a.healthy || b.healthy,
    open: a.open + b.open,
    idle: a.idle + b.idle,
    queued: a.queued + b.queued,
  };
}
