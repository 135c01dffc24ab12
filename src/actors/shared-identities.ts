/** Kinds of identities that a person seldom shares with many: what costs something to have several of. */
export type ScarceIdentity = "card" | "phone" | "email";

/** One identity behind the sign-ups and trials of several accounts of one application, in some span of time. */
export interface SharedIdentity {
  readonly application: string;
  readonly kind: ScarceIdentity;
  /** Keyed hash of the canonical form. */
  readonly identity: number;
  /** Accounts, or organisations where no account was told, that signed up or began a trial with it. */
  readonly accounts: number;
  readonly signups: number;
  readonly trials: number;
  /** Of these events, how many told the identity in a form that hides what it is. */
  readonly disguised: number;
  /** Milliseconds since 1970. */
  readonly firstAt: number;
  readonly lastAt: number;
}

/** A ring of accounts, with why it is taken for one. */
export interface RingFinding extends SharedIdentity {
  /** OWASP Automated Threats: fake accounts. */
  readonly threats: readonly string[];
  readonly reason: string;
}

/**
 * Accounts that honest people have with one identity: a household shares a card and a phone, one person has a private and
 * a work account behind one mailbox. Chosen, not measured; an application of families wants to look at the counts itself.
 */
export const sharedByHonestMax: Readonly<Record<ScarceIdentity, number>> = { card: 2, phone: 2, email: 2 };

const named: Readonly<Record<ScarceIdentity, string>> = {
  card: "one card",
  phone: "one phone number",
  email: "one mailbox",
};

/**
 * Finds rings: one card, phone or mailbox behind more sign-ups and trials than honest people share it for. Most accounts
 * first. Addresses are no reason: an office and a carrier share one among thousands.
 *
 * Evasion: a fresh card, phone and mailbox for every account, which is what makes a ring expensive.
 */
export function findRings(shared: readonly SharedIdentity[]): readonly RingFinding[] {
  return shared
    .filter(({ kind, accounts }) => accounts > sharedByHonestMax[kind])
    .map((one) => ({ ...one, threats: ["OAT-019"], reason: reasonOf(one) }))
    .sort((a, b) => b.accounts - a.accounts || b.lastAt - a.lastAt);
}

function reasonOf({ kind, accounts, signups, trials, disguised, firstAt, lastAt }: SharedIdentity): string {
  const days = Math.max(1, Math.ceil((lastAt - firstAt) / 86_400_000));
  const hidden = disguised === 0 ? "" : `; ${disguised} times in a form that hides it`;
  return `${named[kind]} behind ${accounts} accounts within ${days} ${days === 1 ? "day" : "days"} (${signups} sign-ups, ${trials} trials)${hidden}`;
}
