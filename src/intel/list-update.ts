import { createHash } from "node:crypto";
import { parsePrefixList } from "./addresses/parse-prefix-list.ts";
import type { Prefix } from "./addresses/prefix-trie.ts";

/** What an accepted list was like: what the next update is compared with. */
export interface ListStanding {
  /** SHA-256 of the bytes, hex. */
  readonly checksum: string;
  readonly prefixes: number;
  /** Addresses covered: IPv4 counted one by one, IPv6 by /64. */
  readonly addresses: number;
}

export interface ListUpdateRules {
  readonly prefixesMax: number;
  /** Expected SHA-256 in hex; empty: none was configured. */
  readonly checksum: string;
  /** Largest factor by which a list may shrink or grow in one update. */
  readonly changeFactorMax: number;
}

export type ListUpdate =
  | { readonly kind: "accepted"; readonly standing: ListStanding; readonly prefixes: readonly Prefix[] }
  | { readonly kind: "unchanged"; readonly standing: ListStanding }
  | { readonly kind: "refused"; readonly reason: ListRefusal; readonly detail: string };

export type ListRefusal = "checksum" | "empty" | "unreadable" | "too-large" | "changed-too-much" | "too-broad";

/** Of the lines that should be addresses, more than this share unreadable means a wrong or cut-off file. */
const rejectedShareMax = 0.02;
/** A list that covers more than this share of the IPv4 internet judges everybody: a mistake, or poison. */
const coverShareMax = 0.25;
/** Lists below this size change freely: three prefixes may well become twelve. */
const smallList = 50;

/**
 * Decides whether a downloaded list may replace the one in use. Refused: a wrong checksum, an empty or cut-off file, an
 * error page, a list that covers much of the internet (one poisoned `0.0.0.0/0` would call everybody a data centre), and one
 * that changed beyond belief since last time. Whoever controls the source can still add or drop some prefixes: that is the
 * trust a list asks for.
 */
export function judgeListUpdate(text: string, before: ListStanding | undefined, rules: ListUpdateRules): ListUpdate {
  const checksum = createHash("sha256").update(text).digest("hex");
  if (rules.checksum !== "" && rules.checksum.toLowerCase() !== checksum) {
    return refused("checksum", `expected ${rules.checksum}, found ${checksum}`);
  }
  if (before?.checksum === checksum) return { kind: "unchanged", standing: before };
  const { prefixes, rejected, examples } = parsePrefixList(text, rules);
  if (prefixes.length >= rules.prefixesMax) return refused("too-large", `more than ${rules.prefixesMax} prefixes`);
  if (rejected > 0 && rejected / (rejected + prefixes.length) > rejectedShareMax) {
    return refused(
      "unreadable",
      `${rejected} of ${rejected + prefixes.length} lines are no addresses, such as ${JSON.stringify(examples[0] ?? "")}`,
    );
  }
  if (prefixes.length === 0) return refused("empty", "no address in it");
  const addresses = prefixes.reduce(
    (sum, { family, length }) => sum + 2 ** (family === 4 ? 32 - length : Math.max(0, 64 - length)),
    0,
  );
  const four = prefixes.reduce((sum, { family, length }) => sum + (family === 4 ? 2 ** (32 - length) : 0), 0);
  if (four > coverShareMax * 2 ** 32 || prefixes.some(({ family, length }) => length < (family === 4 ? 6 : 12))) {
    return refused(
      "too-broad",
      `covers ${((100 * four) / 2 ** 32).toFixed(1)} % of IPv4, or holds a prefix shorter than /6 (IPv6 /12)`,
    );
  }
  const standing = { checksum, prefixes: prefixes.length, addresses };
  const change = before === undefined || before.prefixes < smallList ? 1 : factor(before.prefixes, prefixes.length);
  if (change > rules.changeFactorMax) {
    return refused(
      "changed-too-much",
      `${before?.prefixes} prefixes became ${prefixes.length}; at most ${rules.changeFactorMax} times more or fewer are believed`,
    );
  }
  return { kind: "accepted", standing, prefixes };
}

function factor(one: number, other: number): number {
  return Math.max(one, other) / Math.max(1, Math.min(one, other));
}

function refused(reason: ListRefusal, detail: string): ListUpdate {
  return { kind: "refused", reason, detail };
}
