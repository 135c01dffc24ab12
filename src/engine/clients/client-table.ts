import { assert, type Hashed, type Millis } from "#core";
import { counterNames } from "../features/counters.ts";
import { type IndexedTable, OpenIndex } from "../sessions/open-index.ts";
import { foldHashed, mix32 } from "../sessions/text-hash.ts";

/** Bytes of one row: what stays of a client when its sessions have gone idle. */
export const rowBytes = 120;

/** Positions inside a row, in units of the view named. */
export const row64 = { firstSeen: 0, identity: 1, account: 2 } as const;
export const row32 = {
  address: 6,
  agent: 10,
  requests: 11,
  lastSeen: 12,
  decidedAt: 13,
} as const;
/** `firstSeen` plus this many hundredths of a second; sixteen months fit. */
const tick: Millis = 10;
export const rowFloat = { logGapMean: 14, logGapM2: 15, gapMean: 16, gapM2: 17 } as const;
export const row16 = { sessions: 36, decidedRequest: 37 } as const;
export const row8 = {
  application: 76,
  flags: 77,
  scale: 78,
  remembered: 79,
  counters: 80,
  holders: 118,
  kept: 119,
} as const;

export const rowFlag = { convicted: 1, voted: 2, anchored: 4, remembered: 8, verified: 16 } as const;

/** The flags above this bit say what contradicts itself in the client's presentation (presentation-slips.ts). */
export const slipShift = 5;

export interface ClientKey {
  readonly application: number;
  readonly agent: number;
  readonly identity: Hashed;
}

/**
 * All clients, one compact row each: who (application, address, user agent, cookie identity), how often, and the
 * counters that judgement reads. Rows lie side by side in one buffer, so that a request touches two cache lines.
 * The buffer is reserved once; the system commits its pages as rows are first used.
 */
export class ClientTable implements IndexedTable {
  readonly f64: Float64Array;
  readonly u32: Uint32Array;
  readonly f32: Float32Array;
  readonly u16: Uint16Array;
  readonly u8: Uint8Array;
  readonly #index: OpenIndex;
  readonly #rowsMax: number;
  #used = 0;
  readonly #free: number[] = [];

  constructor(rowsMax: number) {
    const buffer = new ArrayBuffer(rowsMax * rowBytes);
    this.f64 = new Float64Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.f32 = new Float32Array(buffer);
    this.u16 = new Uint16Array(buffer);
    this.u8 = new Uint8Array(buffer);
    this.#index = new OpenIndex(this);
    this.#rowsMax = rowsMax;
  }

  get size(): number {
    return this.#index.size;
  }

  /** Rows ever used: every row number is below. */
  get used(): number {
    return this.#used;
  }

  get full(): boolean {
    return this.#free.length === 0 && this.#used >= this.#rowsMax;
  }

  get indexBytes(): number {
    return this.#index.bytes;
  }

  hashOf(row: number): number {
    const at = row * (rowBytes / 4);
    const u32 = this.u32;
    return hashKey(
      (u32[at + row32.address] as number) ^ (u32[at + row32.address + 1] as number),
      (u32[at + row32.address + 2] as number) ^ (u32[at + row32.address + 3] as number),
      (u32[at + row32.agent] as number) ^ ((this.u8[row * rowBytes + row8.application] as number) << 24),
      this.f64[row * (rowBytes / 8) + row64.identity] as number,
    );
  }

  /** The row of a client, or -1. */
  find(words: Uint32Array, key: ClientKey): number {
    const [w0, w1, w2, w3] = [words[0] as number, words[1] as number, words[2] as number, words[3] as number];
    const hash = hashKey(w0 ^ w1, w2 ^ w3, key.agent ^ (key.application << 24), key.identity);
    const { u32, u8, f64 } = this;
    for (let cell = this.#index.start(hash); ; cell = this.#index.next(cell)) {
      const row = this.#index.at(cell);
      if (row < 0) return -1;
      const at = row * (rowBytes / 4);
      if (
        u32[at + row32.address + 3] === w3 &&
        u32[at + row32.agent] === key.agent &&
        u32[at + row32.address + 2] === w2 &&
        u32[at + row32.address + 1] === w1 &&
        u32[at + row32.address] === w0 &&
        u8[row * rowBytes + row8.application] === key.application &&
        f64[row * (rowBytes / 8) + row64.identity] === key.identity
      )
        return row;
    }
  }

  /** Opens a zeroed row. The caller has made room (`full` is false) and knows the key to be absent. */
  open(words: Uint32Array, key: ClientKey, at: Millis): number {
    assert(!this.full, "the client table has a free row when one is opened");
    const row = this.#free.pop() ?? this.#used++;
    this.u8.fill(0, row * rowBytes, (row + 1) * rowBytes);
    for (let i = 0; i < 4; i++) this.u32[row * (rowBytes / 4) + row32.address + i] = words[i] as number;
    this.u32[row * (rowBytes / 4) + row32.agent] = key.agent;
    this.u8[row * rowBytes + row8.application] = key.application;
    this.f64[row * (rowBytes / 8) + row64.identity] = key.identity;
    this.f64[row * (rowBytes / 8) + row64.firstSeen] = at;
    this.#index.add(row);
    return row;
  }

  /** Gives a row a cookie identity: from then on it is found under that identity only. */
  identify(row: number, identity: Hashed): void {
    this.#index.remove(row);
    this.f64[row * (rowBytes / 8) + row64.identity] = identity;
    this.#index.add(row);
  }

  close(row: number): void {
    this.#index.remove(row);
    this.u32[row * (rowBytes / 4) + row32.requests] = 0;
    this.#free.push(row);
  }

  /** True for rows in use (every open row has seen a request). */
  alive(row: number): boolean {
    return (this.u32[row * (rowBytes / 4) + row32.requests] as number) > 0;
  }

  lastSeen(row: number): Millis {
    return (
      (this.f64[row * (rowBytes / 8) + row64.firstSeen] as number) +
      (this.u32[row * (rowBytes / 4) + row32.lastSeen] as number) * tick
    );
  }

  /** Times before the row's first one are kept as equal to it: a clock that goes back never makes a negative span. */
  touch(row: number, at: Millis): void {
    const span = at - (this.f64[row * (rowBytes / 8) + row64.firstSeen] as number);
    const ticks = span <= 0 ? 0 : Math.min(0xffffffff, Math.round(span / tick));
    const place = row * (rowBytes / 4) + row32.lastSeen;
    if (ticks > (this.u32[place] as number)) this.u32[place] = ticks;
  }

  /** Live sessions that write to this row; it must not be given up meanwhile. */
  held(row: number): boolean {
    return (this.u8[row * rowBytes + row8.holders] as number) > 0;
  }

  hold(row: number): void {
    const place = row * rowBytes + row8.holders;
    this.u8[place] = Math.min(255, (this.u8[place] as number) + 1);
  }

  release(row: number): void {
    const place = row * rowBytes + row8.holders;
    this.u8[place] = Math.max(0, (this.u8[place] as number) - 1);
  }

  /** True when the row belongs to this address and user agent. */
  isAt(row: number, words: Uint32Array, agent: number): boolean {
    const at = row * (rowBytes / 4);
    const { u32 } = this;
    return (
      u32[at + row32.address + 3] === words[3] &&
      u32[at + row32.agent] === agent &&
      u32[at + row32.address + 2] === words[2] &&
      u32[at + row32.address + 1] === words[1] &&
      u32[at + row32.address] === words[0]
    );
  }

  /** Keeps the strongest persona-proof evidence, in sixteenths of a nat, beyond the session that showed it. */
  keep(row: number, nats: number): void {
    const place = row * rowBytes + row8.kept;
    this.u8[place] = Math.max(this.u8[place] as number, Math.min(255, Math.round(nats * 16)));
  }

  kept(row: number): number {
    return (this.u8[row * rowBytes + row8.kept] as number) / 16;
  }

  identityOf(row: number): Hashed {
    return this.f64[row * (rowBytes / 8) + row64.identity] as number;
  }

  requestsOf(row: number): number {
    return this.u32[row * (rowBytes / 4) + row32.requests] as number;
  }

  sessionsOf(row: number): number {
    return this.u16[row * (rowBytes / 2) + row16.sessions] as number;
  }

  countSession(row: number): void {
    const place = row * (rowBytes / 2) + row16.sessions;
    this.u16[place] = Math.min(0xffff, (this.u16[place] as number) + 1);
  }

  /** One more request; returns how many there are now. */
  countRequest(row: number): number {
    const place = row * (rowBytes / 4) + row32.requests;
    const count = Math.min(0xffffffff, (this.u32[place] as number) + 1);
    this.u32[place] = count;
    return count;
  }

  /** Notes when the running verdict first was against this client. */
  decide(row: number, at: Millis): void {
    this.setFlag(row, rowFlag.convicted);
    this.declare(row, at);
  }

  /** Notes when this client first was known for what it says it is. */
  declare(row: number, at: Millis): void {
    const place = row * (rowBytes / 2) + row16.decidedRequest;
    if (this.u16[place] !== 0) return;
    this.u16[place] = Math.min(0xffff, this.requestsOf(row));
    const span = at - (this.f64[row * (rowBytes / 8) + row64.firstSeen] as number);
    this.u32[row * (rowBytes / 4) + row32.decidedAt] = span <= 0 ? 0 : Math.min(0xffffffff, Math.round(span / tick));
  }

  decidedAt(row: number): { readonly request: number; readonly time: Millis } | null {
    const request = this.u16[row * (rowBytes / 2) + row16.decidedRequest] as number;
    if (request === 0) return null;
    const first = this.f64[row * (rowBytes / 8) + row64.firstSeen] as number;
    return { request, time: first + (this.u32[row * (rowBytes / 4) + row32.decidedAt] as number) * tick };
  }

  /** How often the row's counters were halved. */
  scale(row: number): number {
    return this.u8[row * rowBytes + row8.scale] as number;
  }

  /** Position of the row's address in `u32`. */
  addressAt(row: number): number {
    return row * (rowBytes / 4) + row32.address;
  }

  applicationOf(row: number): number {
    return this.u8[row * rowBytes + row8.application] as number;
  }

  agentOf(row: number): number {
    return this.u32[row * (rowBytes / 4) + row32.agent] as number;
  }

  flag(row: number, flag: number): boolean {
    return ((this.u8[row * rowBytes + row8.flags] as number) & flag) !== 0;
  }

  setFlag(row: number, flag: number): void {
    const place = row * rowBytes + row8.flags;
    this.u8[place] = (this.u8[place] as number) | flag;
  }

  clearFlag(row: number, flag: number): void {
    const place = row * rowBytes + row8.flags;
    this.u8[place] = (this.u8[place] as number) & ~flag;
  }

  /** One more of something; at 255 all counters of the row are halved, which keeps their ratios. */
  count(row: number, counter: number): void {
    const place = row * rowBytes + row8.counters + counter;
    if ((this.u8[place] as number) === 255) this.#halve(row);
    this.u8[place] = (this.u8[place] as number) + 1;
  }

  /** Takes back what a request counted that was answered by our own denial. */
  uncount(row: number, counter: number): void {
    const place = row * rowBytes + row8.counters + counter;
    if ((this.u8[place] as number) > 0) this.u8[place] = (this.u8[place] as number) - 1;
  }

  get(row: number, counter: number): number {
    return this.u8[row * rowBytes + row8.counters + counter] as number;
  }

  #halve(row: number): void {
    const from = row * rowBytes + row8.counters;
    for (let i = from; i < from + counterNames.length; i++) this.u8[i] = ((this.u8[i] as number) + 1) >> 1;
    const scale = row * rowBytes + row8.scale;
    this.u8[scale] = Math.min(255, (this.u8[scale] as number) + 1);
  }
}

function hashKey(high: number, low: number, agent: number, identity: Hashed): number {
  return mix32(
    Math.imul(high, 0x9e3779b1) ^
      mix32(low ^ Math.imul(agent, 0x85ebca6b)) ^
      (identity === 0 ? 0 : foldHashed(identity)),
  );
}
