import { createAddressWords, parseAddress } from "./parse-address.ts";
import type { Prefix } from "./prefix-trie.ts";

/** What was read of a list, and what was not. */
export interface PrefixList {
  readonly prefixes: readonly Prefix[];
  /** Lines or values that should have been addresses and are not; at most ten are kept as examples. */
  readonly rejected: number;
  readonly examples: readonly string[];
}

const examplesMax = 10;
const depthMax = 8;

/** Reads `192.0.2.0/24`, `2001:db8::/32` or a single address. Undefined: neither. */
export function parsePrefix(text: string): Prefix | undefined {
  const slash = text.indexOf("/");
  const words = createAddressWords();
  const address = slash < 0 ? text : text.slice(0, slash);
  const family = parseAddress(address, words);
  if (family === 0) return undefined;
  const bits = family === 4 ? 32 : 128;
  let length = bits;
  if (slash >= 0) {
    const digits = text.slice(slash + 1);
    if (!/^\d{1,3}$/.test(digits)) return undefined;
    // ::ffff:192.0.2.0/120 is 192.0.2.0/24.
    length = Number(digits) - (family === 4 && address.includes(":") ? 96 : 0);
    if (length < 0 || length > bits) return undefined;
  }
  return { family, words: [words[0] ?? 0, words[1] ?? 0, words[2] ?? 0, words[3] ?? 0], length };
}

/**
 * Reads a list of addresses as its publishers write them: one a line with `#` or `;` comments (anything after the
 * first blank or comma is ignored: geofeeds and score columns), or JSON in which addresses are strings at any depth
 * (Googlebot's `prefixes[].ipv4Prefix`, Amazon's `prefixes[].ip_prefix`, plain arrays).
 *
 * @param limits `prefixesMax`: reading stops there, and the rest counts as rejected.
 */
export function parsePrefixList(text: string, limits: { readonly prefixesMax: number }): PrefixList {
  const start = text.trimStart();
  return start.startsWith("{") || start.startsWith("[") ? fromJson(start, limits) : fromLines(text, limits);
}

function fromLines(text: string, { prefixesMax }: { readonly prefixesMax: number }): PrefixList {
  const prefixes: Prefix[] = [];
  const examples: string[] = [];
  let rejected = 0;
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf("\n", from);
    const line = text.slice(from, end < 0 ? text.length : end).trim();
    from = end < 0 ? text.length : end + 1;
    if (line === "" || line.startsWith("#") || line.startsWith(";") || line.startsWith("//")) continue;
    const cut = line.search(/[\s,;#]/);
    const prefix = parsePrefix(cut < 0 ? line : line.slice(0, cut));
    if (prefix === undefined || prefixes.length >= prefixesMax) {
      rejected++;
      if (examples.length < examplesMax) examples.push(line.slice(0, 80));
    } else prefixes.push(prefix);
  }
  return { prefixes, rejected, examples };
}

function fromJson(text: string, { prefixesMax }: { readonly prefixesMax: number }): PrefixList {
  const prefixes: Prefix[] = [];
  let rejected = 0;
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return { prefixes, rejected: 1, examples: [`not JSON: ${String(error).slice(0, 80)}`] };
  }
  const walk = (value: unknown, depth: number): void => {
    if (depth > depthMax) return;
    if (typeof value === "string") {
      const prefix = parsePrefix(value);
      if (prefix === undefined) return;
      if (prefixes.length >= prefixesMax) rejected++;
      else prefixes.push(prefix);
    } else if (typeof value === "object" && value !== null) {
      for (const inner of Object.values(value)) walk(inner, depth + 1);
    }
  };
  walk(document, 0);
  return { prefixes, rejected, examples: [] };
}
