import type { Exchange, Intel, Signal } from "#core";
import type { Facts } from "../features/facts.ts";
import type { SessionTable } from "../sessions/session-table.ts";
import { PlacesPart } from "./places-part.ts";
import { SequencePart } from "./sequence-part.ts";
import { WalkPart } from "./walk-part.ts";

/** What a live session's journey shows: how predictable its steps are, whose steps they repeat, and from where they come. */
export class JourneyPart {
  readonly sequence: SequencePart;
  readonly walks: WalkPart;
  readonly places: PlacesPart;
  readonly #sessions: SessionTable;
  #fadedAt = Number.NaN;

  constructor(sessions: SessionTable, intel: Pick<Intel, "network">) {
    this.#sessions = sessions;
    this.sequence = new SequencePart(sessions);
    this.walks = new WalkPart(sessions.slotsMax);
    this.places = new PlacesPart(sessions.slotsMax, intel);
  }

  get bytesPerSession(): number {
    return this.walks.bytesPerSession + this.places.bytesPerSession;
  }

  open(slot: number): void {
    this.walks.open(slot);
    this.places.open(slot);
  }

  /** One request; what is common is taught unless the client is convicted. */
  request(facts: Facts, exchange: Exchange, options: { readonly teaches: boolean }): void {
    this.sequence.request(facts, options.teaches);
    this.walks.request(facts, options.teaches);
    this.places.request(facts, exchange);
  }

  signals(slot: number): readonly Signal[] {
    return this.places.signals(slot);
  }

  close(slot: number, teaches: boolean): void {
    this.sequence.close(slot, teaches);
    this.places.close(slot, { requests: this.#sessions.requestsOf(slot), teaches });
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
