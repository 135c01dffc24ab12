import type { Millis } from "#core";
import { type ClientKind, clientKinds } from "../ledger/ledger-application.ts";
import { wilsonBound } from "../statistics/index.ts";
import { decayFactor } from "./decay.ts";
import { bitCount, factsMax, generalFacts, stepPriors, stepsMax } from "./step-facts.ts";
import { StepShares } from "./step-shares.ts";

/** Endpoint numbers run from 1 to this. */
export const endpointsMax = 4_096;
/** Votes before a fact may be called a precondition: 90 without a miss prove 0.95 at 99 %. */
export const supportMin = 90;
/**
 * Votes before local sessions confirm a fact that is expected everywhere, and required meanwhile: 59 without a miss prove 0.95 at
 * 95 % (0.95 to the 59th is below 0.05), which is the confidence of the bound.
 */
const supportOfExpected = 59;
/** Votes before a fact counts as learned for a kind of client. */
export function supportNeeded(kind: ClientKind, fact: number): number {
  return (stepPriors[kind].required & (1 << fact)) === 0 ? supportMin : supportOfExpected;
}
/** Least Wilson lower bound of a precondition. */
export const preconditionMin = 0.95;
const tailClasses = 5;
/** Share of bots that come without what people do first; the rest imitate it. */
const bareShare = 0.9;
const kinds = clientKinds.length;
const cells = kinds * stepsMax;

/** What a session's state at a sensitive step says. */
export interface StepFinding {
  /** Natural log-odds for automation; 0 or below when nothing was missed. */
  readonly nats: number;
  /** Facts that honest clients of the likeliest kind have here and this session had not. */
  readonly missed: number;
  /** Votes of honest clients behind this, over all kinds. */
  readonly support: number;
}

/**
 * What honest clients of one application do before its sensitive steps (log-in, payment, gift card…), per kind of
 * client. A fact is a precondition when the Wilson lower bound of its share at the step is 0.95 or more over at
 * least 90 votes (59 where every site is expected to show it); before that, sourced priors stand in. Judging uses the *share of honest clients that missed as
 * much*, mixed over the kinds that use the step, so a site whose honest clients are partly native apps never
 * learns to fear a bare login, and one without them does.
 */
export class StepBook {
  readonly #stepOf: Uint8Array = new Uint8Array(endpointsMax + 1);
  readonly #stepEndpoint: Uint16Array = new Uint16Array(stepsMax);
  #steps = 0;
  readonly #factOf: Uint8Array = new Uint8Array(endpointsMax + 1);
  readonly #factEndpoint: Uint16Array = new Uint16Array(factsMax);
  readonly #factScore: Float32Array = new Float32Array(factsMax);
  readonly #factSince: Float64Array = new Float64Array(factsMax);
  #facts: number = generalFacts.length;
  readonly #held: Float32Array = new Float32Array(cells * factsMax);
  readonly #asked: Float32Array = new Float32Array(cells * factsMax);
  readonly #missed: Float32Array = new Float32Array(cells * tailClasses);
  readonly #required: Uint32Array = new Uint32Array(cells);
  readonly #tails: Float32Array = new Float32Array(cells * tailClasses);
  #frozen = 0;
  readonly #shares: StepShares = new StepShares();

  constructor() {
    for (let kind = 0; kind < kinds; kind++) for (let step = 0; step < stepsMax; step++) this.#fit(kind, step);
  }

  /** Number of the step at this endpoint from 1 on, or 0. */
  stepAt(endpoint: number): number {
    return this.#stepOf[endpoint] ?? 0;
  }

  /** Makes an endpoint a sensitive step while there is room; returns its number, or 0. */
  addStep(endpoint: number): number {
    const known = this.stepAt(endpoint);
    if (known !== 0 || endpoint <= 0 || endpoint > endpointsMax || this.#steps >= stepsMax) return known;
    this.#stepEndpoint[this.#steps] = endpoint;
    this.#stepOf[endpoint] = ++this.#steps;
    return this.#steps;
  }

  /** The bit that a visit to this endpoint sets, or 0. */
  factBitOf(endpoint: number): number {
    const fact = this.#factOf[endpoint] ?? 0;
    return fact === 0 ? 0 : (1 << fact) >>> 0;
  }

  /** Facts under relearning after a deploy: never required meanwhile. */
  freeze(fact: number): void {
    this.#frozen = (this.#frozen | (1 << fact)) >>> 0;
    for (let cell = 0; cell < cells; cell++) {
      this.#held[cell * factsMax + fact] = 0;
      this.#asked[cell * factsMax + fact] = 0;
      this.#required[cell] = (this.#required[cell] ?? 0) & ~(1 << fact);
    }
  }

  /** Ends the relearning of a fact. */
  thaw(fact: number): void {
    this.#frozen = (this.#frozen & ~(1 << fact)) >>> 0;
  }

  /** Facts required of a kind at a step (number from 1). */
  required(kind: ClientKind, step: number): number {
    return (this.#required[cellOf(kind, step)] ?? 0) & ~this.#frozen;
  }

  /**
   * Judges what had happened when a session reached a step.
   *
   * @param facts bits that held; facts that could not be observed must be set, as unknown is never evidence.
   */
  judge(step: number, facts: number): StepFinding {
    let honest = 0;
    let total = 0;
    let likeliest = 0;
    let missed = 0;
    let support = 0;
    for (let kind = 0; kind < kinds; kind++) {
      const name = clientKinds[kind] ?? "web";
      const cell = cellOf(name, step);
      const votes = this.#votes(cell);
      const share = this.#shares.share(kind, step - 1);
      const miss = (this.required(name, step) & ~facts) >>> 0;
      const tail = this.#tails[cell * tailClasses + Math.min(tailClasses - 1, bitCount(miss))] ?? 1;
      honest += share * tail;
      total += share;
      support += votes;
      if (share <= likeliest) continue;
      likeliest = share;
      missed = miss;
    }
    return { nats: Math.log(bareShare) - Math.log(honest / total), missed, support };
  }

  /**
   * Learns one honest session's state at a step. `began`: when the session started; facts that became known
   * later than that were not looked for and say nothing.
   */
  learn(
    step: number,
    facts: number,
    vote: { readonly kind: ClientKind; readonly weight: number; readonly began: Millis },
  ): void {
    const cell = cellOf(vote.kind, step);
    const lacking = this.required(vote.kind, step) & ~facts;
    const missed = Math.min(tailClasses - 1, bitCount(lacking));
    this.#missed[cell * tailClasses + missed] = (this.#missed[cell * tailClasses + missed] ?? 0) + vote.weight;
    for (let fact = 0; fact < this.#facts; fact++) {
      if ((this.#factSince[fact] ?? 0) > vote.began) continue;
      // What is required is given up when the watch finds a deploy, never because some network stopped doing it.
      if ((lacking & (1 << fact)) !== 0) continue;
      const at = cell * factsMax + fact;
      this.#asked[at] = (this.#asked[at] ?? 0) + vote.weight;
      if ((facts & (1 << fact)) !== 0) this.#held[at] = (this.#held[at] ?? 0) + vote.weight;
    }
    this.#fit(clientKinds.indexOf(vote.kind), step - 1);
  }

  /** A session of this kind took a step and the application accepted it, whoever it was. */
  accept(step: number, kind: ClientKind): void {
    this.#shares.accept(clientKinds.indexOf(kind), step - 1);
  }

  /** An honest session visited `endpoint` before a step: a candidate for a fact (Misra-Gries, 25 places). */
  propose(endpoint: number, now: Millis): void {
    const known = this.#factOf[endpoint] ?? 0;
    if (known !== 0) {
      this.#factScore[known] = (this.#factScore[known] ?? 0) + 1;
      return;
    }
    if (this.#facts < factsMax) {
      this.#assign(this.#facts++, endpoint, now);
      return;
    }
    let least: number = generalFacts.length;
    for (let fact = least; fact < factsMax; fact++) {
      if ((this.#factScore[fact] ?? 0) < (this.#factScore[least] ?? 0)) least = fact;
    }
    const left = (this.#factScore[least] ?? 0) - 1;
    this.#factScore[least] = left;
    if (left > 0) return;
    this.#factOf[this.#factEndpoint[least] ?? 0] = 0;
    for (let cell = 0; cell < cells; cell++) {
      this.#held[cell * factsMax + least] = 0;
      this.#asked[cell * factsMax + least] = 0;
      this.#required[cell] = (this.#required[cell] ?? 0) & ~(1 << least);
    }
    this.#assign(least, endpoint, now);
  }

  /** Forgets by half every three days. */
  decay(elapsedMs: Millis): void {
    const factor = decayFactor(elapsedMs);
    for (const table of [this.#held, this.#asked, this.#missed, this.#factScore]) {
      for (let i = 0; i < table.length; i++) table[i] = (table[i] ?? 0) * factor;
    }
    this.#shares.decay(elapsedMs);
    for (let kind = 0; kind < kinds; kind++) for (let step = 0; step < this.#steps; step++) this.#fit(kind, step);
  }

  /** Endpoint of a learned fact, 0 for general ones. */
  endpointOf(fact: number): number {
    return this.#factEndpoint[fact] ?? 0;
  }

  /** Every step's endpoint, in order of number. */
  stepEndpoints(): readonly number[] {
    return Array.from(this.#stepEndpoint.subarray(0, this.#steps));
  }

  /** How often a fact held at a step for honest clients of a kind. */
  share(kind: ClientKind, step: number, fact: number): { readonly held: number; readonly asked: number } {
    const at = cellOf(kind, step) * factsMax + fact;
    return { held: this.#held[at] ?? 0, asked: this.#asked[at] ?? 0 };
  }

  /** Tables for a snapshot, in one fixed order. */
  tables(): readonly Float32Array[] {
    return [this.#held, this.#asked, this.#missed, this.#factScore, ...this.#shares.tables()];
  }

  /** Endpoints of steps and learned facts for a snapshot. */
  places(): { readonly steps: readonly number[]; readonly facts: readonly number[] } {
    return {
      steps: this.stepEndpoints(),
      facts: Array.from(this.#factEndpoint.subarray(generalFacts.length, this.#facts)),
    };
  }

  /** Takes places and tables from a snapshot; endpoint numbers must already be those of this process. */
  restore(
    places: { readonly steps: readonly number[]; readonly facts: readonly number[] },
    tables: readonly Float32Array[],
  ): void {
    for (const endpoint of places.steps) this.addStep(endpoint);
    for (const endpoint of places.facts.slice(0, factsMax - generalFacts.length))
      this.#assign(this.#facts++, endpoint, 0);
    for (const [index, table] of this.tables().entries()) table.set((tables[index] ?? table).subarray(0, table.length));
    for (let kind = 0; kind < kinds; kind++) for (let step = 0; step < this.#steps; step++) this.#fit(kind, step);
  }

  #assign(fact: number, endpoint: number, now: Millis): void {
    this.#factOf[endpoint] = fact;
    this.#factEndpoint[fact] = endpoint;
    this.#factScore[fact] = 1;
    this.#factSince[fact] = now;
  }

  #votes(cell: number): number {
    let votes = 0;
    for (let m = 0; m < tailClasses; m++) votes += this.#missed[cell * tailClasses + m] ?? 0;
    return votes;
  }

  /** Recomputes what is required at a step and how common it is to miss as much. */
  #fit(kind: number, step: number): void {
    const cell = kind * stepsMax + step;
    const prior = stepPriors[clientKinds[kind] ?? "web"];
    let required = prior.required;
    for (let fact = 0; fact < this.#facts; fact++) {
      const asked = this.#asked[cell * factsMax + fact] ?? 0;
      if (asked < supportNeeded(clientKinds[kind] ?? "web", fact)) continue;
      const lower = wilsonBound("lower", this.#held[cell * factsMax + fact] ?? 0, { trials: asked });
      required = lower >= preconditionMin ? required | (1 << fact) : required & ~(1 << fact);
    }
    this.#required[cell] = required >>> 0;
    const votes = this.#votes(cell);
    let missed = 0;
    for (let m = tailClasses - 1; m > 0; m--) {
      missed += this.#missed[cell * tailClasses + m] ?? 0;
      const trials = votes + priorSessions;
      const hits = missed + (prior.tail[m] ?? 1) * priorSessions;
      // Until votes are many the prior itself is the estimate; then the upper bound of what was counted.
      const upper = wilsonBound("upper", hits, { trials, confidence: votes < supportMin ? 0.5 : 0.95 });
      this.#tails[cell * tailClasses + m] = upper;
    }
    this.#tails[cell * tailClasses] = 1;
  }
}

/** Weight of a prior tail, in sessions. */
const priorSessions = 30;

function cellOf(kind: ClientKind, step: number): number {
  return clientKinds.indexOf(kind) * stepsMax + step - 1;
}
