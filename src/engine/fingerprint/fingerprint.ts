import { combine32, MinHash, minHashBands, mix32 } from "#core";
import { dimensions, type QuantityUnit } from "./dimensions.ts";
import type { DimensionEdges, TokenisedBehaviour } from "./discretiser.ts";

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

/**
 * What a token of a dimension means, for people: the category's name, the range of a quantity, or one of eleven variants that
 * have no names. Empty for the unknown token 0.
 */
export function tokenInWords(d: number, token: number, edges: DimensionEdges): string {
  const form = dimensions[d]?.form;
  if (form === undefined || token === 0) return "";
  if (form.kind === "category") return form.names[token - 1] ?? String(token);
  if (form.kind === "hashed") return `variant ${token} of 11`;
  const [from, to] = [edges[d]?.[token - 2], edges[d]?.[token - 1]];
  if (form.unit === "requests") return countInWords(from, to);
  if (from === undefined) return to === undefined ? "any" : `at most ${amount(to, form.unit)}`;
  return to === undefined
    ? `more than ${amount(from, form.unit)}`
    : `${amount(from, form.unit)} to ${amount(to, form.unit)}`;
}

/** Edges of counts lie between whole numbers. */
function countInWords(from: number | undefined, to: number | undefined): string {
  const least = from === undefined ? 1 : Math.floor(from) + 1;
  if (to === undefined) return `${least} requests and more`;
  const most = Math.floor(to);
  if (least >= most) return most === 1 ? "1 request" : `${most} requests`;
  return `${least} to ${most} requests`;
}

function amount(value: number, unit: Exclude<QuantityUnit, "requests">): string {
  if (unit === "share") return `${Math.round(100 * value)} %`;
  if (unit === "ms") return value < 1_000 ? `${Math.round(value)} ms` : `${Math.round(value / 100) / 10} s`;
  if (unit === "bytes") return `${Math.round(value)} bytes`;
  return String(Math.round(100 * value) / 100);
}
