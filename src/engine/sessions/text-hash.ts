/**
 * Seeded 32-bit hash of a stretch of text: in the manner of FNV-1a (Fowler, Noll, Vo), two characters a step, with the
 * finish of MurmurHash3 (Appleby), so that low bits are usable as table cells. For tables whose worst collision costs a client only its own template or
 * referer match; whatever identifies a client uses `keyedHash`.
 */
export function hashText(text: string, seed: number, from = 0, to: number = text.length): number {
  let hash = seed ^ 0x811c9dc5;
  let i = from;
  for (; i + 1 < to; i += 2) {
    hash = Math.imul(hash ^ (text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16)), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  if (i < to) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mix32(hash ^ (to - from));
}

/** The finish of MurmurHash3: every input bit reaches every output bit. Returns an unsigned 32-bit number. */
export function mix32(value: number): number {
  let hash = value ^ (value >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Folds a hashed value of up to 53 bits into 32. */
export function foldHashed(value: number): number {
  return mix32((value >>> 0) ^ Math.imul(Math.floor(value / 0x1_0000_0000), 0x9e3779b1));
}
