import { intentWord, rowWords } from "../ledger/session-slab.ts";

/** Word offsets of the intent graph inside its sixteen words of a session's row. */
const place = {
  /** Bloom filter of state tokens issued to this session, 128 bits. */
  bloom: 0,
  /** Facts of this session that hold so far, one bit each (see step-facts). */
  facts: 4,
  /** Facts that held at the first and at the second sensitive step. */
  stepFacts: 5,
  /** Script-set cookie names seen, one bit per candidate. */
  script: 7,
  /** First eight distinct endpoints, sixteen bits each. */
  visits: 8,
  /** Bytes: visits, step one, step two, visits at step one. */
  counts: 12,
  /** Bytes: token uses, uses without issue, chances for script cookies, pages. */
  tokens: 13,
  /** Bit 0: first accepted step counted; bit 1: began with a credential; bits 2 and 3: whether its way teaches; bits 4-7: steps that taught; byte 1: endpoint of tokens; byte 2: lessons taught; byte 3: weight of the vote. */
  last: 14,
  /** Tick of the session's first request. */
  started: 15,
} as const;

/** Byte offsets counted from the start of the intent words. */
export const intentByte: {
  readonly visits: number;
  readonly steps: number;
  readonly visitsAtStep: number;
  readonly tokenUses: number;
  readonly tokenBreaks: number;
  readonly scriptChances: number;
  readonly pages: number;
} = {
  visits: place.counts * 4,
  steps: place.counts * 4 + 1,
  visitsAtStep: place.counts * 4 + 3,
  tokenUses: place.tokens * 4,
  tokenBreaks: place.tokens * 4 + 1,
  scriptChances: place.tokens * 4 + 2,
  pages: place.tokens * 4 + 3,
};

/** Distinct endpoints a session's row remembers in order. */
export const visitsMax = 8;
/** Sensitive steps a session's row remembers. */
export const stepsPerSession = 2;

export type IntentWord = keyof typeof place;

/** Index of an intent word of a session in the slab's words. */
export function wordAt(slot: number, word: IntentWord): number {
  return slot * rowWords + intentWord + place[word];
}

/** Index of an intent byte of a session in the slab's bytes. */
export function byteAt(slot: number, byte: number): number {
  return (slot * rowWords + intentWord) * 4 + byte;
}
