import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { crawlerCatalogue } from "./crawler-catalogue.ts";
import { createBotDirectory } from "./declared-bot.ts";
import { expandPattern } from "./expand-pattern.ts";

const directory = createBotDirectory({ userAgentCharactersMax: 1_024, userAgentsCachedMax: 1_000 });

test("AI agents are found, named, and their purposes told apart", () => {
  const cases: readonly (readonly [userAgent: string, name: string, operator: string, purpose: string])[] = [
    [
      "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
      "GPTBot",
      "OpenAI",
      "train",
    ],
    [
      "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0; +https://openai.com/bot",
      "ChatGPT-User",
      "OpenAI",
      "user-triggered",
    ],
    [
      "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)",
      "ClaudeBot",
      "Anthropic",
      "train",
    ],
    [
      "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Perplexity-User/1.0; +https://perplexity.ai/perplexity-user)",
      "Perplexity-User",
      "Perplexity",
      "user-triggered",
    ],
    ["Google", "Gemini fetcher", "Google", "user-triggered"],
    [
      "meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)",
      "Meta-ExternalAgent",
      "Meta",
      "train",
    ],
    ["Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot", "Google", "search"],
    ["Mozilla/5.0 (compatible; Applebot-Extended/0.1)", "Applebot-Extended", "Apple", "train"],
    ["curl/8.7.1", "curl", "whoever runs it", "tool"],
  ];
  for (const [userAgent, name, operator, purpose] of cases) {
    expect(directory.declaredBot(userAgent), userAgent).toMatchObject({ name, operator, purpose });
  }
});

test("a bot that no list names is called by its own product token", () => {
  expect(directory.declaredBot("Mozilla/5.0 (compatible; QuuxBot/3.1; +https://quux.example/bot)")).toMatchObject({
    name: "QuuxBot",
    purpose: "other",
  });
});

test("a bot dressed as a browser is called by the word that gave it away, not by its language", () => {
  const dressed =
    "Mozilla/5.0 (Linux; Android 4.2.1; en-us; Nexus 5 Build/JOP40D) AppleWebKit/535.19 (KHTML, like Gecko; googleweblight) Chrome/38.0.1025.166 Mobile Safari/535.19";
  expect(directory.declaredBot(dressed)?.name).toBe("googleweblight");
});

test("browsers and apps are no bots, even where a crawler list names them", () => {
  for (const userAgent of [
    "",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
    "Viber/12.8.0.1 CFNetwork/1121.2.2 Darwin/19.3.0",
  ]) {
    expect(directory.declaredBot(userAgent), userAgent).toBeUndefined();
  }
});

test("a name inside another word is not that name", () => {
  expect(directory.declaredBot("Mozilla/5.0 (X11; Linux x86_64; NotGPTBotBrowser) Firefox/140.0")?.name).not.toBe(
    "GPTBot",
  );
});

test("only the first characters of a user agent count, on both sides of the limit", () => {
  const pad = (characters: number): string => `${"x ".repeat(characters / 2)}GPTBot`;
  expect(directory.declaredBot(pad(1_018))).toMatchObject({ name: "GPTBot" });
  expect(directory.declaredBot(pad(1_020))?.name).not.toBe("GPTBot");
});

test("every pattern of the installed crawler list is read", () => {
  expect(crawlerCatalogue().unread).toEqual([]);
});

test("patterns become literals: cases, groups, anchors and gaps", () => {
  expect(expandPattern("^S[eE][mM]rush(Bot|Kit)")?.map(({ parts, atStart }) => [parts[0], atStart])).toEqual([
    ["SemrushBot", true],
    ["SemrushKit", true],
  ]);
  expect(expandPattern("Spider[\\s\\S]*spider\\.com$")?.[0]).toMatchObject({
    parts: ["Spider", "spider.com"],
    atEnd: true,
  });
  expect(expandPattern("(a+)+b")).toBeUndefined();
});

test("the public corpus: no browser is called a bot, and hardly a bot is missed", ({ skip }) => {
  const path = `${process.env.GAIT_DATA ?? "../shared/data"}/reference_lists/ua_lists/ua_corpus.tsv`;
  if (!existsSync(path)) skip(`the corpus is not here (${path}); npm run bench:agents says the same`);
  const rows = readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split("\t"));
  const called = rows.filter(([label, userAgent]) => label === "browser" && directory.declaredBot(userAgent ?? ""));
  const missed = rows.filter(([label, userAgent]) => label === "bot" && !directory.declaredBot(userAgent ?? ""));
  expect(called).toEqual([]);
  expect(missed.length / rows.filter(([label]) => label === "bot").length).toBeLessThanOrEqual(0.005);
});
