/**
 * Where the ledger and the intent graph keep what they know of live sessions: one buffer, one fixed row of
 * 448 bytes (seven cache lines) per session slot, twelve cookies of 28 bytes, 48 bytes of counters and 64
 * bytes of intent. No garbage per request, and the worst case is the only case.
 */
export class SessionSlab {
  readonly sessionsMax: number;
  readonly words: Uint32Array;
  readonly shorts: Int16Array;
  readonly bytes: Uint8Array;

  constructor(sessionsMax: number) {
    const buffer = new ArrayBuffer(sessionsMax * rowBytes);
    this.sessionsMax = sessionsMax;
    this.words = new Uint32Array(buffer);
    this.shorts = new Int16Array(buffer);
    this.bytes = new Uint8Array(buffer);
  }

  /** Empties a row. */
  clear(slot: number): void {
    this.words.fill(0, slot * rowWords, (slot + 1) * rowWords);
  }
}

/** Size of one session's row. */
export const rowBytes = 448;
export const rowWords: number = rowBytes / 4;

/** Cookies held per session and the size of each. */
export const cookiesMax = 12;
export const cookieWords = 7;

/** Word offsets inside a cookie. Two halves share a word where a name has two parts. */
export const cookieField: {
  readonly nameAndPath: 0;
  readonly domainFlagsOrder: 1;
  readonly changedTick: 2;
  readonly expiresSecond: 3;
  readonly value: 4;
  readonly valueBefore: 5;
  readonly obligations: 6;
} = {
  nameAndPath: 0,
  domainFlagsOrder: 1,
  changedTick: 2,
  expiresSecond: 3,
  value: 4,
  valueBefore: 5,
  obligations: 6,
};

/** Bits of a cookie's flags. */
export const cookieFlag: {
  readonly hostOnly: 1;
  readonly secure: 2;
  readonly httpOnly: 4;
  readonly sameSiteStrict: 8;
  readonly sameSiteNone: 16;
  readonly ghost: 32;
  readonly inherited: 64;
} = { hostOnly: 1, secure: 2, httpOnly: 4, sameSiteStrict: 8, sameSiteNone: 16, ghost: 32, inherited: 64 };

/** Word offsets of the ledger's part of a row. */
export const ledgerWord: { readonly order: 84; readonly setsSeen: 88; readonly lastOrder: 89; readonly counters: 90 } =
  { order: 84, setsSeen: 88, lastOrder: 89, counters: 90 };

/** Word offset of the intent graph's part of a row, sixteen words. */
export const intentWord = 96;

/** Byte offsets inside `ledgerWord.counters`: 24 of them. */
export const counter = {
  flags: 0,
  application: 1,
  cookies: 2,
  nextChange: 3,
  maturity: 4,
  inherited: 5,
  alternated: 6,
  obligations: 7,
  missing: 8,
  changed: 9,
  stale: 10,
  known: 11,
  neverIssued: 12,
  presented: 13,
  unknownName: 14,
  scoped: 15,
  outOfScope: 16,
  ghosts: 17,
  ghost: 18,
  headers: 19,
  duplicate: 20,
  ordered: 21,
  orderBreak: 22,
  orderSize: 23,
} as const;

/** Bits of `counter.flags`. `crowded`: a cookie had to make room, so what looks new may be an old one. */
export const sessionFlag: { readonly blind: 1; readonly shared: 2; readonly healthy: 4; readonly crowded: 8 } = {
  blind: 1,
  shared: 2,
  healthy: 4,
  crowded: 8,
};

/** Opportunities are counted up to this and then frozen, with what happened at them. */
export const opportunitiesMax = 64;

/**
 * Counts an opportunity that was met. `at` is the byte of its counter; what goes wrong at it is counted in
 * the byte behind. Beyond `opportunitiesMax` nothing moves.
 */
export function countKept(bytes: Uint8Array, at: number): void {
  const seen = bytes[at] ?? 0;
  if (seen < opportunitiesMax) bytes[at] = seen + 1;
}

/** Counts an opportunity at which something went wrong. */
export function countBroken(bytes: Uint8Array, at: number): void {
  const seen = bytes[at] ?? 0;
  if (seen >= opportunitiesMax) return;
  bytes[at] = seen + 1;
  bytes[at + 1] = (bytes[at + 1] ?? 0) + 1;
}
