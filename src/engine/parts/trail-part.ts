import type { Trail } from "#core";
import type { ClientTable } from "../clients/client-table.ts";
import type { EndpointTable } from "../endpoints/endpoint-table.ts";
import type { Facts } from "../features/facts.ts";
import type { CohortPart } from "./cohort-part.ts";

interface Sources {
  readonly clients: ClientTable;
  readonly endpoints: EndpointTable;
  readonly cohorts: CohortPart;
  readonly sessionsMax: number;
}

/** Numbers sessions and tells where an exchange was put, so that records can be joined. */
export class TrailPart {
  readonly #sources: Sources;
  readonly #numbers: Float64Array;
  readonly #trail: { -readonly [Name in keyof Trail]: Trail[Name] } = {
    session: 0,
    identity: 0,
    template: "",
    cohort: "",
  };
  #opened = 0;

  constructor(sources: Sources) {
    this.#sources = sources;
    this.#numbers = new Float64Array(sources.sessionsMax);
  }

  /** A session begins in a slot. */
  open(slot: number): void {
    this.#numbers[slot] = ++this.#opened;
  }

  /** The trail of an exchange; one object, filled anew by each call. */
  read({ slot, row, endpoint }: Facts): Trail {
    const { clients, endpoints, cohorts } = this.#sources;
    const trail = this.#trail;
    trail.session = slot < 0 ? 0 : (this.#numbers[slot] as number);
    trail.identity = row < 0 ? 0 : clients.identityOf(row);
    trail.template = endpoints.templateOf(endpoint);
    trail.cohort = row < 0 ? "" : cohorts.cohortOf(row);
    return trail;
  }
}
