import type { Exchange, Signal } from "#core";
import { EnumerationCases } from "../enumeration/enumeration-cases.ts";
import { SlotSpaces } from "../enumeration/slot-spaces.ts";
import { type Facts, isAsset } from "../features/facts.ts";
import { type SessionTable, slot32 } from "../sessions/session-table.ts";
import { mix32 } from "../sessions/text-hash.ts";
import { type SlotValue, SlotValues, unknownSpace } from "./slot-values.ts";

/** Enumeration by one session is worth a line from here on. */
const natsMin = 2;
/** Values of a request that are looked at in pairs: three pairs at most. */
const pairedMax = 3;
const none: readonly Signal[] = [];
const nothingAsked = { requests: 0, distinct: 0, purity: 0 } as const;

/**
 * Enumeration as the guard drives it: every request's parameter values move the case of its session and of its
 * cohorts, in spaces that span endpoints. Learns only from clients without a conviction.
 */
export class EnumerationPart {
  readonly #sessions: SessionTable;
  /** What is popular, which outlives a restart. */
  readonly spaces: SlotSpaces;
  readonly #cases: EnumerationCases;
  readonly #values: SlotValues = new SlotValues();
  readonly #paired: PairValue = {
    space: -1,
    value: 0,
    number: Number.NaN,
  };

  constructor(seed: number, sessions: SessionTable, casesMax = 20_000) {
    this.#sessions = sessions;
    this.spaces = new SlotSpaces(seed);
    this.#cases = new EnumerationCases(casesMax);
  }

  /** Reads the values of the request at hand: `request` does so itself, an answer that comes later must. */
  read(facts: Facts, exchange: Exchange): void {
    this.#values.size = 0;
    if (!isAsset(facts.class)) this.#values.read(facts.endpoint, exchange.request.path, exchange.request.query);
  }

  /** Moves the cases of the session and of its cohort (subject 0: none) by one request. */
  request(facts: Facts, exchange: Exchange, cohorts: { subject(slot: number): number }): void {
    this.read(facts, exchange);
    const { values, size } = this.#values;
    if (size === 0) return;
    const cohort = cohorts.subject(facts.slot);
    const session = sessionSubject(facts);
    for (let i = 0; i < size; i++) {
      const value = values[i] as SlotValue;
      const space = this.spaces.space(this.#spaceOf(facts.application, value));
      if (space === undefined) continue;
      if (i > 0 && i < pairedMax) this.#pair(i, { session, cohort });
      const hint = this.#sessions.get(facts.slot, slot32.sweep) - 1;
      const place = this.#cases.open(session, value.space, hint);
      if (place >= 0) {
        this.#cases.slab.observe(place, value, space);
        if (place !== hint) this.#sessions.set(facts.slot, slot32.sweep, place + 1);
      }
      const shared = cohort === 0 ? -1 : this.#cases.open(cohort, value.space);
      if (shared >= 0) this.#cases.slab.observe(shared, value, space);
    }
  }

  /** The value at `last` together with each before it: an article and a place. */
  #pair(last: number, subjects: { readonly session: number; readonly cohort: number }): void {
    for (let first = 0; first < last; first++) {
      const pair = this.#readPair(first, last);
      const space = pair === undefined ? undefined : this.spaces.space(pair.space);
      if (pair === undefined || space === undefined) continue;
      for (const subject of [subjects.session, subjects.cohort]) {
        const place = subject === 0 ? -1 : this.#cases.open(subject, pair.space);
        if (place >= 0) this.#cases.slab.observe(place, pair, space);
      }
    }
  }

  /** A pair as one value, the same whichever of its two slots comes first; undefined where pairs are not followed. */
  #readPair(first: number, last: number): PairValue | undefined {
    const [a, b] = [this.#values.values[first] as SlotValue, this.#values.values[last] as SlotValue];
    const [low, high] = a.space <= b.space ? [a, b] : [b, a];
    this.#paired.space = low.space < 0 ? -1 : this.spaces.pairSpaceOf(low.space, high.space);
    this.#paired.value = mix32(low.value ^ Math.imul(mix32(high.value), 0x9e3779b1)) >>> 0;
    return this.#paired.space < 0 ? undefined : this.#paired;
  }

  /** What one session's own requests say. */
  signals(facts: Facts): readonly Signal[] {
    if (this.#values.size === 0) return none;
    const session = sessionSubject(facts);
    if (!this.#cases.mayReach(session, natsMin)) return none;
    const nats = this.evidence(session);
    if (!(nats >= natsMin)) return none;
    const finding = this.#cases.finding(session);
    if (finding === undefined || finding.purity < 0.5) return none;
    const evidence = { requests: finding.requests, distinct: finding.distinct };
    return [{ detector: "catalogue-sweep", axis: "enumeration", group: "enumeration", nats, evidence }];
  }

  /** The request that was read last was an honest one: its values teach what is popular. */
  learn(facts: Facts, exchange: Exchange): void {
    if (this.#values.size === 0 || isAsset(facts.class)) return;
    const { values, size } = this.#values;
    for (let i = 0; i < size; i++) {
      const value = values[i] as SlotValue;
      const space = this.spaces.space(this.#spaceOf(facts.application, value));
      space?.learn(value.value, exchange.at, { number: value.number });
      for (let first = 0; first < i && i < pairedMax; first++) {
        const pair = this.#readPair(first, i);
        if (pair !== undefined) this.spaces.learn(pair.space, pair.value, exchange.at);
      }
    }
  }

  /** ln of the e-value that a subject enumerates, over all its spaces; negative infinity when nothing was asked. */
  evidence(subject: number): number {
    return this.#cases.evidence(subject);
  }

  /** Estimated share of the subject's requests that enumerate, in its most telling space; 0 when nothing was asked. */
  purity(subject: number): number {
    return this.#cases.finding(subject)?.purity ?? 0;
  }

  /** The same for the session of an origin. */
  purityOf(originHash: number): number {
    return this.purity(mix32(originHash ^ 0x5e55));
  }

  /** What the session of a request did in its most telling space. */
  ofSession(facts: Facts): { readonly requests: number; readonly distinct: number; readonly purity: number } {
    return this.#cases.finding(sessionSubject(facts)) ?? nothingAsked;
  }

  /** Number of the value's space, worked out once a request. */
  #spaceOf(application: number, value: SlotValue): number {
    if (value.space === unknownSpace)
      value.space = this.spaces.spaceOf(mix32(value.slot ^ Math.imul(application + 1, 0x9e3779b1)), value.value);
    return value.space;
  }
}

function sessionSubject(facts: Facts): number {
  return mix32(facts.originHash ^ 0x5e55);
}

/** A pair of values as one value of a space of pairs; a pair is no number. */
interface PairValue {
  space: number;
  value: number;
  readonly number: number;
}
