import crawlers from "crawler-user-agents";
import type { BotPurpose, DeclaredBot } from "#core";
import { unverifiable } from "./catalogue-row.ts";
import { expandPattern } from "./expand-pattern.ts";
import type { LiteralPattern } from "./literal-matcher.ts";

interface Crawler {
  readonly pattern: string;
  readonly url?: string;
  readonly tags?: readonly string[];
}

/** The list's tags, strongest statement first, and what they say about purpose. */
const purposes: readonly (readonly [tag: string, purpose: BotPurpose])[] = [
  ["ai-crawler", "train"],
  ["search-engine", "search"],
  ["scanner", "security"],
  ["monitoring", "monitor"],
  ["archiver", "archive"],
  ["social-preview", "preview"],
  ["feed-reader", "feed"],
  ["seo", "seo"],
  ["http-library", "tool"],
  ["browser-automation", "tool"],
];

/** A named bot and the literals that give it away. */
export interface CatalogueEntry {
  readonly bot: DeclaredBot;
  readonly patterns: readonly LiteralPattern[];
}

/** The npm list crawler-user-agents (MIT) as catalogue entries; `unread` are patterns outside our subset. */
export function crawlerCatalogue(): {
  readonly entries: readonly CatalogueEntry[];
  readonly unread: readonly string[];
} {
  const entries: CatalogueEntry[] = [];
  const unread: string[] = [];
  for (const crawler of crawlers as readonly Crawler[]) {
    const patterns = expandPattern(crawler.pattern);
    if (patterns === undefined) unread.push(crawler.pattern);
    else entries.push({ bot: botOf(crawler, patterns), patterns });
  }
  return { entries, unread };
}

function botOf({ pattern, url = "", tags = [] }: Crawler, patterns: readonly LiteralPattern[]): DeclaredBot {
  const literal = patterns[0]?.parts.join(" ") ?? pattern;
  return Object.freeze({
    name: withoutMarks(literal) || literal,
    operator: hostOf(url),
    purpose: purposes.find(([tag]) => tags.includes(tag))?.[1] ?? "other",
    documentation: url,
    verification: unverifiable,
  });
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname.replace(/^www\./, "") : "";
}

/** Without what a pattern has around a name. */
function withoutMarks(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && !/[A-Za-z0-9]/.test(text.charAt(from))) from++;
  while (to > from && !/[A-Za-z0-9)]/.test(text.charAt(to - 1))) to--;
  return text.slice(from, to);
}
