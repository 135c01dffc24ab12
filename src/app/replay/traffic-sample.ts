import { createRandom, type Exchange, fnv1a, type Kind, type Millis, type Random } from "#core";

const sampleMax = 65_536;

/** Requests of one stretch of time by kind, estimated from the sample (exact for logs up to its size). */
export interface TrafficBucket {
  readonly from: Millis;
  readonly requests: Readonly<Record<Kind, number>>;
}

/**
 * Remembers who asked when for a uniform sample of all requests, so that traffic over time can be split by kinds
 * that are only known at the end. Reservoir sampling with skips (Li 1994, "Algorithm L"): a request that is not
 * drawn costs one comparison. 1 MB, whatever the log's size; the split's standard error is below 0.2 %.
 */
export class TrafficSample {
  readonly #random: Random;
  readonly #ip = new Uint32Array(sampleMax);
  readonly #agent = new Uint32Array(sampleMax);
  readonly #at = new Float64Array(sampleMax);
  #seen = 0;
  #next = sampleMax;
  #weight = 1;

  constructor(seed: number) {
    this.#random = createRandom(seed);
  }

  add(exchange: Exchange): void {
    const seen = this.#seen++;
    if (seen < sampleMax) this.#store(seen, exchange);
    else if (seen >= this.#next) {
      this.#store(Math.floor(this.#random() * sampleMax), exchange);
      this.#skip();
    }
    if (seen === sampleMax - 1) this.#skip();
  }

  #store(slot: number, exchange: Exchange): void {
    this.#ip[slot] = fnv1a(exchange.client.ip);
    this.#agent[slot] = fnv1a(exchange.request.userAgent);
    this.#at[slot] = exchange.at;
  }

  /** The clients in the sample, by their two hashes, with repetitions. */
  clients(): Iterable<readonly [ipHash: number, agentHash: number]> {
    const size = Math.min(this.#seen, sampleMax);
    return Array.from({ length: size }, (_, i) => [this.#ip[i] as number, this.#agent[i] as number] as const);
  }

  #skip(): void {
    this.#weight *= Math.exp(Math.log(1 - this.#random()) / sampleMax);
    this.#next = this.#seen + Math.floor(Math.log(1 - this.#random()) / Math.log(1 - this.#weight));
  }

  /** Splits the traffic into `count` buckets of `stepMs`; `kindOf` knows clients by their two hashes. */
  split(
    range: { readonly from: Millis; readonly stepMs: Millis; readonly count: number },
    kindOf: (ipHash: number, agentHash: number) => Kind,
  ): TrafficBucket[] {
    const size = Math.min(this.#seen, sampleMax);
    const width = range.stepMs;
    const buckets = Array.from({ length: range.count }, (_, i) => ({
      from: range.from + i * width,
      requests: { human: 0, "verified-agent": 0, "declared-bot": 0, automated: 0, unknown: 0 } as Record<Kind, number>,
    }));
    const scale = size === 0 ? 0 : this.#seen / size;
    for (let i = 0; i < size; i++) {
      const bucket = buckets[Math.floor(((this.#at[i] as number) - range.from) / width)];
      if (bucket === undefined) continue;
      const kind = kindOf(this.#ip[i] as number, this.#agent[i] as number);
      bucket.requests[kind] += scale;
    }
    return buckets;
  }
}
