import { randomBytes } from "node:crypto";

/** Makes request ids: sixteen hexadecimal digits that neither repeat nor tell how many requests there were. */
export interface RequestIds {
  next(): string;
}

/** Few enough to stay in the nearest cache. */
const pairs: readonly string[] = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, "0"));

function hex32(word: number): string {
  return `${pairs[word >>> 24]}${pairs[(word >>> 16) & 255]}${pairs[(word >>> 8) & 255]}${pairs[word & 255]}`;
}

/** A stream of sfc32 seeded from the operating system: unique, not secret (a reference is not a permission). */
export function createRequestIds(): RequestIds {
  const seed = randomBytes(16);
  let a = seed.readUInt32LE(0) | 1;
  let b = seed.readUInt32LE(4);
  let c = seed.readUInt32LE(8);
  let counter = seed.readUInt32LE(12);
  const step = (): number => {
    // sfc32 (Chris Doty-Humphrey, PractRand): 128 bits of state, passes the usual batteries.
    const t = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    return t >>> 0;
  };
  return {
    next() {
      return hex32(step()) + hex32(step());
    },
  };
}
