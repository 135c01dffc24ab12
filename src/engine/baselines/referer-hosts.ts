interface HostCount {
  named: number;
  closed: number;
}

const namedMin = 4;

/**
 * Learns which hosts are our own where the log does not tell the request's host: those whose pages, named as referers,
 * are pages that the same client did fetch here.
 */
export class RefererHosts {
  readonly #hosts = new Map<number, HostCount>();
  readonly #max: number;
  /** The host asked for last and its count: most requests of a site name one host, and a map costs more than asking. */
  #lastHash = 0;
  #last: HostCount | undefined;

  constructor(max: number) {
    this.#max = max;
  }

  learn(hostHash: number, closed: boolean): void {
    let count = this.#find(hostHash);
    if (count === undefined) {
      if (this.#hosts.size >= this.#max) return;
      count = { named: 0, closed: 0 };
      this.#hosts.set(hostHash, count);
      this.#last = count;
    }
    if (count.named > 1_000_000) {
      count.named /= 2;
      count.closed /= 2;
    }
    count.named++;
    if (closed) count.closed++;
  }

  isOwn(hostHash: number): boolean {
    const count = this.#find(hostHash);
    return count !== undefined && count.named >= namedMin && count.closed * 4 > count.named;
  }

  #find(hostHash: number): HostCount | undefined {
    if (hostHash === this.#lastHash && this.#last !== undefined) return this.#last;
    this.#lastHash = hostHash;
    this.#last = this.#hosts.get(hostHash);
    return this.#last;
  }
}
