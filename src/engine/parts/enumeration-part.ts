import { combine32, type Exchange, fnv1a, type Signal } from "#core";
import { productEvidence } from "../cohorts/e-process.ts";
import { EnumerationCases } from "../enumeration/enumeration-case.ts";
import { SlotSpaces } from "../enumeration/slot-spaces.ts";
import { type Facts, isAsset } from "../features/facts.ts";
import { SlotValues } from "./slot-values.ts";

const spacesPerSubject = 4;
const subjectsMax = 20_000;
/** Enumeration by one session is worth a line from here on. */
const natsMin = 2;
const none: readonly Signal[] = [];

/**
 * Enumeration as the guard drives it: every request's parameter values move the case of its session and of its
 * cohorts, in spaces that span endpoints. Learns only from clients without a conviction.
 */
export class EnumerationPart {
  readonly #spaces: SlotSpaces;
  readonly #cases: EnumerationCases;
  readonly #values: SlotValues = new SlotValues();
  readonly #subjects = new Map<number, number[]>();
  /** Keys of the subjects in the order they came: the oldest is found without walking the map. */
  readonly #order: Int32Array = new Int32Array(subjectsMax);
  #oldest = 0;

  constructor(seed: number, casesMax = 20_000) {
    this.#spaces = new SlotSpaces(seed);
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
    if (this.#values.size === 0) return;
    const cohort = cohorts.subject(facts.slot);
    const seed = fnv1a(exchange.application);
    for (let i = 0; i < this.#values.size; i++) {
      const value = this.#values.values[i];
      if (value === undefined) continue;
      const number = this.#spaces.spaceOf(combine32(seed, value.slot), value.value);
      const space = number < 0 ? undefined : this.#spaces.space(number);
      if (space === undefined) continue;
      const session = sessionSubject(facts);
      this.#cases.open(session, number).observe(value.value, value.number, space);
      this.#note(session, number);
      if (cohort === 0) continue;
      this.#cases.open(cohort, number).observe(value.value, value.number, space);
      this.#note(cohort, number);
    }
  }

  /** What one session's own requests say. */
  signals(facts: Facts): readonly Signal[] {
    if (this.#values.size === 0) return none;
    const session = sessionSubject(facts);
    const nats = this.evidence(session);
    if (!(nats >= natsMin)) return none;
    const { requests, distinct, purity } = this.finding(session);
    if (purity < 0.5) return none;
    const evidence = { requests, distinct };
    return [{ detector: "catalogue-sweep", axis: "enumeration", group: "enumeration", nats, evidence }];
  }

  /** The request that was read last was an honest one: its values teach what is popular. */
  learn(facts: Facts, exchange: Exchange): void {
    if (this.#values.size === 0 || isAsset(facts.class)) return;
    const seed = fnv1a(exchange.application);
    for (let i = 0; i < this.#values.size; i++) {
      const value = this.#values.values[i];
      if (value === undefined) continue;
      const number = this.#spaces.spaceOf(combine32(seed, value.slot), value.value);
      this.#spaces.space(number)?.learn(value.value, exchange.at, { number: value.number });
    }
  }

  /** ln of the e-value that a subject enumerates, over all its spaces; negative infinity when nothing was asked. */
  evidence(subject: number): number {
    const spaces = this.#subjects.get(subject | 0);
    if (spaces === undefined) return Number.NEGATIVE_INFINITY;
    const logs = spaces.map((space) => this.#cases.find(subject, space)?.finding().nats ?? 0);
    return productEvidence(logs);
  }

  /** What the subject did in its most telling space. */
  finding(subject: number): { readonly requests: number; readonly distinct: number; readonly purity: number } {
    let most = { requests: 0, distinct: 0, purity: 0 };
    for (const space of this.#subjects.get(subject | 0) ?? []) {
      const finding = this.#cases.find(subject, space)?.finding();
      if (finding !== undefined && finding.purity >= most.purity) most = finding;
    }
    return most;
  }

  /** The same for the session of a request. */
  ofSession(facts: Facts): { readonly requests: number; readonly distinct: number; readonly purity: number } {
    return this.finding(sessionSubject(facts));
  }

  #note(subject: number, space: number): void {
    // As a signed number, which a map finds without making an object of it.
    const key = subject | 0;
    const known = this.#subjects.get(key);
    if (known === undefined) {
      if (this.#subjects.size >= subjectsMax) this.#subjects.delete(this.#order[this.#oldest] as number);
      this.#order[this.#oldest] = key;
      this.#oldest = (this.#oldest + 1) % subjectsMax;
      this.#subjects.set(key, [space]);
    } else if (known.length < spacesPerSubject && !known.includes(space)) known.push(space);
  }
}

function sessionSubject(facts: Facts): number {
  return combine32(facts.originHash, 0x5e55);
}
