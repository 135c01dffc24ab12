import type { Hashed } from "./exchange.ts";

/** Two 32-bit words of secret key, drawn per installation. */
export interface HashKey {
  readonly k0: number;
  readonly k1: number;
}

/** A fixed key for tests and traces, never for traffic. */
export const testHashKey: HashKey = Object.freeze({ k0: 0x03020100, k1: 0x07060504 });

/**
 * HalfSipHash-2-4 with 64-bit output (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012;
 * reference code `halfsiphash.c`) over the UTF-16 code units' bytes below 256, cut to 53 bits.
 * A keyed hash, so that neither a leaked table nor a chosen value tells the secret behind it, and
 * so that no client can choose colliding keys. Code units above 255 contribute both bytes.
 */
export function keyedHash(key: HashKey, text: string): Hashed {
  v0 = key.k0;
  v1 = 0xee ^ key.k1;
  v2 = 0x6c796765 ^ key.k0;
  v3 = 0x74656462 ^ key.k1;
  let word = 0;
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    word |= (unit & 0xff) << ((length++ & 3) << 3);
    if ((length & 3) === 0) word = absorb(word);
    if (unit <= 0xff) continue;
    word |= (unit >>> 8) << ((length++ & 3) << 3);
    if ((length & 3) === 0) word = absorb(word);
  }
  absorb(word | (length << 24));
  v2 ^= 0xee;
  rounds(4);
  const low = (v1 ^ v3) >>> 0;
  v1 ^= 0xdd;
  rounds(4);
  const high = (v1 ^ v3) & 0x1fffff;
  const hash = high * 0x1_0000_0000 + low;
  return hash === 0 ? 1 : hash;
}

// The state lives outside the function because V8 then keeps it in place: no closure, no allocation per call.
let v0 = 0;
let v1 = 0;
let v2 = 0;
let v3 = 0;

function absorb(word: number): 0 {
  v3 ^= word;
  rounds(2);
  v0 ^= word;
  return 0;
}

function rounds(count: number): void {
  for (let i = 0; i < count; i++) {
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
  }
}
