import { expect, test } from "vitest";
import { parsePrefix } from "../addresses/parse-prefix-list.ts";
import { PrefixTrie } from "../addresses/prefix-trie.ts";
import { BotClaims } from "./bot-claims.ts";
import { createBotDirectory } from "./declared-bot.ts";

const directory = createBotDirectory({ userAgentCharactersMax: 1_024, userAgentsCachedMax: 10 });

function bot(userAgent: string): NonNullable<ReturnType<typeof directory.declaredBot>> {
  const found = directory.declaredBot(userAgent);
  if (found === undefined) throw new Error(`${userAgent} is not in the table`);
  return found;
}

function ranges(text: string): PrefixTrie {
  const trie = new PrefixTrie();
  const prefix = parsePrefix(text);
  if (prefix !== undefined) trie.add(prefix, 1);
  trie.seal();
  return trie;
}

const limits = { verdictsMax: 100, waitingMax: 2, lookupsPerMinuteMax: 2 };
const googlebot = bot("Googlebot/2.1");
const gptbot = bot("GPTBot/1.2");

test("a claim is unknown until something answers, then verified or called an impostor", () => {
  const claims = new BotClaims(limits);
  expect(claims.standing(googlebot, "192.0.2.1", 0).verdict).toBe("unknown");
  expect(claims.wanted(0)).toEqual([{ bot: googlebot, ip: "192.0.2.1" }]);
  expect(claims.wanted(0)).toEqual([]);
  claims.learn(googlebot, "192.0.2.1", { names: ["crawl-1.googlebot.com"], now: 0 });
  expect(claims.standing(googlebot, "192.0.2.1", 1)).toEqual({ verdict: "verified", method: "dns" });
  claims.learn(googlebot, "192.0.2.2", { names: ["crawl-1.googlebot.com.evil.example"], now: 0 });
  expect(claims.standing(googlebot, "192.0.2.2", 1)).toEqual({ verdict: "impostor", method: "dns" });
  claims.learn(googlebot, "192.0.2.3", { names: ["notgooglebot.com"], now: 0 });
  expect(claims.standing(googlebot, "192.0.2.3", 1).verdict).toBe("impostor");
  claims.learn(googlebot, "192.0.2.4", { names: undefined, now: 0 });
  expect(claims.standing(googlebot, "192.0.2.4", 1).verdict).toBe("unknown");
});

test("published ranges answer at once; without them a claim stays unknown, not refuted", () => {
  const claims = new BotClaims(limits);
  expect(claims.standing(gptbot, "192.0.2.1", 0).verdict).toBe("unknown");
  claims.setRanges(gptbot.verification.ranges[0] ?? "", ranges("192.0.2.0/28"));
  expect(claims.standing(gptbot, "192.0.2.15", 0)).toEqual({ verdict: "verified", method: "range" });
  expect(claims.standing(gptbot, "192.0.2.16", 0)).toEqual({ verdict: "impostor", method: "range" });
  expect(claims.wanted(0)).toEqual([]);
});

test("lookups are bounded, at once and per minute", () => {
  const claims = new BotClaims(limits);
  for (let i = 1; i <= 3; i++) claims.standing(googlebot, `192.0.2.${i}`, 0);
  expect(claims.wanted(0)).toHaveLength(2);
  claims.standing(googlebot, "192.0.2.9", 0);
  expect(claims.wanted(59_999)).toEqual([]);
  expect(claims.wanted(60_000)).toHaveLength(1);
});

test("a bot without any way to check is never called an impostor", () => {
  expect(new BotClaims(limits).standing(bot("ClaudeBot/1.0"), "192.0.2.1", 0).verdict).toBe("unknown");
});
