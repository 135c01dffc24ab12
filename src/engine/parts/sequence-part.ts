import { type Facts, isAsset } from "../features/facts.ts";
import { type SequenceContext, SequenceModel, TypicalityTable } from "../sequence/index.ts";

const symbolsPerEndpoint = 4;
/** Steps of a session that are looked at: longer walks repeat themselves, and the classes of length end here. */
const stepsMax = 32;

/**
 * Where each live session's walk stands in the model of how people move (order-3 back-off). Sub-resources are no steps.
 * Eleven bytes per session. Only walks of clients that stand unconvicted teach, at their end.
 */
export class SequencePart {
  readonly bytesPerSession: number = 11;
  readonly #context: Uint16Array;
  readonly #steps: Uint8Array;
  readonly #surprisal: Float32Array;
  readonly #model: SequenceModel = new SequenceModel(1 << 16);
  readonly #typicality: TypicalityTable = new TypicalityTable();
  readonly #walk: SequenceContext = { a: 0, b: 0, c: 0 };

  constructor(sessionsMax: number) {
    this.#context = new Uint16Array(sessionsMax * 3);
    this.#steps = new Uint8Array(sessionsMax);
    this.#surprisal = new Float32Array(sessionsMax);
  }

  open(slot: number): void {
    this.#context.fill(0, slot * 3, slot * 3 + 3);
    this.#steps[slot] = 0;
    this.#surprisal[slot] = 0;
  }

  /** One step of a session; learns it unless the client is convicted. */
  request(facts: Facts, learn: boolean): void {
    if (isAsset(facts.class)) return;
    const { slot } = facts;
    if ((this.#steps[slot] as number) >= stepsMax) return;
    const walk = this.#walk;
    const base = slot * 3;
    walk.a = this.#context[base] as number;
    walk.b = this.#context[base + 1] as number;
    walk.c = this.#context[base + 2] as number;
    const symbol = 1 + ((facts.endpoint * symbolsPerEndpoint + facts.method) % 0xfffe);
    this.#surprisal[slot] = (this.#surprisal[slot] as number) + this.#model.surprisal(walk, symbol);
    this.#steps[slot] = (this.#steps[slot] as number) + 1;
    if (learn) this.#model.learn(walk, symbol);
    this.#context[base] = walk.b;
    this.#context[base + 1] = walk.c;
    this.#context[base + 2] = symbol;
  }

  /** Bin of the cohort axis "typicality": 0 too predictable, 1 as people go, 2 as nobody goes, -1 unknown. */
  bin(slot: number): number {
    const steps = this.#steps[slot] as number;
    return steps < 2 ? -1 : this.#typicality.binOf((this.#surprisal[slot] as number) / steps, steps);
  }

  close(slot: number, learn: boolean): void {
    const steps = this.#steps[slot] as number;
    if (learn && steps >= 2) this.#typicality.learn((this.#surprisal[slot] as number) / steps, steps);
  }

  /** Ages the model, once a day: what people do changes with the site. */
  fade(): void {
    this.#model.fade(0.8);
    this.#typicality.fade(0.8);
  }
}
