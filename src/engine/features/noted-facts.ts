import type { Exchange } from "#core";
import { Facts } from "./facts.ts";
import type { FeatureState } from "./state.ts";

/**
 * Requests whose facts are kept for their answers; a power of two, small enough to stay in the nearest caches. Later ones
 * take the place of the oldest.
 */
const notesMax = 256;

/**
 * The facts of the requests inspected last, so that an answer need not have its request read and its session found again.
 * An exchange carries the note's number (`Exchange.note`).
 */
export class NotedFacts {
  readonly #state: Pick<FeatureState, "endpoints" | "sessions">;
  readonly #trails: { numberOf(slot: number): number };
  readonly #ring: Facts[] = [];
  readonly #numbers: Float64Array = new Float64Array(notesMax);
  /** Which session stood in the slot, to see whether it still does. */
  readonly #sessions: Float64Array = new Float64Array(notesMax);
  #last = 0;

  constructor(state: Pick<FeatureState, "endpoints" | "sessions">, trails: { numberOf(slot: number): number }) {
    this.#state = state;
    this.#trails = trails;
  }

  /** Keeps a copy, where the exchange has a place for its number. */
  keep(exchange: Exchange, facts: Facts): void {
    if (exchange.note === undefined) return;
    const number = ++this.#last;
    const place = number & (notesMax - 1);
    this.#ring[place] ??= new Facts();
    this.#ring[place].take(facts);
    this.#numbers[place] = number;
    this.#sessions[place] = this.#trails.numberOf(facts.slot);
    exchange.note = number;
  }

  /**
   * Fills `facts` with what was noted of an exchange. `unknown`: nothing was noted or it was overwritten, so the exchange
   * must be read; `gone`: its session has ended.
   */
  recall({ note = 0 }: Exchange, facts: Facts): "noted" | "unknown" | "gone" {
    const place = note & (notesMax - 1);
    if (note <= 0 || this.#numbers[place] !== note) return "unknown";
    facts.take(this.#ring[place] as Facts);
    if (this.#trails.numberOf(facts.slot) !== this.#sessions[place]) return "gone";
    facts.class = this.#state.endpoints.classOf(facts.endpoint);
    facts.row = this.#state.sessions.rowOf(facts.slot);
    return "noted";
  }
}
