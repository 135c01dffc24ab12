/** Size of one session's row. */
export const rowBytes = 172;
export const rowWords: number = rowBytes / 4;

/** Cookies held per session, those that its row has room for, and the size of each. */
export const cookiesMax = 12;
export const cookiesInRow = 2;
export const cookieWords = 7;

/** Size of the annex that a session gets with its third cookie. */
const annexWords: number = (cookiesMax - cookiesInRow) * cookieWords;
export const annexBytes: number = annexWords * 4;

/**
 * Where the ledger and the intent graph keep what they know of live sessions: one buffer, one row of 172 bytes per
 * session slot with room for two cookies of 28 bytes, 48 bytes of counters, 64 bytes of intent and the number of its annex:
 * most sites issue one or two cookies, so the other ten of a session have their place only once a third one comes. No garbage
 * per request, and an annex for everybody is reserved, so no session can be denied its own by those of a flood.
 */
export class SessionSlab {
  readonly sessionsMax: number;
  readonly words: Uint32Array;
  readonly shorts: Int16Array;
  readonly bytes: Uint8Array;
  /** Word offset of the first annex, less one annex: they are numbered from 1. */
  readonly #annexes: number;
  /** Annexes given back, chained by their first words; those from `#used` on were never used. */
  #free = 0;
  #used = 0;
  #held = 0;

  constructor(sessionsMax: number) {
    const buffer = new ArrayBuffer(sessionsMax * (rowBytes + annexBytes));
    this.sessionsMax = sessionsMax;
    this.words = new Uint32Array(buffer);
    this.shorts = new Int16Array(buffer);
    this.bytes = new Uint8Array(buffer);
    this.#annexes = sessionsMax * rowWords - annexWords;
  }

  /** Bytes of one of so many live sessions, on average. */
  bytesPerSession(sessions: number): number {
    return rowBytes + (annexBytes * this.#held) / Math.max(1, sessions);
  }

  /** Word offset of a session's cookie, by position; for the third and later ones the session has its annex. */
  cookieAt(slot: number, index: number): number {
    const row = slot * rowWords;
    if (index < cookiesInRow) return row + index * cookieWords;
    const annex = this.words[row + annexWord] as number;
    return this.#annexes + annex * annexWords + (index - cookiesInRow) * cookieWords;
  }

  /** Makes room for a cookie at this position. */
  reserve(slot: number, index: number): void {
    const place = slot * rowWords + annexWord;
    if (index < cookiesInRow || this.words[place] !== 0) return;
    let annex = this.#free;
    if (annex === 0) annex = ++this.#used;
    else {
      const first = this.#annexes + annex * annexWords;
      this.#free = this.words[first] as number;
      this.words[first] = 0;
    }
    this.words[place] = annex;
    this.#held++;
  }

  /** Empties a row and gives its annex back. */
  clear(slot: number): void {
    const annex = this.words[slot * rowWords + annexWord] as number;
    if (annex !== 0) {
      const first = this.#annexes + annex * annexWords;
      this.words.fill(0, first, first + annexWords);
      this.words[first] = this.#free;
      this.#free = annex;
      this.#held--;
    }
    this.words.fill(0, slot * rowWords, (slot + 1) * rowWords);
  }
}

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
export const ledgerWord: { readonly order: 14; readonly setsSeen: 18; readonly lastOrder: 19; readonly counters: 20 } =
  { order: 14, setsSeen: 18, lastOrder: 19, counters: 20 };

/** Word offset of the intent graph's part of a row, sixteen words. */
export const intentWord = 26;

/** Word offset of the number of the session's annex; 0: it has none. */
const annexWord = 42;

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
