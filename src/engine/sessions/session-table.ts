import { assert, type Hashed, type Millis } from "#core";
import { type IndexedTable, OpenIndex } from "./open-index.ts";
import { foldHashed, mix32 } from "./text-hash.ts";

/** A session that came this far leaves probation even without a past: people's first visits must outlive floods. */
export const establishedAfter = 4;
export const ringSize = 8;
export const pendingSize = 4;

const none = -1;

/** Which of the two age lists a session stands in. */
type Segment = 0 | 1;
const probation: Segment = 0;
const established: Segment = 1;

/**
 * Live sessions as slots of typed arrays: only what must be remembered between two requests of one session. What is
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
  readonly row: Int32Array;
  readonly lastAt: Float64Array;
  readonly lastPageAt: Float64Array;
  readonly identity: Float64Array;
  readonly originHash: Uint32Array;
  /** Cookie value handed out and not yet seen again; when its answer finished. */
  readonly offered: Float64Array;
  readonly offeredAt: Float64Array;
  /** When the last login attempt was refused; 0 when none was. */
  readonly loginRefusedAt: Float64Array;
  readonly lastId: Float64Array;
  readonly idEndpoint: Uint16Array;
  readonly ring: Uint32Array;
  readonly ringAt: Uint8Array;
  readonly pendingPath: Uint32Array;
  /** When the page was asked for; 0 means the cell is free. */
  readonly pendingAt: Float64Array;
  readonly pendingState: Uint8Array;
  readonly pendingEndpoint: Uint16Array;
  readonly redirectTo: Uint32Array;
  readonly redirectAt: Float64Array;
  readonly shape: Uint32Array;

  readonly flags: Uint8Array;
  /** Network of the session's first address (networkCode), looked up once. */
  readonly network: Uint8Array;
  /** Requests of this session, saturating. */
  readonly requests: Uint16Array;

  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #segment: Uint8Array;
  readonly #heads: Int32Array = new Int32Array([none, none]);
  readonly #tails: Int32Array = new Int32Array([none, none]);
  readonly #sizes: [number, number] = [0, 0];
  readonly #byIdentity: OpenIndex;
  readonly #byOrigin: OpenIndex;
  readonly #free: Int32Array;
  #freeSize: number;
  readonly #probationMax: number;

  constructor(slotsMax: number, probationShare: number) {
    const f64 = (): Float64Array => new Float64Array(slotsMax);
    const u32 = (per = 1): Uint32Array => new Uint32Array(slotsMax * per);
    this.slotsMax = slotsMax;
    this.row = new Int32Array(slotsMax);
    this.lastAt = f64();
    this.lastPageAt = f64();
    this.identity = f64();
    this.originHash = u32();
    this.offered = f64();
    this.offeredAt = f64();
    this.loginRefusedAt = f64();
    this.lastId = f64();
    this.idEndpoint = new Uint16Array(slotsMax);
    this.ring = u32(ringSize);
    this.ringAt = new Uint8Array(slotsMax);
    this.pendingPath = u32(pendingSize);
    this.pendingAt = new Float64Array(slotsMax * pendingSize);
    this.pendingState = new Uint8Array(slotsMax * pendingSize);
    this.pendingEndpoint = new Uint16Array(slotsMax * pendingSize);
    this.redirectTo = u32();
    this.redirectAt = f64();
    this.shape = u32();

    this.flags = new Uint8Array(slotsMax);
    this.network = new Uint8Array(slotsMax);
    this.requests = new Uint16Array(slotsMax);
    this.#next = new Int32Array(slotsMax);
    this.#previous = new Int32Array(slotsMax);
    this.#segment = new Uint8Array(slotsMax);
    this.#byIdentity = new OpenIndex(tableOf((slot) => foldHashed(this.identity[slot] as number)));
    this.#byOrigin = new OpenIndex(tableOf((slot) => this.originHash[slot] as number));
    this.#free = Int32Array.from({ length: slotsMax }, (_, i) => slotsMax - 1 - i);
    this.#freeSize = slotsMax;
    this.#probationMax = Math.max(1, Math.floor((slotsMax * probationShare) / 100));
  }

  get size(): number {
    return this.#sizes[0] + this.#sizes[1];
  }

  /** Typed-array bytes per slot, indexes not counted. */
  get bytesPerSession(): number {
    return 4 + 8 * 8 + 4 + 2 + ringSize * 4 + 1 + pendingSize * (4 + 8 + 1 + 2) + 4 * 2 + 1 + 1 + 2 + 4 * 2 + 1 + 4;
  }

  get indexBytes(): number {
    return this.#byIdentity.bytes + this.#byOrigin.bytes;
  }

  findByIdentity(identity: Hashed): number {
    for (let cell = this.#byIdentity.start(foldHashed(identity)); ; cell = this.#byIdentity.next(cell)) {
      const slot = this.#byIdentity.at(cell);
      if (slot < 0) return none;
      if (this.identity[slot] === identity) return slot;
    }
  }

  /** The latest session of an origin (hash of application, address or /64, and user agent), or -1. */
  findByOrigin(hash: number): number {
    for (let cell = this.#byOrigin.start(hash); ; cell = this.#byOrigin.next(cell)) {
      const slot = this.#byOrigin.at(cell);
      if (slot < 0) return none;
      if (this.originHash[slot] === hash) return slot;
    }
  }

  /** The session to give up when a slot is needed, or -1 while there are free ones. */
  victim(): number {
    if (this.#freeSize > 0) return none;
    const [waiting] = this.#sizes;
    const oldest = this.#heads[probation] as number;
    if (oldest !== none && waiting > this.#probationMax) return oldest;
    // A full house of established sessions lets its longest-silent one go, unless newcomers hold more than their share.
    const silent = this.#heads[established] as number;
    return waiting > 0 && (silent === none || waiting >= this.#probationMax) ? oldest : silent;
  }

  /** Opens a slot for an origin. The caller has closed the `victim` when there was one. */
  open(originHash: number, row: number, at: Millis): number {
    assert(this.#freeSize > 0, "a session slot is free when one is opened");
    const slot = this.#free[--this.#freeSize] as number;
    this.#reset(slot);
    this.row[slot] = row;
    this.lastAt[slot] = at;
    this.originHash[slot] = originHash;
    const earlier = this.findByOrigin(originHash);
    if (earlier !== none) this.#leaveOrigin(earlier);
    this.#byOrigin.add(slot);
    this.#append(slot, probation);
    return slot;
  }

  close(slot: number): void {
    if (this.identity[slot] !== 0) this.#byIdentity.remove(slot);
    if (this.originHash[slot] !== 0) this.#byOrigin.remove(slot);
    this.#unlink(slot);
    this.row[slot] = none;
    this.#free[this.#freeSize++] = slot;
  }

  /** From now on the slot is found by this identity. An earlier identity is given up. */
  identify(slot: number, identity: Hashed): void {
    if (this.identity[slot] !== 0) this.#byIdentity.remove(slot);
    this.identity[slot] = identity;
    this.#byIdentity.add(slot);
  }

  /** Moves a session to the young end of its list. */
  touch(slot: number, at: Millis): void {
    if (at > (this.lastAt[slot] as number)) this.lastAt[slot] = at;
    const segment = this.#segment[slot] as Segment;
    if (this.#tails[segment] === slot) return;
    this.#unlink(slot);
    this.#append(slot, segment);
  }

  /** The session has shown a past: it leaves probation. */
  establish(slot: number): void {
    if (this.#segment[slot] === established) return;
    this.#unlink(slot);
    this.#append(slot, established);
  }

  isEstablished(slot: number): boolean {
    return this.#segment[slot] === established;
  }

  /** A session silent since before `before`, oldest first; -1 when there is none. */
  idle(before: Millis): number {
    const waiting = this.#heads[probation] as number;
    if (waiting !== none && (this.lastAt[waiting] as number) < before) return waiting;
    const silent = this.#heads[established] as number;
    return silent !== none && (this.lastAt[silent] as number) < before ? silent : none;
  }

  /** Every live slot. */
  *slots(): Generator<number> {
    for (const segment of [probation, established] as const) {
      for (let slot = this.#heads[segment] as number; slot !== none; slot = this.#next[slot] as number) yield slot;
    }
  }

  #leaveOrigin(slot: number): void {
    this.#byOrigin.remove(slot);
    this.originHash[slot] = 0;
  }

  #reset(slot: number): void {
    this.lastPageAt[slot] = 0;
    this.identity[slot] = 0;
    this.offered[slot] = 0;
    this.offeredAt[slot] = 0;
    this.loginRefusedAt[slot] = 0;
    this.lastId[slot] = -1;
    this.idEndpoint[slot] = 0;
    this.ring.fill(0, slot * ringSize, (slot + 1) * ringSize);
    this.ringAt[slot] = 0;
    this.pendingAt.fill(0, slot * pendingSize, (slot + 1) * pendingSize);
    this.pendingState.fill(0, slot * pendingSize, (slot + 1) * pendingSize);
    this.redirectTo[slot] = 0;
    this.redirectAt[slot] = 0;
    this.shape[slot] = 0;

    this.flags[slot] = 0;
    this.network[slot] = 0;
    this.requests[slot] = 0;
  }

  #append(slot: number, segment: Segment): void {
    const tail = this.#tails[segment] as number;
    this.#segment[slot] = segment;
    this.#previous[slot] = tail;
    this.#next[slot] = none;
    if (tail === none) this.#heads[segment] = slot;
    else this.#next[tail] = slot;
    this.#tails[segment] = slot;
    this.#sizes[segment]++;
  }

  #unlink(slot: number): void {
    const segment = this.#segment[slot] as Segment;
    const next = this.#next[slot] as number;
    const previous = this.#previous[slot] as number;
    if (previous === none) this.#heads[segment] = next;
    else this.#next[previous] = next;
    if (next === none) this.#tails[segment] = previous;
    else this.#previous[next] = previous;
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

function tableOf(hashOf: (slot: number) => number): IndexedTable {
  return { hashOf };
}
