import type { Signal } from "#core";

/** Cells a verdict's evidence takes on average: nine signals with four entries each. */
const cellsPerVerdict = 64;
const number = 0;
/** The entry's value is a text: the name of the next cell. */
const text = 1;

/**
 * The evidence of the last verdicts in a ring of cells, a name and a number each. Kept as the objects they were, five thousand
 * verdicts are what survives every collection of the young generation, and copying them stopped the serving thread for
 * many milliseconds at a time. Numbers survive nothing, and the names are mostly the program's own constants.
 *
 * A verdict: cell (number of signals); each signal: (detector, nats), (axis, entries), (group); each entry: (name, value),
 * for texts followed by (text). Bounded: the oldest evidence gives way.
 */
export class EvidenceShelf {
  readonly #names: string[];
  readonly #values: Float64Array;
  readonly #kinds: Uint8Array;
  readonly #mask: number;
  /** Cells ever written: the place of the next one. */
  #next = 0;

  constructor(verdictsMax: number) {
    const cells = 2 ** Math.ceil(Math.log2(Math.max(1, verdictsMax) * cellsPerVerdict));
    this.#names = new Array<string>(cells).fill("");
    this.#values = new Float64Array(cells);
    this.#kinds = new Uint8Array(cells);
    this.#mask = cells - 1;
  }

  /** Puts a verdict's evidence down; returns its place. */
  put(signals: readonly Signal[]): number {
    const place = this.#next;
    this.#cell("", signals.length, number);
    for (const { detector, axis, group, nats, evidence } of signals) {
      this.#cell(detector, nats, number);
      const entriesAt = this.#next & this.#mask;
      this.#cell(axis, 0, number);
      this.#cell(group, 0, number);
      let entries = 0;
      for (const name in evidence) {
        const value = evidence[name] as string | number;
        if (typeof value === "number") this.#cell(name, value, number);
        else {
          this.#cell(name, 0, text);
          this.#cell(value, 0, number);
        }
        entries++;
      }
      this.#values[entriesAt] = entries;
    }
    return place;
  }

  /** The evidence put down at a place; undefined when it has given way. */
  read(place: number): readonly Signal[] | undefined {
    if (this.#next - place > this.#names.length) return undefined;
    const signals: Signal[] = [];
    let at = place;
    const count = this.#value(at++);
    for (let i = 0; i < count; i++) {
      const evidence: Record<string, string | number> = {};
      const entries = this.#value(at + 1);
      const [detector, nats, axis, group] = [
        this.#name(at),
        this.#value(at),
        this.#name(at + 1),
        this.#name(at + 2),
      ] as const;
      at += 3;
      for (let entry = 0; entry < entries; entry++) {
        const name = this.#name(at);
        const isText = this.#kinds[at & this.#mask] === text;
        evidence[name] = isText ? this.#name(at + 1) : this.#value(at);
        at += isText ? 2 : 1;
      }
      signals.push({ detector, axis, group, nats, evidence });
    }
    return signals;
  }

  #cell(name: string, value: number, kind: number): void {
    const at = this.#next++ & this.#mask;
    this.#names[at] = name;
    this.#values[at] = value;
    this.#kinds[at] = kind;
  }

  #name(place: number): string {
    return this.#names[place & this.#mask] as string;
  }

  #value(place: number): number {
    return this.#values[place & this.#mask] as number;
  }
}
