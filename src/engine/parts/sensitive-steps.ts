import type { SensitiveStep } from "../auth/account-risk.ts";

/** Path words that name a step by which an access becomes a loss. Looked for in lower case, whole words only. */
const words: readonly (readonly [string, SensitiveStep])[] = [
  ["email", "change e-mail"],
  ["e-mail", "change e-mail"],
  ["phone", "change phone"],
  ["password", "change password"],
  ["gift-card", "gift card"],
  ["gift-cards", "gift card"],
  ["giftcard", "gift card"],
  ["gift", "gift card"],
  ["voucher", "gift card"],
  ["payee", "add payee"],
  ["payees", "add payee"],
  ["payout", "add payee"],
  ["beneficiary", "add payee"],
  ["export", "export data"],
  ["api-keys", "create key"],
  ["keys", "create key"],
  ["tokens", "create key"],
];

/** The sensitive step that a path names, or undefined. The last word wins: `/account/export/email` changes an address. */
export function sensitiveStepOf(path: string): SensitiveStep | undefined {
  const segments = path.toLowerCase().split("/", 12);
  for (let i = segments.length - 1; i >= 0; i--) {
    const found = words.find(([word]) => word === segments[i]);
    if (found !== undefined) return found[1];
  }
  return undefined;
}
