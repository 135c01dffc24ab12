import { combine32, MinHash, minHashBands, mix32 } from "#core";
import { dimensions } from "./dimensions.ts";
import type { TokenisedBehaviour } from "./discretiser.ts";

/** A behavioural fingerprint: tokens and the keys made of them. */
export interface BehaviouralFingerprint {
  readonly tokens: Uint8Array;
  /** Hash of the tokens of the strict dimensions, unknown ones included. */
  readonly strict: number;
  /** Keys of which similar fingerprints share at least one; empty when nothing is known. */
  readonly family: readonly number[];
  /** Dimensions known. */
  readonly known: number;
}

const familyBins = 32;
const familyRows = 4;

/**
 * Makes the keys. The strict key takes the dimensions in `strict`; where a token lies near an edge the lower of the
 * two tokens is taken, so both sides of the edge share a key. The family keys are MinHash bands over all known
 * tokens: two fingerprints that agree in a share s of tokens meet in one of 8 bands with probability
 * 1 - (1 - s⁴)⁸, 0.98 at s = 0.8 and 0.05 at s = 0.3.
 */
export function fingerprintOf(
  { tokens, near }: TokenisedBehaviour,
  strict: readonly number[] = strictDefault,
): BehaviouralFingerprint {
  let key = mix32(0x9e37, 1);
  for (const d of strict) {
    const token = tokens[d] as number;
    const other = near[d] as number;
    key = combine32(key, other !== 0 && other < token ? other : token);
  }
  const signature = new MinHash(familyBins);
  let known = 0;
  for (let d = 0; d < tokens.length; d++) {
    const token = tokens[d] as number;
    if (token === 0) continue;
    known++;
    signature.add(d * 64 + token);
  }
  return { tokens, strict: key, family: minHashBands(signature.bins, familyRows), known };
}

/** The dimensions of the strict key before stability was measured: those assumed to be most stable. */
export const strictDefault: readonly number[] = dimensions
  .map(({ stability }, d) => ({ stability, d }))
  .filter(({ stability }) => stability >= 0.92)
  .map(({ d }) => d);

/** A fingerprint's known tokens in words, for people. */
export function fingerprintInWords(tokens: Uint8Array): string[] {
  return dimensions.flatMap(({ name, form }, d) => {
    const token = tokens[d] as number;
    if (token === 0) return [];
    if (form.kind === "category") return [`${name}: ${form.names[token - 1] ?? token}`];
    return [form.kind === "hashed" ? `${name}: class ${token}` : `${name}: level ${token} of ${form.edges.length + 1}`];
  });
}
