import { assert, type Hashed, type Millis } from "#core";
import { OpenIndex } from "./open-index.ts";
import { foldHashed, mix32 } from "./text-hash.ts";

/** A session that came this far leaves probation even without a past: people's first visits must outlive floods. */
export const establishedAfter = 4;
export const ringSize = 8;
export const pendingSize = 4;

/** Bytes of one session in the slots' buffer: three cache lines, so that a request touches no more of it than that. */
export const slotBytes = 192;
/** Bytes of one session in all. */
export const sessionBytes: number = slotBytes + 4;
const wide = slotBytes / 8;
const words = slotBytes / 4;
const halves = slotBytes / 2;

/**
 * Positions inside a slot, in units of the view named; what every request touches stands in the first 64 bytes. Times
 * of 32 bits are ticks (`tickOf`). `pendingPath`, `pendingAt`, `pendingEndpoint` and `pendingState` hold `pendingSize`
 * values each, `ring` holds `ringSize`, `walk` three.
 */
const slot64 = { lastAt: 0, identity: 1, firstAt: 2 } as const;
export const slot32 = {
  row: 6,
  next: 8,
  previous: 9,
  lastPageAt: 10,
  redirectTo: 11,
  movedAt: 12,
  step: 13,
  sweep: 7,
  pendingPath: 16,
  pendingAt: 20,
  surprisal: 27,
  lastId: 30,
  ring: 32,
  presentation: 40,
  login: 41,
  behaviour: 42,
  shape: 43,
  offeredAt: 44,
  loginRefusedAt: 45,
  redirectAt: 46,
  subject: 47,
} as const;
export const slot16 = { requests: 28, idEndpoint: 29, pendingEndpoint: 48, walk: 56 } as const;
export const slot8 = {
  flags: 60,
  gap: 61,
  network: 62,
  ringAt: 63,
  pendingState: 104,
  steps: 118,
  reported: 119,
} as const;

/** Bits of a session's flags. */
export const sessionFlag = {
  sawPage: 1,
  denied: 2,
  confirmed: 4,
  established: 8,
  shownPage: 16,
  attempted: 32,
  ledger: 64,
} as const;

const none = -1;
/** No endpoint has this number: the session has asked for no identifier yet. */
const noEndpoint = 0xffff;
const tickMax = 0xfffffffe;
/** Precision of the order of silence: a thirtieth of what makes a session idle. */
const moveMs: Millis = 60_000;

/** Which of the two age lists a session stands in. */
type Segment = 0 | 1;
const probation: Segment = 0;
const established: Segment = 1;

/**
 * Live sessions as slots of one buffer: only what must be remembered between two requests of one session. What is
 * learned about the client goes to its row in the client table. Slots are found by identity (a cookie value we saw
 * issued, a token) or by origin (application, address or /64, user agent).
 *
 * Two age lists share the slots. A session starts on probation and is established once its client showed a past
 * (a cookie came back, an account, a second session) or simply went on. When slots run out the oldest one on probation
 * goes first, so that a flood of new keys recycles its own slots and cannot push established sessions out
 * (state-exhaustion attack). It can push out other newcomers; their row in the client table stays.
 */
export class SessionTable {
  readonly slotsMax: number;
  readonly #f64: Float64Array;
  readonly f32: Float32Array;
  readonly u32: Uint32Array;
  readonly u16: Uint16Array;
  readonly u8: Uint8Array;
  /** Apart from the slots, because the index reads many of them when it closes a gap. */
  readonly #origins: Uint32Array;
  readonly #heads: Int32Array = new Int32Array([none, none]);
  readonly #tails: Int32Array = new Int32Array([none, none]);
  readonly #sizes: [number, number] = [0, 0];
  readonly #byIdentity: OpenIndex;
  readonly #byOrigin: OpenIndex;
  /** Slots given back, chained by `next`; slots from `#used` on were never used. */
  #free: number = none;
  #used = 0;
  readonly #probationMax: number;

  constructor(slotsMax: number, probationShare: number) {
    const buffer = new ArrayBuffer(slotsMax * slotBytes);
    this.slotsMax = slotsMax;
    this.#origins = new Uint32Array(slotsMax);
    this.#f64 = new Float64Array(buffer);
    this.f32 = new Float32Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.u16 = new Uint16Array(buffer);
    this.u8 = new Uint8Array(buffer);
    this.#byIdentity = new OpenIndex({ hashOf: (slot) => foldHashed(this.identityOf(slot)) });
    this.#byOrigin = new OpenIndex({ hashOf: (slot) => this.originOf(slot) });
    this.#probationMax = Math.max(1, Math.floor((slotsMax * probationShare) / 100));
  }

  get size(): number {
    return this.#sizes[0] + this.#sizes[1];
  }

  get indexBytes(): number {
    return this.#byIdentity.bytes + this.#byOrigin.bytes;
  }

  /** The client row that a session writes to; -1 once the slot is closed. */
  rowOf(slot: number): number {
    return (this.u32[slot * words + slot32.row] as number) | 0;
  }

  setRow(slot: number, row: number): void {
    this.u32[slot * words + slot32.row] = row;
  }

  /** Identity by cookie or token, or 0. */
  identityOf(slot: number): Hashed {
    return this.#f64[slot * wide + slot64.identity] as number;
  }

  /** Hash under which the session is found without an identity; 0 once another session of the origin has the entry. */
  originOf(slot: number): number {
    return this.#origins[slot] as number;
  }

  /** When the session began. */
  firstAt(slot: number): Millis {
    return this.#f64[slot * wide + slot64.firstAt] as number;
  }

  lastAt(slot: number): Millis {
    return this.#f64[slot * wide + slot64.lastAt] as number;
  }

  /** Requests of this session, saturating. */
  requestsOf(slot: number): number {
    return this.u16[slot * halves + slot16.requests] as number;
  }

  /** One more request; returns how many there are now. */
  countRequest(slot: number): number {
    const place = slot * halves + slot16.requests;
    const count = Math.min(0xffff, (this.u16[place] as number) + 1);
    this.u16[place] = count;
    return count;
  }

  /** Network of the session's first address (networkCode), looked up once. */
  networkOf(slot: number): number {
    return this.u8[slot * slotBytes + slot8.network] as number;
  }

  setNetwork(slot: number, code: number): void {
    this.u8[slot * slotBytes + slot8.network] = code;
  }

  flag(slot: number, flag: number): boolean {
    return ((this.u8[slot * slotBytes + slot8.flags] as number) & flag) !== 0;
  }

  setFlag(slot: number, flag: number): void {
    const place = slot * slotBytes + slot8.flags;
    this.u8[place] = (this.u8[place] as number) | flag;
  }

  clearFlag(slot: number, flag: number): void {
    const place = slot * slotBytes + slot8.flags;
    this.u8[place] = (this.u8[place] as number) & ~flag;
  }

  /** A field of 32 bits. */
  get(slot: number, field: number): number {
    return this.u32[slot * words + field] as number;
  }

  set(slot: number, field: number, value: number): void {
    this.u32[slot * words + field] = value;
  }

  /** A field of 8 bits. */
  byte(slot: number, field: number): number {
    return this.u8[slot * slotBytes + field] as number;
  }

  setByte(slot: number, field: number, value: number): void {
    this.u8[slot * slotBytes + field] = value;
  }

  /**
   * A time as the slot's fields of 32 bits hold it: milliseconds since the session began, from 1 on, because 0 means
   * never. A clock that goes back stops at 1, and 49 days at the greatest value.
   */
  tickOf(slot: number, at: Millis): number {
    const ticks = Math.round(at - (this.#f64[slot * wide + slot64.firstAt] as number)) + 1;
    return ticks < 1 ? 1 : Math.min(ticks, tickMax);
  }

  findByIdentity(identity: Hashed): number {
    for (let cell = this.#byIdentity.start(foldHashed(identity)); ; cell = this.#byIdentity.next(cell)) {
      const slot = this.#byIdentity.at(cell);
      if (slot < 0) return none;
      if (this.identityOf(slot) === identity) return slot;
    }
  }

  /** The latest session of an origin (hash of application, address or /64, and user agent), or -1. */
  findByOrigin(hash: number): number {
    for (let cell = this.#byOrigin.start(hash); ; cell = this.#byOrigin.next(cell)) {
      const slot = this.#byOrigin.at(cell);
      if (slot < 0) return none;
      if (this.originOf(slot) === hash) return slot;
    }
  }

  /** The session to give up when a slot is needed, or -1 while there are free ones. */
  victim(): number {
    if (this.#free !== none || this.#used < this.slotsMax) return none;
    const [waiting] = this.#sizes;
    const oldest = this.#oldest(probation);
    if (oldest !== none && waiting > this.#probationMax) return oldest;
    // A full house of established sessions lets its longest-silent one go, unless newcomers hold more than their share.
    const silent = this.#oldest(established);
    return waiting > 0 && (silent === none || waiting >= this.#probationMax) ? oldest : silent;
  }

  /** Opens a zeroed slot for an origin. The caller has closed the `victim` when there was one. */
  open(originHash: number, row: number, at: Millis): number {
    const slot = this.#take();
    this.u32.fill(0, slot * words, (slot + 1) * words);
    this.setRow(slot, row);
    this.#f64[slot * wide + slot64.firstAt] = at;
    this.#f64[slot * wide + slot64.lastAt] = at;
    this.set(slot, slot32.movedAt, 1);
    this.u16[slot * halves + slot16.idEndpoint] = noEndpoint;
    this.#origins[slot] = originHash;
    const earlier = this.findByOrigin(originHash);
    if (earlier !== none) this.#leaveOrigin(earlier);
    this.#byOrigin.add(slot);
    this.#append(slot, probation);
    return slot;
  }

  close(slot: number): void {
    if (this.identityOf(slot) !== 0) this.#byIdentity.remove(slot);
    if (this.originOf(slot) !== 0) this.#byOrigin.remove(slot);
    this.#unlink(slot);
    this.setRow(slot, none);
    this.set(slot, slot32.next, this.#free);
    this.#free = slot;
  }

  /** From now on the slot is found by this identity. An earlier identity is given up. */
  identify(slot: number, identity: Hashed): void {
    if (this.identityOf(slot) !== 0) this.#byIdentity.remove(slot);
    this.#f64[slot * wide + slot64.identity] = identity;
    this.#byIdentity.add(slot);
  }

  /**
   * Notes a request. The session moves to the young end of its list at most once in `moveMs`: moving touches three other
   * sessions' memory, and the order of silence needs no more than that.
   */
  touch(slot: number, at: Millis): void {
    const place = slot * wide + slot64.lastAt;
    if (at > (this.#f64[place] as number)) this.#f64[place] = at;
    const tick = this.tickOf(slot, at);
    if (tick - this.get(slot, slot32.movedAt) > moveMs) this.#move(slot, tick);
  }

  /** The session has shown a past: it leaves probation. */
  establish(slot: number): void {
    if (this.isEstablished(slot)) return;
    this.#unlink(slot);
    this.setFlag(slot, sessionFlag.established);
    this.#append(slot, established);
  }

  isEstablished(slot: number): boolean {
    return this.flag(slot, sessionFlag.established);
  }

  /** A session silent since before `before`, oldest first; -1 when there is none. */
  idle(before: Millis): number {
    const waiting = this.#oldest(probation);
    if (waiting !== none && this.lastAt(waiting) < before) return waiting;
    const silent = this.#oldest(established);
    return silent !== none && this.lastAt(silent) < before ? silent : none;
  }

  /** Every live slot. */
  *slots(): Generator<number> {
    for (const segment of [probation, established] as const) {
      for (let slot = this.#heads[segment] as number; slot !== none; slot = this.get(slot, slot32.next) | 0) yield slot;
    }
  }

  /** Head of a list, once those that had a request since they were last moved are out of the way. */
  #oldest(segment: Segment): number {
    for (;;) {
      const slot = this.#heads[segment] as number;
      if (slot === none || slot === this.#tails[segment]) return slot;
      const tick = this.tickOf(slot, this.lastAt(slot));
      if (tick <= this.get(slot, slot32.movedAt)) return slot;
      this.#move(slot, tick);
    }
  }

  #move(slot: number, tick: number): void {
    const segment = this.#segmentOf(slot);
    this.set(slot, slot32.movedAt, tick);
    if (this.#tails[segment] === slot) return;
    this.#unlink(slot);
    this.#append(slot, segment);
  }

  #take(): number {
    const slot = this.#free;
    if (slot === none) {
      assert(this.#used < this.slotsMax, "a session slot is free when one is opened");
      return this.#used++;
    }
    this.#free = this.get(slot, slot32.next) | 0;
    return slot;
  }

  #segmentOf(slot: number): Segment {
    return this.isEstablished(slot) ? established : probation;
  }

  #leaveOrigin(slot: number): void {
    this.#byOrigin.remove(slot);
    this.#origins[slot] = 0;
  }

  #append(slot: number, segment: Segment): void {
    const tail = this.#tails[segment] as number;
    this.set(slot, slot32.previous, tail);
    this.set(slot, slot32.next, none);
    if (tail === none) this.#heads[segment] = slot;
    else this.set(tail, slot32.next, slot);
    this.#tails[segment] = slot;
    this.#sizes[segment]++;
  }

  #unlink(slot: number): void {
    const segment = this.#segmentOf(slot);
    const next = this.get(slot, slot32.next) | 0;
    const previous = this.get(slot, slot32.previous) | 0;
    if (previous === none) this.#heads[segment] = next;
    else this.set(previous, slot32.next, next);
    if (next === none) this.#tails[segment] = previous;
    else this.set(next, slot32.previous, previous);
    this.#sizes[segment]--;
  }
}

/** Hash of what stands for a client without identity: application, IPv4 address or IPv6 /64, user agent. Never 0. */
export function hashOrigin(words: Uint32Array, application: number, agent: number): number {
  const low = words[0] === 0 && words[1] === 0 ? (words[3] as number) : 0;
  const named = words[0] === 0xffffffff ? (words[3] as number) : 0;
  const hash = mix32(
    Math.imul((words[0] as number) ^ low ^ named, 0x9e3779b1) ^
      mix32((words[1] as number) ^ Math.imul(agent + 1, 0x85ebca6b)) ^
      Math.imul(application + 1, 0xc2b2ae35),
  );
  return hash === 0 ? 1 : hash;
}
