import type { Exchange, Intel, Signal } from "#core";
import type { Facts } from "../features/facts.ts";
import type { SessionTable } from "../sessions/session-table.ts";
import { ConductPart } from "./conduct-part.ts";
import { PlacesPart } from "./places-part.ts";
import { SequencePart } from "./sequence-part.ts";
import { WalkPart } from "./walk-part.ts";

/** What a live session's journey shows: how predictable its steps are, how they are made, whose they repeat, and from where. */
export class JourneyPart {
  readonly sequence: SequencePart;
  readonly walks: WalkPart;
  readonly places: PlacesPart;
  readonly conduct: ConductPart;
  readonly #sessions: SessionTable;
  #fadedAt = Number.NaN;

  constructor(sessions: SessionTable, intel: Pick<Intel, "network">) {
    this.#sessions = sessions;
    this.sequence = new SequencePart(sessions);
    this.walks = new WalkPart(sessions.slotsMax);
    this.places = new PlacesPart(sessions.slotsMax, intel);
    this.conduct = new ConductPart(sessions.slotsMax);
  }

  get bytesPerSession(): number {
    const live = this.#sessions.size;
    return this.walks.bytesPerSession(live) + this.places.bytesPerSession + this.conduct.bytesPerSession(live);
  }

  open(slot: number): void {
    this.walks.open(slot);
    this.places.open(slot);
    this.conduct.open(slot);
  }

  /** One request; what is common is taught unless the client is convicted. */
  request(facts: Facts, exchange: Exchange, options: { readonly teaches: boolean }): void {
    this.sequence.request(facts, options.teaches);
    this.walks.request(facts, options.teaches);
    this.places.request(facts, exchange);
    this.conduct.request(facts, exchange);
  }

  /** The answer to a request. */
  response(facts: Facts, exchange: Exchange): void {
    this.conduct.response(facts, exchange);
  }

  signals(slot: number): readonly Signal[] {
    const places = this.places.signals(slot);
    const conduct = this.conduct.signals(slot);
    return conduct.length === 0 ? places : [...places, ...conduct];
  }

  close(slot: number, teaches: boolean): void {
    this.sequence.close(slot, teaches);
    this.places.close(slot, { requests: this.#sessions.requestsOf(slot), teaches });
    this.conduct.close(slot, teaches);
  }

  /** Ages what is common, once a day: what people do changes with the site. */
  maintain(now: number): void {
    if (Number.isNaN(this.#fadedAt)) this.#fadedAt = now;
    if (now - this.#fadedAt < 86_400_000) return;
    this.#fadedAt = now;
    this.sequence.fade();
    this.walks.fade();
  }
}
