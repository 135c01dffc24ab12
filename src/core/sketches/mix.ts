/**
 * Spreads a safe integer (a `Hashed`, an FNV hash, a small id) over 32 bits: both words folded, then the
 * MurmurHash3 finaliser (Appleby, public domain). Unkeyed: where a client could choose colliding keys, hand in
 * values that went through `keyedHash` first.
 */
export function mix32(value: number, seed = 0): number {
  const high = Math.trunc(value / 0x1_0000_0000);
  let h = (value | 0) ^ Math.imul(high ^ 0x5bd1e995, 0x9e3779b1) ^ Math.imul(seed, 0x85ebca77);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Folds a second value into a 32-bit hash, order mattering; for keys made of several parts. */
export function combine32(hash: number, value: number): number {
  return mix32((Math.imul(hash ^ 0x27d4eb2f, 0x165667b1) ^ mix32(value, 1)) >>> 0, 2);
}
