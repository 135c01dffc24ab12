import { isbot, isbotMatch } from "isbot";
import type { DeclaredBot } from "#core";
import { GenerationCache } from "../generation-cache.ts";
import { aiAgents } from "./ai-agents.ts";
import { type CatalogueRow, declaredBotOf, unverifiable } from "./catalogue-row.ts";
import { crawlerCatalogue } from "./crawler-catalogue.ts";
import { LiteralMatcher, type LiteralPattern } from "./literal-matcher.ts";
import { moreAiAgents } from "./more-ai-agents.ts";
import { searchEngines } from "./search-engines.ts";
import { servicesAndTools } from "./services-and-tools.ts";

/** Who declares what: a function, its catalogue for reports and policy, and its cache's bounds. */
export interface BotDirectory {
  /** Undefined: the user agent does not say that it is a bot. */
  declaredBot(userAgent: string): DeclaredBot | undefined;
  /** The hand-kept rows, whose purposes and verification methods can be relied on. */
  readonly known: readonly DeclaredBot[];
}

export interface BotDirectoryOptions {
  readonly userAgentCharactersMax: number;
  readonly userAgentsCachedMax: number;
}

const rows: readonly CatalogueRow[] = [...aiAgents, ...moreAiAgents, ...searchEngines, ...servicesAndTools];
const nameCharactersMax = 64;
/** Words of browsers and platforms, which name no bot. */
const commonWords: ReadonlySet<string> = new Set(
  "Mozilla compatible Linux X11 Windows NT Macintosh Intel iPhone iPad Android Mobile U wv AppleWebKit KHTML like Gecko Chrome Safari Version Firefox".split(
    " ",
  ),
);

/**
 * Recognises user agents that say they are bots, in this order: our own table (its names, operators and purposes
 * are kept by hand), then the generic verdict of npm isbot, named by the npm list crawler-user-agents or, failing
 * that, by its own product token. The own table and isbot decide *whether*, so an app that a crawler list happens to
 * name (Viber, Electron editors) is no bot.
 *
 * Cost is bounded for any input: one pass of an automaton and one of isbot's expression (anchored or fixed-width
 * branches without nested repetition, so linear as well) over at most `userAgentCharactersMax` characters.
 * Evasion is trivial and legitimate: whoever does not declare is not found here, but by behaviour.
 */
export function createBotDirectory(options: BotDirectoryOptions): BotDirectory {
  const known = rows.map(declaredBotOf);
  const { entries } = crawlerCatalogue();
  const patterns: LiteralPattern[] = [];
  const bots: DeclaredBot[] = [];
  for (const [index, row] of rows.entries()) {
    for (const token of row.tokens) {
      patterns.push(tokenPattern(token));
      bots.push(known[index] as DeclaredBot);
    }
  }
  const ownPatterns = patterns.length;
  for (const { bot, patterns: literals } of entries) {
    for (const literal of literals) {
      patterns.push(literal);
      bots.push(bot);
    }
  }
  const matcher = new LiteralMatcher(patterns);
  const weights = patterns.map(({ parts }) => parts.reduce((sum, part) => sum + part.length, 0));
  const cache = new GenerationCache<string, DeclaredBot | null>(options.userAgentsCachedMax);
  let ownBest = -1;
  let listBest = -1;
  const note = (pattern: number): void => {
    const weight = weights[pattern] ?? 0;
    if (pattern < ownPatterns) {
      if (ownBest < 0 || weight > (weights[ownBest] ?? 0)) ownBest = pattern;
    } else if (listBest < 0 || weight > (weights[listBest] ?? 0)) listBest = pattern;
  };

  function recognise(userAgent: string): DeclaredBot | null {
    ownBest = -1;
    listBest = -1;
    matcher.scan(userAgent, note);
    if (ownBest >= 0) return bots[ownBest] ?? null;
    if (!isbot(userAgent)) return null;
    return (listBest >= 0 ? bots[listBest] : undefined) ?? selfNamed(userAgent);
  }

  return {
    known,
    declaredBot(userAgent) {
      if (userAgent === "") return undefined;
      const cached = cache.get(userAgent);
      if (cached !== undefined) return cached ?? undefined;
      const bot = recognise(userAgent.slice(0, options.userAgentCharactersMax));
      // The key is capped as well, or a few thousand 64 kB user agents would be the memory leak.
      if (userAgent.length <= options.userAgentCharactersMax) cache.set(userAgent, bot);
      return bot ?? undefined;
    },
  };
}

function tokenPattern(token: string): LiteralPattern {
  const atStart = token.startsWith("^");
  const atEnd = token.endsWith("$");
  const literal = token.slice(atStart ? 1 : 0, atEnd ? -1 : undefined);
  return { parts: [literal], atStart, atEnd, caseSensitive: false, wholeWord: true };
}

/**
 * A bot no list names: called by the product token that calls itself one, else by the token that gave it away
 * ("googleweblight" among the words of a browser), else by its first product token.
 */
function selfNamed(userAgent: string): DeclaredBot {
  const gaveAway = isbotMatch(userAgent)?.toLowerCase() ?? "";
  let first = "";
  let telling = "";
  let name = "";
  for (const token of userAgent.split(/[\s;,()]+/, 64)) {
    const product = token.slice(0, (token.indexOf("/") + 1 || token.length + 1) - 1).slice(0, nameCharactersMax);
    if (!/^[A-Za-z]/.test(product) || commonWords.has(product)) continue;
    if (first === "") first = product;
    const lower = product.toLowerCase();
    if (telling === "" && gaveAway !== "" && lower.includes(gaveAway)) telling = product;
    if (lower.includes("bot") || lower.includes("crawl") || lower.includes("spider")) {
      name = product;
      break;
    }
  }
  const called = name || telling || first || userAgent.slice(0, nameCharactersMax);
  return { name: called, operator: "", purpose: "other", verification: unverifiable, documentation: "" };
}
