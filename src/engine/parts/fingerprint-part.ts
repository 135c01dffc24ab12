import type { Exchange, Millis } from "#core";
import { row64, rowBytes, rowFlag } from "../clients/client-table.ts";
import type { Facts } from "../features/facts.ts";
import type { FeatureState } from "../features/state.ts";
import { FingerprintBook } from "../fingerprint/index.ts";
import type { OrchestrationCase } from "../intent/orchestration.ts";
import { slot16, slotBytes } from "../sessions/session-table.ts";
import { foldHashed } from "../sessions/text-hash.ts";
import { fillManners } from "./fill-manners.ts";
import type { SequencePart } from "./sequence-part.ts";
import { SessionManners } from "./session-manners.ts";
import { createTraits, fillTraits } from "./session-traits.ts";

/** What the fingerprint part needs of the guard. */
export interface FingerprintSources {
  readonly state: FeatureState;
  readonly sequence: Pick<SequencePart, "bin">;
  readonly sessionsMax: number;
  subject(slot: number): OrchestrationCase | undefined;
  /** Estimated share of a live session's requests that enumerate. */
  purityOf(originHash: number): number;
}

/** What judging together knows of a session that is judged or ends. */
export interface JudgedSession {
  /** Key of its behaviour, 0: none. */
  readonly behaviour: number;
  /** Hash of the endpoint of its sensitive step, 0: it took none; whether it came straight; the pause before, -1: none. */
  readonly login: number;
  readonly straight: number;
  readonly pause: number;
  readonly anchored: boolean;
  readonly at: Millis;
}

/**
 * The behavioural fingerprint as the guard drives it: manners are kept while a session lives, and at its end all dimensions that it
 * showed go into the book. Cohorts are keyed by the dimensions known at the sensitive step (session-traits.ts); the others tell people what a
 * behaviour is and which behaviours resemble each other. Eight bytes per session.
 */
export class FingerprintPart {
  readonly book: FingerprintBook = new FingerprintBook();
  readonly #sources: FingerprintSources;
  readonly #manners: SessionManners;
  readonly #traits = createTraits();

  constructor(sources: FingerprintSources) {
    this.#sources = sources;
    this.#manners = new SessionManners(sources.sessionsMax);
  }

  get bytesPerSession(): number {
    return this.#manners.bytesPerSession;
  }

  open(slot: number): void {
    this.#manners.open(slot);
  }

  request(facts: Facts, exchange: Exchange): void {
    this.#manners.request(facts, exchange);
  }

  response(facts: Facts, exchange: Exchange): void {
    this.#manners.response(facts, exchange.response?.status ?? 0);
  }

  /** A session is judged: its behaviour is shown from here on, were it the first. */
  judged(slot: number, session: JudgedSession): void {
    if (session.behaviour === 0 || this.book.holds(session.behaviour)) return;
    this.#fill(slot, session);
    this.book.draft(session.behaviour, this.#traits);
  }

  /** A session ends. */
  close(slot: number, session: JudgedSession): void {
    const { behaviour, anchored, at } = session;
    // Of a flood's sessions hardly any showed enough to be told apart by.
    if (behaviour === 0 && !anchored) return;
    this.#fill(slot, session);
    const { clients, sessions } = this.#sources.state;
    const row = sessions.rowOf(slot);
    const account = clients.f64[row * (rowBytes / 8) + row64.account] as number;
    const person = anchored ? foldHashed(account === 0 ? sessions.identityOf(slot) : account) : 0;
    const convicted = clients.flag(row, rowFlag.convicted);
    this.book.see({ behaviour, values: this.#traits, person, convicted, at });
  }

  #fill(slot: number, { login, straight, pause }: JudgedSession): void {
    const { state, sequence, subject, purityOf } = this.#sources;
    const { clients, sessions } = state;
    const row = sessions.rowOf(slot);
    fillTraits(this.#traits, { state, row, subject: subject(slot), login, straight });
    const endpoint = sessions.u16[slot * (slotBytes / 2) + slot16.idEndpoint] as number;
    fillManners(this.#traits, {
      clients,
      row,
      slot,
      manners: this.#manners,
      subject: subject(slot),
      typicality: sequence.bin(slot),
      pause,
      swept: endpoint === 0xffff ? -1 : endpoint,
      purity: purityOf(sessions.originOf(slot)),
    });
  }
}
