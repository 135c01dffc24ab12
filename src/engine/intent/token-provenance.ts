import type { Hashed, Millis } from "#core";
import { IssuedMemory } from "../ledger/issued-memory.ts";
import type { SessionSlab } from "../ledger/session-slab.ts";
import { wilsonBound } from "../statistics/index.ts";
import { decayFactor } from "./decay.ts";
import { byteAt, intentByte, wordAt } from "./intent-words.ts";
import { endpointsMax, preconditionMin, supportMin } from "./step-book.ts";

/** Where and when tokens were issued or brought. */
export interface TokenPlace {
  readonly endpoint: number;
  readonly now: Millis;
}

/** Tokens of one exchange that are looked at. */
const tokensMax = 16;
/** Uses and breaks counted per session. */
const countMax = 255;
const probes = 4;
/** Tokens issued to anybody are remembered for one to two days: two generations of 128 kB. */
const memoryBits = 1 << 20;
const memoryMs: Millis = 86_400_000;
/** Where the word "last" marks the endpoint: bits 8 to 15. */
const placeShift = 8;
/** Recently issued tokens whose issuer is remembered, to draw where a token comes from. */
const issuersMax = 4_096;

/**
 * State tokens (CSRF fields, nonces, object ids, OAuth state…): values that an answer issues and a later request
 * consumes. Each session carries a Bloom filter of 128 bits and four probes of what it was issued: about 1 %
 * false recognition at 12 values, 15 % at 30, so a full filter forgives, never accuses. Where honest clients
 * consume only what they were issued (Wilson lower bound 0.95 over 90 votes), consuming a token nobody issued
 * to this session is a break: an enumerated id, a login posted without its nonce, a replayed flow.
 *
 * Evasion: executing the true flow, which costs two to five times the requests.
 */
export class TokenProvenance {
  readonly #slab: SessionSlab;
  readonly #consumed: Float32Array = new Float32Array(endpointsMax + 1);
  readonly #covered: Float32Array = new Float32Array(endpointsMax + 1);
  readonly #issuerKey: Uint32Array = new Uint32Array(issuersMax);
  /** Accepted requests that brought tokens, and those of them with at least one that their session was issued. */
  readonly #some: Float32Array = new Float32Array(endpointsMax + 1);
  readonly #memory: IssuedMemory = new IssuedMemory(2, memoryBits);
  #unseenAt: Millis = Number.NEGATIVE_INFINITY;
  readonly #issuer: Uint16Array = new Uint16Array(issuersMax);

  constructor(slab: SessionSlab) {
    this.#slab = slab;
  }

  /** Remembers the tokens an answer issued to a session. */
  issued(slot: number, tokens: readonly Hashed[], { endpoint, now }: TokenPlace): void {
    const { words } = this.#slab;
    const bloom = wordAt(slot, "bloom");
    const count = Math.min(tokensMax, tokens.length);
    for (let i = 0; i < count; i++) {
      const token = tokens[i] ?? 0;
      if (token === 0) continue;
      for (let probe = 0; probe < probes; probe++) {
        const bit = bitOf(token, probe);
        words[bloom + (bit >>> 5)] = ((words[bloom + (bit >>> 5)] ?? 0) | (1 << (bit & 31))) >>> 0;
      }
      this.#issuerKey[token % issuersMax] = token >>> 0;
      this.#issuer[token % issuersMax] = endpoint;
      this.#memory.add(token, 0, now);
    }
  }

  /** An answer could have issued tokens and was not read: from here on the session is forgiven whatever it consumes. */
  unseen(slot: number, now: Millis): void {
    this.#unseenAt = now;
    const bloom = wordAt(slot, "bloom");
    this.#slab.words.fill(0xffff_ffff, bloom, bloom + 4);
  }

  /** Judges the tokens a request consumes. True when at least one was issued to this session. */
  consumed(slot: number, tokens: readonly Hashed[], { endpoint, now }: TokenPlace): boolean {
    const count = Math.min(tokensMax, tokens.length);
    if (count === 0) return false;
    const covered = this.#covers(slot, tokens, count);
    const broken = this.requiresIssue(endpoint) ? covered < count : covered === 0;
    if (this.requiresIssue(endpoint) || this.#requiresSome(endpoint)) {
      this.#bump(byteAt(slot, intentByte.tokenUses));
      const breaks = byteAt(slot, intentByte.tokenBreaks);
      const whole = this.#slab.bytes[breaks] === 0;
      if (broken && !this.#forgives(slot, tokens, now)) this.#bump(breaks);
      if (whole) this.#notePlace(slot, endpoint);
    }
    return covered > 0;
  }

  /** Mark of the endpoint where a session broke the rule first, or kept it last; 0 when it used no token where one is owed. */
  placeOf(slot: number): number {
    return ((this.#slab.words[wordAt(slot, "last")] ?? 0) >>> placeShift) & 0xff;
  }

  /** The endpoints that owe issued tokens and bear this mark: nearly always one. */
  endpointsAt(place: number): readonly number[] {
    const found: number[] = [];
    for (let endpoint = 1; endpoint <= endpointsMax; endpoint++) {
      if (markOf(endpoint) === place && (this.requiresIssue(endpoint) || this.#requiresSome(endpoint)))
        found.push(endpoint);
    }
    return found;
  }

  /** The application changed where these endpoints' tokens come from: what was learned of them is learned anew. */
  relearn(endpoints: readonly number[]): void {
    for (const table of [this.#consumed, this.#covered, this.#some])
      for (const endpoint of endpoints) table[endpoint] = 0;
  }

  #notePlace(slot: number, endpoint: number): void {
    const at = wordAt(slot, "last");
    const rest = (this.#slab.words[at] ?? 0) & ~(0xff << placeShift);
    this.#slab.words[at] = (rest | (markOf(endpoint) << placeShift)) >>> 0;
  }

  /** A request that the application accepted from somebody whom scarce facts vouch for: what it brought teaches. */
  teach(slot: number, tokens: readonly Hashed[], endpoint: number): void {
    const count = Math.min(tokensMax, tokens.length);
    if (count === 0) return;
    const covered = this.#covers(slot, tokens, count);
    // What is owed is given up when the watch finds a deploy, never because some accounts stopped doing it.
    if (this.requiresIssue(endpoint) ? covered < count : covered === 0 && this.#requiresSome(endpoint)) return;
    this.#consumed[endpoint] = (this.#consumed[endpoint] ?? 0) + 1;
    if (covered === count) this.#covered[endpoint] = (this.#covered[endpoint] ?? 0) + 1;
    if (covered > 0) this.#some[endpoint] = (this.#some[endpoint] ?? 0) + 1;
  }

  /** True when this session was issued the token, as far as its Bloom filter can tell. */
  wasIssued(slot: number, token: Hashed): boolean {
    const { words } = this.#slab;
    const bloom = wordAt(slot, "bloom");
    for (let probe = 0; probe < probes; probe++) {
      const bit = bitOf(token, probe);
      if (((words[bloom + (bit >>> 5)] ?? 0) & (1 << (bit & 31))) === 0) return false;
    }
    return true;
  }

  /** True when honest clients consume at this endpoint only what they were issued before. */
  requiresIssue(endpoint: number): boolean {
    const trials = this.#consumed[endpoint] ?? 0;
    if (trials < supportMin) return false;
    return wilsonBound("lower", this.#covered[endpoint] ?? 0, { trials }) >= preconditionMin;
  }

  /** True when honest clients bring at least one token that they were issued, beside some that they made themselves. */
  #requiresSome(endpoint: number): boolean {
    const trials = this.#consumed[endpoint] ?? 0;
    if (trials < supportMin) return false;
    return wilsonBound("lower", this.#some[endpoint] ?? 0, { trials }) >= preconditionMin;
  }

  #covers(slot: number, tokens: readonly Hashed[], count: number): number {
    let covered = 0;
    for (let i = 0; i < count; i++) if (this.wasIssued(slot, tokens[i] ?? 0)) covered++;
    return covered;
  }

  /**
   * A tab left open over lunch submits in a new session what was issued to the old one. So a token that anybody was issued
   * within a day charges nobody, and a session that was issued nothing is charged only when everything issued within a day
   * was seen. Evasion: handing tokens fetched in one session to others, which cohorts and address churn see.
   */
  #forgives(slot: number, tokens: readonly Hashed[], now: Millis): boolean {
    const count = Math.min(tokensMax, tokens.length);
    for (let i = 0; i < count; i++) if (!Number.isNaN(this.#memory.issuedSince(tokens[i] ?? 0, 0))) return true;
    const bloom = wordAt(slot, "bloom");
    for (let i = 0; i < 4; i++) if (this.#slab.words[bloom + i] !== 0) return false;
    const complete = Math.max(this.#memory.completeSince, this.#unseenAt);
    return !(complete <= now - memoryMs);
  }

  /** Endpoint that issued a token lately, or 0: where an edge of the graph begins. */
  issuerOf(token: Hashed): number {
    return this.#issuerKey[token % issuersMax] === token >>> 0 ? (this.#issuer[token % issuersMax] ?? 0) : 0;
  }

  /** Forgets by half every three days. */
  decay(elapsedMs: Millis): void {
    const factor = decayFactor(elapsedMs);
    for (let i = 0; i <= endpointsMax; i++) {
      this.#consumed[i] = (this.#consumed[i] ?? 0) * factor;
      this.#covered[i] = (this.#covered[i] ?? 0) * factor;
      this.#some[i] = (this.#some[i] ?? 0) * factor;
    }
  }

  /** Learned tables for a snapshot: uses, wholly covered and partly covered ones by endpoint. */
  tables(): readonly [Float32Array, Float32Array, Float32Array] {
    return [this.#consumed, this.#covered, this.#some];
  }

  #bump(at: number): void {
    this.#slab.bytes[at] = Math.min(countMax, (this.#slab.bytes[at] ?? 0) + 1);
  }
}

/** An endpoint's mark in eight bits, never 0. */
function markOf(endpoint: number): number {
  return 1 + (endpoint % 255);
}

/** Probe of a 53-bit keyed hash: seven of its bits each time, the low ones first. */
function bitOf(token: Hashed, probe: number): number {
  const high = Math.floor(token / 0x1_0000_0000);
  const mixed = Math.imul((token ^ Math.imul(high, 0x9e3779b1)) >>> 0, 0x85ebca6b);
  return (mixed >>> (probe * 7 + 1)) & 127;
}
