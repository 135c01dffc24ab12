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
  // Locals stay in registers: three times as fast as state in the module. The wide form below is the same function.
  let v0 = key.k0;
  let v1 = 0xee ^ key.k1;
  let v2 = 0x6c796765 ^ key.k0;
  let v3 = 0x74656462 ^ key.k1;
  const { length } = text;
  for (let i = 0; i <= length; i += 4) {
    let word: number;
    if (i + 4 <= length) {
      const a = text.charCodeAt(i);
      const b = text.charCodeAt(i + 1);
      const c = text.charCodeAt(i + 2);
      const d = text.charCodeAt(i + 3);
      if ((a | b | c | d) > 0xff) return wideHash(key, text);
      word = a | (b << 8) | (c << 16) | (d << 24);
    } else {
      word = length << 24;
      for (let at = i; at < length; at++) {
        const unit = text.charCodeAt(at);
        if (unit > 0xff) return wideHash(key, text);
        word |= unit << ((at & 3) << 3);
      }
    }
    v3 ^= word;
    for (let round = 0; round < 2; round++) {
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
    v0 ^= word;
  }
  state[0] = v0;
  state[1] = v1;
  state[2] = v2;
  state[3] = v3;
  return finish();
}

/** Scratch between the passes of one call; nothing is kept from call to call. */
const state: Int32Array = new Int32Array(4);

/** The same hash for text with code units above 255, which take two bytes each. */
function wideHash(key: HashKey, text: string): Hashed {
  state[0] = key.k0;
  state[1] = 0xee ^ key.k1;
  state[2] = 0x6c796765 ^ key.k0;
  state[3] = 0x74656462 ^ key.k1;
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
  return finish();
}

function finish(): Hashed {
  state[2] = (state[2] ?? 0) ^ 0xee;
  rounds(4);
  const low = ((state[1] ?? 0) ^ (state[3] ?? 0)) >>> 0;
  state[1] = (state[1] ?? 0) ^ 0xdd;
  rounds(4);
  const high = ((state[1] ?? 0) ^ (state[3] ?? 0)) & 0x1fffff;
  const hash = high * 0x1_0000_0000 + low;
  return hash === 0 ? 1 : hash;
}

function absorb(word: number): 0 {
  state[3] = (state[3] ?? 0) ^ word;
  rounds(2);
  state[0] = (state[0] ?? 0) ^ word;
  return 0;
}

function rounds(count: number): void {
  let v0 = state[0] ?? 0;
  let v1 = state[1] ?? 0;
  let v2 = state[2] ?? 0;
  let v3 = state[3] ?? 0;
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
  state[0] = v0;
  state[1] = v1;
  state[2] = v2;
  state[3] = v3;
}
