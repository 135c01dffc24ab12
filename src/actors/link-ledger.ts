/** Why two clients were taken for one actor. */
export type LinkReason =
  | "same address"
  | "same cookie identity"
  | "same account"
  | "same convicted cohort"
  | "automation with changing user agents at one address";

const reasons: readonly LinkReason[] = [
  "same address",
  "same cookie identity",
  "same account",
  "same convicted cohort",
  "automation with changing user agents at one address",
];

/** One link: two clients by index, and why. */
export interface Link {
  readonly a: number;
  readonly b: number;
  readonly reason: LinkReason;
}

/**
 * Union-find (Tarjan 1975: path halving, union by size) that keeps every link it made and why, so that any actor
 * can be explained and any link taken back by building without it. At most `size - 1` links are kept: those that
 * joined two groups. Memory: 17 bytes per client.
 */
export class LinkLedger {
  readonly #parent: Int32Array;
  readonly #size: Int32Array;
  readonly #a: Int32Array;
  readonly #b: Int32Array;
  readonly #reason: Uint8Array;
  #links = 0;

  constructor(size: number) {
    this.#parent = new Int32Array(size).map((_, i) => i);
    this.#size = new Int32Array(size).fill(1);
    this.#a = new Int32Array(size);
    this.#b = new Int32Array(size);
    this.#reason = new Uint8Array(size);
  }

  /** The client that stands for the actor of client `index`. */
  root(index: number): number {
    const parent = this.#parent;
    let at = index;
    while (parent[at] !== at) {
      const grand = parent[parent[at] as number] as number;
      parent[at] = grand;
      at = grand;
    }
    return at;
  }

  /** How many clients share the actor of client `index`. */
  sizeOf(index: number): number {
    return this.#size[this.root(index)] as number;
  }

  link(a: number, b: number, reason: LinkReason): void {
    let low = this.root(a);
    let high = this.root(b);
    if (low === high) return;
    if ((this.#size[low] as number) < (this.#size[high] as number)) [low, high] = [high, low];
    this.#parent[high] = low;
    this.#size[low] = (this.#size[low] as number) + (this.#size[high] as number);
    this.#a[this.#links] = a;
    this.#b[this.#links] = b;
    this.#reason[this.#links] = reasons.indexOf(reason);
    this.#links++;
  }

  /** Every link that joined two groups, in the order made. */
  *links(): Generator<Link> {
    for (let i = 0; i < this.#links; i++) {
      yield {
        a: this.#a[i] as number,
        b: this.#b[i] as number,
        reason: reasons[this.#reason[i] as number] as LinkReason,
      };
    }
  }
}
