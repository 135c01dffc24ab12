import type { Millis } from "#core";
import { heldCount } from "../ledger/cookie-store.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { ClientKind } from "../ledger/ledger-application.ts";
import { cookieField, opportunitiesMax } from "../ledger/session-slab.ts";
import { wayCounts } from "./client-kinds.ts";
import type { DeployWatch, EdgeChange, WatchedSession } from "./deploy-watch.ts";
import type { EndpointBook } from "./endpoint-book.ts";
import type { IntentApplication } from "./intent-application.ts";
import { byteAt, intentByte, stepsPerSession, wordAt } from "./intent-words.ts";
import { factsMax, generalFacts } from "./step-facts.ts";
import type { TokenProvenance } from "./token-provenance.ts";

/** A session that ends, and what is known about it. */
export interface EndedSession {
  readonly slot: number;
  readonly intent: IntentApplication;
  readonly kind: ClientKind;
  /** Vote as an honest client in 0..1; 0: it teaches nothing but changes. */
  readonly weight: number;
  readonly cohort: number;
  readonly began: Millis;
  readonly now: Millis;
}

/** Where the word "last" counts the steps that have taught: bits 4 to 7. */
const taughtShift = 4;
const taughtMask = 0xf;
/** Chances after which a session without script's cookies says something about script. */
const scriptChancesMin = 2;

/**
 * What a session teaches when it ends. Only anchored sessions (`weight > 0`) move baselines; every session is
 * heard by the watch for deploys, by cohort.
 */
export class SessionLessons {
  readonly #ledger: Ledger;
  readonly #watch: DeployWatch;
  readonly #tokens: TokenProvenance;
  readonly #endpoints: EndpointBook;

  constructor(parts: {
    readonly ledger: Ledger;
    readonly watch: DeployWatch;
    readonly tokens: TokenProvenance;
    readonly endpoints: EndpointBook;
  }) {
    this.#ledger = parts.ledger;
    this.#watch = parts.watch;
    this.#tokens = parts.tokens;
    this.#endpoints = parts.endpoints;
  }

  /**
   * What an anchored session teaches at once: its steps, each once, and what came before them. Waiting for its end would
   * leave a site half an hour without preconditions.
   */
  anchored(session: EndedSession): void {
    const { slab } = this.#ledger;
    const taught = ((slab.words[wordAt(session.slot, "last")] ?? 0) >>> taughtShift) & taughtMask;
    // Before a step that has not taught: what it came from is a candidate for a precondition.
    if (taught === 0 && (slab.bytes[byteAt(session.slot, intentByte.steps)] ?? 0) !== 0)
      for (const endpoint of this.#before(session)) session.intent.steps.propose(endpoint, session.now);
    this.#steps(session, []);
  }

  /** Learns everything; returns the changes of the application or of cohorts that this session revealed. */
  settle(session: EndedSession): readonly EdgeChange[] {
    const changes: EdgeChange[] = [];
    const row = this.#ledger.row(session.slot);
    if (row.observed) {
      this.#ledger.settle(session.slot, session);
      session.intent.learnAxes(row, session.kind, session.weight);
      if (!row.shared) this.#carries(session, changes);
      this.#script(session, changes);
    }
    this.#provenance(session, changes);
    if (session.weight > 0) this.anchored(session);
    else this.#steps(session, changes);
    const own = session.kind !== "web" && wayCounts(this.#ledger.slab, session.slot);
    if (session.weight > 0 || own) this.#visits(session);
    return changes;
  }

  /** Did each cookie come back in at least half of the requests that owed it? */
  #carries(session: EndedSession, changes: EdgeChange[]): void {
    const { words } = this.#ledger.slab;
    const application = this.#ledger.applicationOf(session.slot);
    const count = heldCount(this.#ledger.slab, session.slot);
    for (let i = 0; i < count; i++) {
      const at = this.#ledger.slab.cookieAt(session.slot, i);
      const counts = words[at + cookieField.obligations] ?? 0;
      const owed = Math.min(opportunitiesMax, counts & 0xff);
      const nameId = (words[at + cookieField.nameAndPath] ?? 0) >>> 16;
      const edge = `${application.index}:carries:${nameId}`;
      if (application.frozen[nameId] === 1 && !this.#watch.isFrozen(edge)) application.frozen[nameId] = 0;
      if (owed === 0 && application.frozen[nameId] === 0) continue;
      const inWords = (): string => `cookie ${this.#ledger.tables.names.textOf(nameId)} comes back`;
      const change = this.#watch.observe(edge, ((counts >>> 8) & 0xff) * 2 >= owed, this.#watched(session, inWords));
      if (change === undefined) continue;
      changes.push(change);
      if (change.kind === "deploy") application.frozen[nameId] = 1;
    }
  }

  /** Were the tokens that it brought issued to it, where honest clients bring such? */
  #provenance(session: EndedSession, changes: EdgeChange[]): void {
    const place = this.#tokens.placeOf(session.slot);
    if (place === 0) return;
    const kept = this.#ledger.slab.bytes[byteAt(session.slot, intentByte.tokenBreaks)] === 0;
    const edge = `${this.#ledger.applicationOf(session.slot).index}:tokens:${place}`;
    const endpoints = (): readonly number[] => this.#tokens.endpointsAt(place);
    const words = (): string =>
      `tokens that ${endpoints()
        .map((id) => this.#endpoints.nameOf(id))
        .join(", ")} is brought were issued before`;
    const change = this.#watch.observe(edge, kept, this.#watched(session, words));
    if (change === undefined) return;
    changes.push(change);
    if (change.kind === "deploy") this.#tokens.relearn(endpoints());
  }

  #script(session: EndedSession, changes: EdgeChange[]): void {
    const { slab } = this.#ledger;
    if ((slab.bytes[byteAt(session.slot, intentByte.scriptChances)] ?? 0) < scriptChancesMin) return;
    const { script } = session.intent;
    const seen = slab.words[wordAt(session.slot, "script")] ?? 0;
    if (session.weight > 0 && session.kind === "web") script.learn(seen, session.weight);
    if (script.mask === 0) return;
    const edge = `${this.#ledger.applicationOf(session.slot).index}:script`;
    const watched = this.#watched(session, () => "cookies that script sets");
    const change = this.#watch.observe(edge, (seen & script.mask) !== 0, watched);
    if (change?.kind === "deploy") session.intent.scriptFrozen = true;
    else if (session.intent.scriptFrozen && !this.#watch.isFrozen(edge)) session.intent.scriptFrozen = false;
    if (change !== undefined) changes.push(change);
  }

  /** Watches each step of the session that was not looked at before; those of anchored sessions teach, too. */
  #steps(session: EndedSession, changes: EdgeChange[]): void {
    const { slab } = this.#ledger;
    const at = wordAt(session.slot, "last");
    const last = slab.words[at] ?? 0;
    let taught = (last >>> taughtShift) & taughtMask;
    for (let i = taught; i < stepsPerSession; i++) {
      const step = slab.bytes[byteAt(session.slot, intentByte.steps + i)] ?? 0;
      if (step === 0) break;
      const facts = slab.words[wordAt(session.slot, "stepFacts") + i] ?? 0;
      this.#watchStep(session, { step, facts }, changes);
      if (session.weight > 0) session.intent.steps.learn(step, facts, session);
      taught++;
    }
    slab.words[at] = ((last & ~(taughtMask << taughtShift)) | (taught << taughtShift)) >>> 0;
  }

  #watchStep(
    session: EndedSession,
    { step, facts }: { readonly step: number; readonly facts: number },
    changes: EdgeChange[],
  ): void {
    const { steps } = session.intent;
    const required = steps.required(session.kind, step);
    for (let fact = 0; fact < factsMax; fact++) {
      if ((required & (1 << fact)) === 0) continue;
      const edge = `${this.#ledger.applicationOf(session.slot).index}:${session.kind}:step${step}:${fact}`;
      const words = (): string => this.#stepInWords(session, { step, fact });
      const change = this.#watch.observe(edge, (facts & (1 << fact)) !== 0, this.#watched(session, words));
      if (change === undefined) continue;
      changes.push(change);
      if (change.kind === "deploy") steps.freeze(fact);
    }
  }

  /** Endpoints that the session visited before its first sensitive step. */
  #before({ slot }: EndedSession): Uint16Array {
    const { slab } = this.#ledger;
    const count = slab.bytes[byteAt(slot, intentByte.visits)] ?? 0;
    const beforeStep = slab.bytes[byteAt(slot, intentByte.visitsAtStep)] ?? 0;
    return new Uint16Array(slab.words.buffer, wordAt(slot, "visits") * 4, Math.min(count, beforeStep));
  }

  /** Which endpoints honest sessions visit, in order. */
  #visits(session: EndedSession): void {
    const { slab } = this.#ledger;
    const { intent, slot } = session;
    const count = slab.bytes[byteAt(slot, intentByte.visits)] ?? 0;
    const first = wordAt(slot, "visits") * 2;
    const visits = new Uint16Array(slab.words.buffer, first * 2, count);
    for (const [index, endpoint] of visits.entries()) {
      const previous = visits[index - 1];
      if (previous !== undefined)
        intent.edges.count("follows", { kind: session.kind, from: previous, to: endpoint }, 1);
    }
  }

  #stepInWords(
    { intent: { steps }, kind }: EndedSession,
    { step, fact }: { readonly step: number; readonly fact: number },
  ): string {
    const before = generalFacts[fact] ?? this.#endpoints.nameOf(steps.endpointOf(fact));
    return `${before} before ${this.#endpoints.nameOf(steps.stepEndpoints()[step - 1] ?? 0)} (${kind})`;
  }

  #watched(session: EndedSession, words: () => string): WatchedSession {
    const application = this.#ledger.applicationOf(session.slot).index;
    return { application, cohort: session.cohort, anchored: session.weight > 0, now: session.now, words };
  }
}
