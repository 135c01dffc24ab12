import type { Exchange, Signal } from "#core";
import type { ConductCase } from "../detectors/conduct-detector.ts";
import { conductDetectors } from "../detectors/conduct-detectors.ts";
import { endpointClass } from "../endpoints/endpoint-class.ts";
import { type Facts, isAsset, isPage, methodCode, refererKind } from "../features/facts.ts";
import { groupCap } from "../statistics/index.ts";
import { Annexes } from "./annexes.ts";
import { readsForPrograms } from "./text-for-programs.ts";

const none: readonly Signal[] = [];
/** Positions of a session's counters. */
const at = {
  pages: 0,
  straight: 1,
  backs: 2,
  tabs: 3,
  texts: 4,
  forms: 5,
  hasty: 6,
  inTurn: 7,
  together: 8,
  pictures: 9,
  otherParts: 10,
  searches: 11,
  /** Sub-resources asked for and not answered yet. */
  open: 12,
  dwells: 13,
  /** 1 once something was seen that a tell might speak of. */
  stirred: 14,
} as const;
const bytes = 16;
const quickMs = 1_000;
/** Parts further apart belong to different pages. */
const partsMs = 2_000;
const pauseMs = { least: 300, most: 20 * 60_000 };
/** A body this small is a button's. */
const formBytesLeast = 100;
const sessionsFade = 50_000;

/**
 * How a session's steps are made: what agents do unlike people beside what they ask for. Each tell is bounded by how common
 * it is among this installation's unconvicted sessions that had the occasion, and all of them together by their group.
 * 36 bytes per session, 20 more from its second page on. O(1) a request.
 */
export class ConductPart {
  readonly #counts: Uint8Array;
  readonly #lastPageAt: Uint32Array;
  /** Sixteen bits of the hash of the last page: once in 65,536 a step back looks like one straight on. */
  readonly #lastPage: Uint16Array;
  readonly #lastPart: Uint32Array;
  readonly #partEnd: Uint32Array;
  /** ln of one more than the bytes of the last page, in parts. */
  readonly #length: Uint16Array;
  /** Means, squares and products of ln(bytes) and ln(pause), in annexes. */
  readonly #dwell: Float32Array;
  readonly #annexes: Annexes;
  readonly #able: Float64Array = new Float64Array(conductDetectors.length);
  readonly #shown: Float64Array = new Float64Array(conductDetectors.length);
  readonly #caps: Float64Array;
  readonly #case: SlotCase;

  constructor(sessionsMax: number) {
    this.#counts = new Uint8Array(sessionsMax * bytes);
    this.#lastPageAt = new Uint32Array(sessionsMax);
    this.#lastPage = new Uint16Array(sessionsMax);
    this.#lastPart = new Uint32Array(sessionsMax);
    this.#partEnd = new Uint32Array(sessionsMax);
    this.#length = new Uint16Array(sessionsMax);
    this.#dwell = new Float32Array(sessionsMax * dwellSize);
    this.#annexes = new Annexes(sessionsMax);
    this.#caps = Float64Array.from(conductDetectors, ({ prior }) => groupCap(prior, 0, 0));
    this.#case = new SlotCase(this.#counts, this.#dwell, this.#annexes);
  }

  open(slot: number): void {
    this.#counts.fill(0, slot * bytes, (slot + 1) * bytes);
    this.#annexes.give(slot);
    this.#length[slot] = 0;
    this.#lastPageAt[slot] = 0;
    this.#lastPage[slot] = 0;
    this.#lastPart[slot] = 0;
    this.#partEnd[slot] = 0;
  }

  /** Bytes of one of so many live sessions, on average. */
  bytesPerSession(sessions: number): number {
    return rowBytes + (dwellSize * 4 * this.#annexes.held) / Math.max(1, sessions);
  }

  request(facts: Facts, exchange: Exchange): void {
    const { slot } = facts;
    // Who says it is a program, or a native application, is not measured by how people browse.
    if (!exchange.request.userAgent.startsWith("Mozilla/5.0 (")) return;
    if (isAsset(facts.class)) this.#part(facts);
    else if (isPage(facts.class) && facts.method === methodCode.get) this.#page(facts, exchange);
    else if (facts.class === endpointClass.robots) {
      if (this.#counts[slot * bytes + at.pages] === 0 || readsForPrograms(exchange.request)) this.#stir(slot, at.texts);
    } else if (facts.method > methodCode.head) this.#form(facts, exchange);
  }

  response(facts: Facts, exchange: Exchange): void {
    const { slot } = facts;
    const { response } = exchange;
    if (response === undefined || this.#counts[slot * bytes + at.pages] === 0) return;
    if (isAsset(facts.class)) {
      const open = slot * bytes + at.open;
      this.#counts[open] = Math.max(0, (this.#counts[open] as number) - 1);
      if (response.durationMs > 0) this.#partEnd[slot] = facts.tick + Math.ceil(response.durationMs);
      const picture = response.contentType.startsWith("image/") || response.contentType.startsWith("font/");
      if (facts.class === endpointClass.asset) this.#stir(slot, picture ? at.pictures : at.otherParts);
    } else if (facts.tick === this.#lastPageAt[slot] && response.status === 200)
      this.#length[slot] = Math.min(0xffff, Math.round(lengthParts * Math.log1p(Math.max(0, response.bytes))));
  }

  signals(slot: number): readonly Signal[] {
    if (this.#counts[slot * bytes + at.stirred] === 0) return none;
    const subject = this.#case.point(slot);
    let found: Signal[] | undefined;
    for (let i = 0; i < conductDetectors.length; i++) {
      const detector = conductDetectors[i];
      const finding = detector?.inspect(subject);
      if (detector === undefined || finding === undefined) continue;
      const nats = Math.round(100 * Math.min(finding.nats, this.#caps[i] as number)) / 100;
      if (nats < natsLeast) continue;
      const { name, axis, group } = detector;
      found ??= [];
      found.push({ detector: name, axis, group, nats, evidence: finding.evidence });
    }
    return found ?? none;
  }

  /** A session ends. `teaches`: it is not convicted, so it shows how common each tell is here. */
  close(slot: number, teaches: boolean): void {
    if (teaches) this.#teach(slot);
    this.#annexes.give(slot);
  }

  #teach(slot: number): void {
    const subject = this.#case.point(slot);
    for (let i = 0; i < conductDetectors.length; i++) {
      const detector = conductDetectors[i];
      if (detector === undefined || !detector.able(subject)) continue;
      const able = (this.#able[i] as number) + 1;
      this.#able[i] = able;
      if (detector.inspect(subject) !== undefined) this.#shown[i] = (this.#shown[i] as number) + 1;
      if (able <= 64 || able % 64 === 0) this.#caps[i] = groupCap(detector.prior, this.#shown[i] as number, able);
      if (able < sessionsFade) continue;
      this.#able[i] = able / 2;
      this.#shown[i] = (this.#shown[i] as number) / 2;
    }
  }

  #page(facts: Facts, exchange: Exchange): void {
    const { slot, tick } = facts;
    const last = this.#lastPageAt[slot] as number;
    const since = tick - last;
    if (readsForPrograms(exchange.request)) this.#stir(slot, at.texts);
    if (facts.linked) this.#stir(slot, (facts.refererHash & 0xffff) === this.#lastPage[slot] ? at.straight : at.backs);
    else if (last !== 0 && since >= 0 && since < quickMs && facts.referer !== refererKind.foreign)
      this.#stir(slot, at.tabs);
    if (facts.class === endpointClass.search && last !== 0 && exchange.request.query !== "") {
      if (facts.referer === refererKind.none) this.#stir(slot, at.searches);
    }
    if (last !== 0 && since >= pauseMs.least && since <= pauseMs.most) this.#learnDwell(slot, since);
    this.#count(slot, at.pages);
    this.#lastPageAt[slot] = tick;
    this.#lastPage[slot] = facts.urlHash;
    this.#length[slot] = 0;
  }

  #part({ slot, tick, class: purpose }: Facts): void {
    if (purpose !== endpointClass.asset || this.#counts[slot * bytes + at.pages] === 0) return;
    const open = this.#counts[slot * bytes + at.open] as number;
    const end = this.#partEnd[slot] as number;
    const near = this.#lastPart[slot] !== 0 && tick - (this.#lastPart[slot] as number) < partsMs;
    // An answer whose duration nobody observed says nothing about what ran beside it.
    if (near && (open > 0 || end !== 0)) this.#stir(slot, open > 0 || tick < end ? at.together : at.inTurn);
    this.#lastPart[slot] = tick;
    this.#count(slot, at.open);
  }

  #form({ slot, tick, class: purpose }: Facts, { request }: Exchange): void {
    const page = this.#lastPageAt[slot] as number;
    if (page === 0 || purpose === endpointClass.login || purpose === endpointClass.api) return;
    if (request.bodyBytes >= 0 && request.bodyBytes < formBytesLeast) return;
    this.#count(slot, at.forms);
    if (tick - page < quickMs) this.#stir(slot, at.hasty);
  }

  /** Running means and products of ln(bytes of the page before) and ln(pause), as Welford (1962) has them. */
  #learnDwell(slot: number, pause: number): void {
    const length = (this.#length[slot] as number) / lengthParts;
    if (length === 0) return;
    const n = (this.#counts[slot * bytes + at.dwells] as number) + 1;
    if (n > 200) return;
    const place = this.#annexes.take(slot) * dwellSize;
    const dwell = this.#dwell;
    if (n === 1) dwell.fill(0, place, place + dwellSize);
    this.#stir(slot, at.dwells);
    const [x, y] = [length, Math.log(pause)];
    const dx = x - (dwell[place] as number);
    dwell[place] = (dwell[place] as number) + dx / n;
    const dy = y - (dwell[place + 1] as number);
    dwell[place + 1] = (dwell[place + 1] as number) + dy / n;
    const rest = y - (dwell[place + 1] as number);
    dwell[place + 2] = (dwell[place + 2] as number) + dx * (x - (dwell[place] as number));
    dwell[place + 3] = (dwell[place + 3] as number) + dy * rest;
    dwell[place + 4] = (dwell[place + 4] as number) + dx * rest;
  }

  #count(slot: number, place: number): void {
    const where = slot * bytes + place;
    this.#counts[where] = Math.min(255, (this.#counts[where] as number) + 1);
  }

  #stir(slot: number, place: number): void {
    this.#count(slot, place);
    this.#counts[slot * bytes + at.stirred] = 1;
  }
}

/** Numbers of a session in the dwell table. */
const dwellSize = 5;
/** Counters, times and hashes of the last page and part, length of the last page, and where the annex is. */
const rowBytes = bytes + 20;
/** Parts of ln(bytes) that are told apart: a length is known to four parts in a thousand. */
const lengthParts = 256;
const natsLeast = 0.05;

/** One session's counters as a detector reads them. */
class SlotCase implements ConductCase {
  readonly #counts: Uint8Array;
  readonly #dwell: Float32Array;
  readonly #annexes: Annexes;
  #slot = 0;

  constructor(counts: Uint8Array, dwell: Float32Array, annexes: Annexes) {
    this.#counts = counts;
    this.#dwell = dwell;
    this.#annexes = annexes;
  }

  point(slot: number): this {
    this.#slot = slot;
    return this;
  }

  get pages(): number {
    return this.#get(at.pages);
  }

  get straight(): number {
    return this.#get(at.straight);
  }

  get backs(): number {
    return this.#get(at.backs);
  }

  get tabs(): number {
    return this.#get(at.tabs);
  }

  get texts(): number {
    return this.#get(at.texts);
  }

  get forms(): number {
    return this.#get(at.forms);
  }

  get hasty(): number {
    return this.#get(at.hasty);
  }

  get partsInTurn(): number {
    return this.#get(at.inTurn);
  }

  get partsTogether(): number {
    return this.#get(at.together);
  }

  get pictures(): number {
    return this.#get(at.pictures);
  }

  get otherParts(): number {
    return this.#get(at.otherParts);
  }

  get searches(): number {
    return this.#get(at.searches);
  }

  get dwells(): number {
    return this.#get(at.dwells);
  }

  get dwellCorrelation(): number {
    const annex = this.#annexes.of(this.#slot);
    if (annex < 0) return 0;
    const place = annex * dwellSize;
    const spread = (this.#dwell[place + 2] as number) * (this.#dwell[place + 3] as number);
    return spread <= 1e-9 ? 0 : (this.#dwell[place + 4] as number) / Math.sqrt(spread);
  }

  #get(place: number): number {
    return this.#counts[this.#slot * bytes + place] as number;
  }
}
