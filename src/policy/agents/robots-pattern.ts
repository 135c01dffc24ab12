import type { RobotsRule } from "./robots.ts";

/**
 * Whether a robots.txt pattern matches the start of a path (RFC 9309 section 2.2.3): `*` stands for anything, a final `$` for the
 * end. Greedy from left to right over the literal pieces, which is exact for patterns with only `*` and takes time linear in path
 * and pattern: no pattern and no path can make it backtrack.
 */
export function matchesRobotsPattern(pattern: string, path: string): boolean {
  const anchored = pattern.endsWith("$");
  const pieces = normalise(anchored ? pattern.slice(0, -1) : pattern).split("*");
  const target = normalise(path);
  const first = pieces[0] ?? "";
  if (!target.startsWith(first)) return false;
  let at = first.length;
  const last = pieces.length - 1;
  if (last === 0) return !anchored || at === target.length;
  for (let i = 1; i < last; i++) {
    const found = target.indexOf(pieces[i] ?? "", at);
    if (found < 0) return false;
    at = found + (pieces[i]?.length ?? 0);
  }
  const end = pieces[last] ?? "";
  if (!anchored) return target.indexOf(end, at) >= 0;
  return target.length - end.length >= at && target.endsWith(end);
}

/** Positive when `one` is the more specific rule: more characters, and Allow where they are equal. */
export function compareRules(one: RobotsRule, other: RobotsRule): number {
  return one.pattern.length - other.pattern.length || Number(one.allow) - Number(other.allow);
}

/** Percent-encoding compared alike: hex in upper case, unreserved characters decoded, the rest left as it is. */
function normalise(text: string): string {
  return text.replace(/%[0-9a-f]{2}/gi, (encoded) => {
    const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
    return /[A-Za-z0-9._~-]/.test(character) ? character : encoded.toUpperCase();
  });
}
