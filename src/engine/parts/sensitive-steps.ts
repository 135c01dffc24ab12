import type { SensitiveStep } from "../auth/account-risk.ts";

/** Words that name a step by which an access becomes a loss. */
const words: ReadonlyMap<string, SensitiveStep> = new Map<string, SensitiveStep>([
  ["email", "change e-mail"],
  ["phone", "change phone"],
  ["password", "change password"],
  ["gift", "gift card"],
  ["giftcard", "gift card"],
  ["giftcards", "gift card"],
  ["voucher", "gift card"],
  ["payee", "add payee"],
  ["payees", "add payee"],
  ["payout", "add payee"],
  ["payouts", "add payee"],
  ["beneficiary", "add payee"],
  ["beneficiaries", "add payee"],
  ["export", "export data"],
  ["exports", "export data"],
  ["apikey", "create key"],
  ["apikeys", "create key"],
]);
/** Whole segments that mean a key only when nothing stands beside them: `/csrf/token` makes none. */
const segmentsOfKeys: ReadonlySet<string> = new Set(["keys", "tokens"]);
/** Two words that mean a key together. */
const beforeKeys: ReadonlySet<string> = new Set(["api", "access", "secret"]);
const keys: ReadonlySet<string> = new Set(["key", "keys", "token", "tokens"]);
/** Beside these an address or a password is asked about, not changed. */
const asks: ReadonlySet<string> = new Set(["forgot", "forgotten", "verify", "check", "validate"]);
const segmentsMax = 12;
const wordsMax = 6;

/**
 * The sensitive step that a path names, or undefined: `/account/email`, `/me/change-password`, `/apiKeys`, `/gift_cards/buy`.
 * The last segment that names one wins: `/account/export/email` changes an address.
 */
export function sensitiveStepOf(path: string): SensitiveStep | undefined {
  const segments = path.split("/", segmentsMax);
  for (let i = segments.length - 1; i >= 0; i--) {
    const found = stepOfSegment(segments[i] ?? "");
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Reading is no change; but data are mostly exported by a GET. Costs one search through the path. */
export function isExport(path: string): boolean {
  return path.includes("xport") && sensitiveStepOf(path) === "export data";
}

function stepOfSegment(segment: string): SensitiveStep | undefined {
  const lower = segment.toLowerCase();
  if (segmentsOfKeys.has(lower)) return "create key";
  const known = words.get(lower === "e-mail" ? "email" : lower);
  if (known !== undefined) return known;
  const parts = wordsOf(segment);
  if (parts.length < 2 || parts.some((word) => asks.has(word))) return undefined;
  let found: SensitiveStep | undefined;
  for (const [index, word] of parts.entries()) {
    const afterKey = keys.has(word) && beforeKeys.has(parts[index - 1] ?? "");
    found = afterKey ? "create key" : (words.get(word) ?? found);
  }
  return found;
}

/** Words of a segment that hyphens, underscores, dots or capitals set apart, in lower case. */
function wordsOf(segment: string): readonly string[] {
  const apart = segment.slice(0, 64).replace(/([a-z])([A-Z])/g, "$1-$2");
  return apart.toLowerCase().split(/[-_.]/, wordsMax);
}
