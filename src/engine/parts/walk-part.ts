import { CountMin, combine32, type MinHash, mix32 } from "#core";
import { type Facts, isAsset } from "../features/facts.ts";
import { NearDuplicates } from "../sequence/index.ts";
import { Annexes } from "./annexes.ts";

/** Steps of a walk that are compared: longer ones are told apart by their beginning. */
const stepsMax = 16;
/** Steps before a walk may be compared; further ones stand in an annex, because most sessions end before. */
const stepsLeast = 4;
const annexSteps = stepsMax - stepsLeast;
/** Steps of every session, their number, how rare they are, and where its annex is. */
const rowBytes = stepsLeast * 2 + 1 + 2 + 4;
/** Rarity is kept in parts of a nat; sixteen steps of five nats fit. */
const natParts = 512;
/** Requests before it is known what is rare. */
const learnedLeast = 2_000;
/** The most that one rare step says about how rare a walk is: links, lists and lures make single pages popular. */
const stepNatsMax = 5;
/** A page that one request in thirty asks for is common: it makes no walk rare, however many such follow each other. */
const commonNats = 3.4;
/** Two steps that hardly anybody takes, at least. */
const rareNats = 10;
const walksMax = 8_192;
/** Numbers of applications are bytes. */
const applicationsMax = 256;
/** Nearly all steps in common: with less, it could be the common ones that are shared and the rare ones not. */
const copySimilarity = 0.8;

/** A session's walk beside everybody's. */
export interface WalkTrace {
  /** Name of the walk shared with another address, or 0: its own way, too short a way, or too common a one. */
  readonly label: number;
  /** -ln of how common such a walk is. */
  readonly rareNats: number;
}

const unshared: WalkTrace = { label: 0, rareNats: 0 };

/**
 * The way of every live session in exact pages (path and query), its first sixteen steps, and whether another address
 * went that way: a farm that plays recorded visits back is typical in every session and repeats itself. Walks of common pages
 * are not compared, and the first page not counted, because links bring many people to one page. 15 bytes per session, 24 more from its
 * fifth step on.
 *
 * Evasion: a query that changes with every request makes each walk its own, at the price of being no replay.
 */
export class WalkPart {
  readonly #steps: Uint16Array;
  readonly #further: Uint16Array;
  readonly #annexes: Annexes;
  readonly #count: Uint8Array;
  readonly #rare: Uint16Array;
  readonly #popular = new CountMin(1 << 14, 3);
  /** Requests learned from, by application: what is common is common in one of them. */
  readonly #totals = new Float64Array(applicationsMax);
  readonly #walks = new NearDuplicates({ capacity: walksMax, gramsLeast: stepsLeast, similarity: copySimilarity });
  readonly #signature: MinHash = NearDuplicates.signature();

  constructor(sessionsMax: number) {
    this.#steps = new Uint16Array(sessionsMax * stepsLeast);
    this.#further = new Uint16Array(sessionsMax * annexSteps);
    this.#annexes = new Annexes(sessionsMax);
    this.#count = new Uint8Array(sessionsMax);
    this.#rare = new Uint16Array(sessionsMax);
  }

  /** Bytes of one of so many live sessions, on average. */
  bytesPerSession(sessions: number): number {
    return rowBytes + (annexSteps * 2 * this.#annexes.held) / Math.max(1, sessions);
  }

  /** Walks that are compared with. */
  get held(): number {
    return this.#walks.size;
  }

  open(slot: number): void {
    this.#annexes.give(slot);
    this.#count[slot] = 0;
    this.#rare[slot] = 0;
  }

  /** The session has ended: what it had beyond its row is free. */
  close(slot: number): void {
    this.#annexes.give(slot);
  }

  /** One step of a session; teaches what is common unless the client is convicted. */
  request(facts: Facts, learn: boolean): void {
    if (isAsset(facts.class)) return;
    const { slot } = facts;
    const at = this.#count[slot] as number;
    if (at >= stepsMax) return;
    const step = mix32(facts.urlHash ^ Math.imul(facts.application + 1, 0x85eb), facts.method + 1);
    const total = this.#totals[facts.application] as number;
    if (at > 0 && total >= learnedLeast) {
      const share = (this.#popular.estimate(step) + 1) / (total + 1);
      const nats = -Math.log(share);
      if (nats > commonNats)
        this.#rare[slot] = (this.#rare[slot] as number) + Math.round(natParts * Math.min(stepNatsMax, nats));
    }
    if (learn) {
      this.#popular.add(step);
      this.#totals[facts.application] = total + 1;
    }
    if (at < stepsLeast) this.#steps[slot * stepsLeast + at] = step & 0xffff;
    else this.#further[this.#annexes.take(slot) * annexSteps + at - stepsLeast] = step & 0xffff;
    this.#count[slot] = at + 1;
  }

  /** The session's walk so far beside recent ones of other addresses; `keep` remembers it. */
  trace(slot: number, address: number, keep: "keep" | "look"): WalkTrace {
    const steps = this.#count[slot] as number;
    const rare = (this.#rare[slot] as number) / natParts;
    if (steps < stepsLeast || rare < rareNats) return unshared;
    const grams = this.#sign(slot, steps);
    const found =
      keep === "keep"
        ? this.#walks.offer(this.#signature, grams, address)
        : this.#walks.find(this.#signature, grams, address);
    if (found === undefined || found.similarity < copySimilarity) return unshared;
    return { label: found.label, rareNats: rare };
  }

  /** Ages what is common, once a day. */
  fade(): void {
    this.#popular.halve();
    for (let i = 0; i < applicationsMax; i++) this.#totals[i] = Math.ceil((this.#totals[i] as number) / 2);
  }

  #stepAt(slot: number, index: number): number {
    if (index < stepsLeast) return this.#steps[slot * stepsLeast + index] as number;
    return this.#further[this.#annexes.of(slot) * annexSteps + index - stepsLeast] as number;
  }

  #sign(slot: number, steps: number): number {
    this.#signature.clear();
    let before = 0;
    let last = 0;
    for (let i = 0; i < steps; i++) {
      const step = this.#stepAt(slot, i);
      this.#signature.add(combine32(combine32(before, last), step));
      before = last;
      last = step;
    }
    return steps;
  }
}
