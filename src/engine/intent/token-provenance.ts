import type { Hashed, Millis } from "#core";
import type { SessionSlab } from "../ledger/session-slab.ts";
import { wilsonBound } from "../statistics/index.ts";
import { decayFactor } from "./decay.ts";
import { byteAt, intentByte, wordAt } from "./intent-words.ts";
import { endpointsMax, preconditionMin, supportMin } from "./step-book.ts";

/** Tokens of one exchange that are looked at. */
const tokensMax = 16;
/** Uses and breaks counted per session. */
const countMax = 255;
const probes = 4;
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
  readonly #issuer: Uint16Array = new Uint16Array(issuersMax);

  constructor(slab: SessionSlab) {
    this.#slab = slab;
  }

  /** Remembers the tokens an answer issued to a session. */
  issued(slot: number, tokens: readonly Hashed[], endpoint: number): void {
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
    }
  }

  /**
   * Judges the tokens a request consumes. True when at least one was issued to this session.
   * `healthy`: the session may teach; then nothing is charged to it by this endpoint's own lesson.
   */
  consumed(
    slot: number,
    tokens: readonly Hashed[],
    at: { readonly endpoint: number; readonly healthy: boolean },
  ): boolean {
    const count = Math.min(tokensMax, tokens.length);
    if (count === 0) return false;
    let covered = 0;
    for (let i = 0; i < count; i++) if (this.wasIssued(slot, tokens[i] ?? 0)) covered++;
    const whole = covered === count;
    if (at.healthy) {
      this.#consumed[at.endpoint] = (this.#consumed[at.endpoint] ?? 0) + 1;
      if (whole) this.#covered[at.endpoint] = (this.#covered[at.endpoint] ?? 0) + 1;
    }
    if (this.requiresIssue(at.endpoint)) {
      this.#bump(byteAt(slot, intentByte.tokenUses));
      if (!whole) this.#bump(byteAt(slot, intentByte.tokenBreaks));
    }
    return covered > 0;
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
    }
  }

  /** Learned tables for a snapshot: uses and covered uses by endpoint. */
  tables(): readonly [Float32Array, Float32Array] {
    return [this.#consumed, this.#covered];
  }

  #bump(at: number): void {
    this.#slab.bytes[at] = Math.min(countMax, (this.#slab.bytes[at] ?? 0) + 1);
  }
}

/** Probe of a 53-bit keyed hash: seven of its bits each time, the low ones first. */
function bitOf(token: Hashed, probe: number): number {
  const high = Math.floor(token / 0x1_0000_0000);
  const mixed = Math.imul((token ^ Math.imul(high, 0x9e3779b1)) >>> 0, 0x85ebca6b);
  return (mixed >>> (probe * 7 + 1)) & 127;
}
