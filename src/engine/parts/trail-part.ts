import type { Trail } from "#core";
import type { Facts } from "../features/facts.ts";
import type { FeatureState } from "../features/state.ts";
import type { CohortPart } from "./cohort-part.ts";

/** Numbers sessions (from 1, four thousand million of them) and tells where an exchange was put, so that records can be joined. Four bytes per session. */
export class TrailPart {
  readonly bytesPerSession: number = 4;
  readonly #state: Pick<FeatureState, "clients" | "endpoints">;
  readonly #cohorts: CohortPart;
  readonly #numbers: Uint32Array;
  readonly #trail: { -readonly [Name in keyof Trail]: Trail[Name] } = {
    session: 0,
    identity: 0,
    template: "",
    cohort: "",
  };
  #opened = 0;

  constructor(state: FeatureState, cohorts: CohortPart) {
    this.#state = state;
    this.#cohorts = cohorts;
    this.#numbers = new Uint32Array(state.sessions.slotsMax);
  }

  /** A session begins in a slot. */
  open(slot: number): void {
    this.#numbers[slot] = ++this.#opened;
  }

  /** The session in a slot has ended. */
  close(slot: number): void {
    this.#numbers[slot] = 0;
  }

  /** Number of the session that lives in a slot; 0 for none. */
  numberOf(slot: number): number {
    return this.#numbers[slot] as number;
  }

  /** The trail of an exchange; one object, filled anew by each call. */
  read({ slot, row, endpoint }: Facts): Trail {
    const { clients, endpoints } = this.#state;
    const trail = this.#trail;
    trail.session = slot < 0 ? 0 : (this.#numbers[slot] as number);
    trail.identity = row < 0 ? 0 : clients.identityOf(row);
    trail.template = endpoints.templateOf(endpoint);
    trail.cohort = row < 0 ? "" : this.#cohorts.cohortOf(row);
    return trail;
  }
}
