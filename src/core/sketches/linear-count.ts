/** Distinct values behind `set` bits of a map of `size` bits: `-size ln(unset / size)`, rounded; a full map counts half a bit unset. */
export function linearCount(set: number, size: number): number {
  // Not the other zero: nothing set counts nothing.
  return set === 0 ? 0 : Math.round(-size * Math.log(Math.max(0.5, size - set) / size) * 10) / 10;
}

/** Bits set in a 32-bit word. */
export function popcount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
