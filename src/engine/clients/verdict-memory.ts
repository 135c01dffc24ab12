import type { Millis } from "#core";

const cellsPerSet = 4;

/**
 * Remembers convicted clients after their rows and sessions had to make room: a flood of new clients must not wash a
 * verdict away. Set-associative (four cells per set, the oldest goes): twelve bytes per entry, never grows. Only
 * convictions enter, so a flood of unconvicted clients cannot touch it.
 */
export class VerdictMemory {
  readonly #keys: Uint32Array;
  readonly #at: Float64Array;
  readonly #nats: Float32Array;
  readonly #sets: number;
  readonly #lifetimeMs: Millis;

  constructor(entriesMax: number, lifetimeMs: Millis = 24 * 3_600_000) {
    this.#sets = Math.max(1, Math.floor(entriesMax / cellsPerSet));
    this.#keys = new Uint32Array(this.#sets * cellsPerSet);
    this.#at = new Float64Array(this.#sets * cellsPerSet);
    this.#nats = new Float32Array(this.#sets * cellsPerSet);
    this.#lifetimeMs = lifetimeMs;
  }

  remember(origin: number, nats: number, at: Millis): void {
    const from = (origin % this.#sets) * cellsPerSet;
    let cell = from;
    for (let i = from; i < from + cellsPerSet; i++) {
      if (this.#keys[i] === origin) {
        cell = i;
        break;
      }
      if ((this.#at[i] as number) < (this.#at[cell] as number)) cell = i;
    }
    this.#keys[cell] = origin;
    this.#at[cell] = at;
    this.#nats[cell] = nats;
  }

  /** Behaviour nats with which an origin was last convicted, or 0. */
  recall(origin: number, now: Millis): number {
    const from = (origin % this.#sets) * cellsPerSet;
    for (let i = from; i < from + cellsPerSet; i++) {
      if (this.#keys[i] === origin && now - (this.#at[i] as number) < this.#lifetimeMs) return this.#nats[i] as number;
    }
    return 0;
  }
}
