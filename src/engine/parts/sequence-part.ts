import { type Facts, isAsset } from "../features/facts.ts";
import { type SequenceContext, SequenceModel, TypicalityTable } from "../sequence/index.ts";
import { type SessionTable, slot8, slot16, slot32, slotBytes } from "../sessions/session-table.ts";

const symbolsPerEndpoint = 4;
/** Steps of a session that are looked at: longer walks repeat themselves, and the classes of length end here. */
const stepsMax = 32;

/**
 * Where each live session's walk stands in the model of how people move (order-3 back-off). Sub-resources are no steps.
 * Only walks of clients that stand unconvicted teach, at their end.
 */
export class SequencePart {
  readonly #sessions: SessionTable;
  readonly #model: SequenceModel = new SequenceModel(1 << 16);
  readonly #typicality: TypicalityTable = new TypicalityTable();
  readonly #walk: SequenceContext = { a: 0, b: 0, c: 0 };

  constructor(sessions: SessionTable) {
    this.#sessions = sessions;
  }

  /** One step of a session; learns it unless the client is convicted. */
  request(facts: Facts, learn: boolean): void {
    if (isAsset(facts.class)) return;
    const { slot } = facts;
    const { u16, f32 } = this.#sessions;
    const steps = this.#sessions.byte(slot, slot8.steps);
    if (steps >= stepsMax) return;
    const walk = this.#walk;
    const base = slot * (slotBytes / 2) + slot16.walk;
    walk.a = u16[base] as number;
    walk.b = u16[base + 1] as number;
    walk.c = u16[base + 2] as number;
    const symbol = 1 + ((facts.endpoint * symbolsPerEndpoint + facts.method) % 0xfffe);
    const place = slot * (slotBytes / 4) + slot32.surprisal;
    f32[place] = (f32[place] as number) + this.#model.surprisal(walk, symbol);
    this.#sessions.setByte(slot, slot8.steps, steps + 1);
    if (learn) this.#model.learn(walk, symbol);
    u16[base] = walk.b;
    u16[base + 1] = walk.c;
    u16[base + 2] = symbol;
  }

  /** Bin of the cohort axis "typicality": 0 too predictable, 1 as people go, 2 as nobody goes, -1 unknown. */
  bin(slot: number): number {
    const steps = this.#sessions.byte(slot, slot8.steps);
    return steps < 2 ? -1 : this.#typicality.binOf(this.#surprisalOf(slot) / steps, steps);
  }

  close(slot: number, learn: boolean): void {
    const steps = this.#sessions.byte(slot, slot8.steps);
    if (learn && steps >= 2) this.#typicality.learn(this.#surprisalOf(slot) / steps, steps);
  }

  /** Ages the model, once a day: what people do changes with the site. */
  fade(): void {
    this.#model.fade(0.8);
    this.#typicality.fade(0.8);
  }

  #surprisalOf(slot: number): number {
    return this.#sessions.f32[slot * (slotBytes / 4) + slot32.surprisal] as number;
  }
}
