import fc from "fast-check";
import { expect, test } from "vitest";
import { type AgentRequest, chooseLane } from "./lanes.ts";
import { AgentObedience } from "./obedience.ts";
import { presets } from "./presets.ts";
import { parseContentUsage, parseRobots, renderContentUsage } from "./robots.ts";
import { matchesRobotsPattern } from "./robots-pattern.ts";

const limits = { bytesMax: 524_288, rulesMax: 10_000 };
const base: AgentRequest = {
  name: "GPTBot",
  purpose: "train",
  standing: "verified",
  delegated: false,
  tags: ["content"],
};

function action(preset: keyof typeof presets, over: Partial<AgentRequest>): string {
  return chooseLane(presets[preset].lanes, { ...base, ...over }).action.kind;
}

test("the presets do what their titles say", () => {
  const table: readonly (readonly [keyof typeof presets, Partial<AgentRequest>, string])[] = [
    ["welcome-search-refuse-training", {}, "block"],
    ["welcome-search-refuse-training", { purpose: "search" }, "allow"],
    ["welcome-search-refuse-training", { purpose: "search", standing: "impostor" }, "block"],
    ["welcome-search-refuse-training", { purpose: "user-triggered" }, "budget"],
    ["welcome-search-refuse-training", { purpose: "user-triggered", tags: ["checkout"], delegated: true }, "step-up"],
    ["welcome-search-refuse-training", { purpose: "user-triggered", tags: ["checkout"] }, "block"],
    [
      "welcome-search-refuse-training",
      { purpose: "user-triggered", tags: ["login"], standing: "claimed", delegated: true },
      "block",
    ],
    ["user-triggered-only", { purpose: "user-triggered" }, "budget"],
    ["user-triggered-only", { purpose: "search" }, "block"],
    ["signed-only", { purpose: "search" }, "block"],
    ["signed-only", { purpose: "search", standing: "signed" }, "allow"],
    ["signed-only", { standing: "signed", tags: ["checkout"], delegated: true }, "step-up"],
  ];
  for (const [preset, over, expected] of table)
    expect(action(preset, over), `${preset} ${JSON.stringify(over)}`).toBe(expected);
});

test("a decoy never reaches an agent that proved who it is", () => {
  const lanes = [{ action: { kind: "deceive" } }] as const;
  expect(chooseLane(lanes, { ...base, standing: "claimed" }).action.kind).toBe("deceive");
  expect(chooseLane(lanes, { ...base, standing: "verified" }).action.kind).toBe("block");
  expect(chooseLane(lanes, { ...base, standing: "signed" }).action.kind).toBe("block");
  expect(chooseLane([], base)).toMatchObject({ action: { kind: "allow" }, lane: -1 });
});

test("robots.txt is read as RFC 9309 section 5 shows", () => {
  const robots = parseRobots(
    "User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/\n\nUser-Agent: foobot\nDisallow:/\nAllow:/example/page.html\nAllow:/example/allowed.gif\n\nUser-Agent: barbot\nUser-Agent: bazbot\nDisallow: /example/page.html\n\nUser-Agent: quxbot\n",
    limits,
  );
  expect(robots.allows("anybot", "/example/x")).toBe(false);
  expect(robots.allows("anybot", "/a.gif")).toBe(false);
  expect(robots.allows("anybot", "/a.gif?x")).toBe(true);
  expect(robots.allows("FooBot/2.1", "/example/page.html")).toBe(true);
  expect(robots.allows("foobot", "/other")).toBe(false);
  expect(robots.allows("bazbot", "/example/page.html")).toBe(false);
  expect(robots.allows("quxbot", "/example/x")).toBe(true);
  expect(robots.allows("foobot", "/robots.txt")).toBe(true);
  const longest = parseRobots(
    "User-Agent: *\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\nDisallow: /tie\nAllow: /tie",
    limits,
  );
  expect(longest.allows("x", "/example/page/disallowed.gif")).toBe(false);
  expect(longest.allows("x", "/tie")).toBe(true);
});

test("a pattern matches as the equivalent expression would, encoded or not", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(..."ab/*"), maxLength: 8 }),
      fc.string({ unit: fc.constantFrom(..."ab/"), maxLength: 10 }),
      fc.boolean(),
      (pattern, path, end) => {
        const expression = new RegExp(`^${pattern.replace(/[/]/g, "\\/").replace(/\*/g, ".*")}${end ? "$" : ""}`);
        expect(matchesRobotsPattern(pattern + (end ? "$" : ""), path)).toBe(expression.test(path));
      },
    ),
    { numRuns: 2_000 },
  );
  expect(matchesRobotsPattern("/a%7eb", "/a~b")).toBe(true);
  expect(matchesRobotsPattern("/a%2fb", "/a/b")).toBe(false);
});

test("rules past the limits are not read", () => {
  const text = "User-agent: *\nDisallow: /a\nDisallow: /b\n";
  expect(parseRobots(text, { ...limits, rulesMax: 1 }).allows("x", "/b")).toBe(true);
  expect(parseRobots(text, { ...limits, rulesMax: 2 }).allows("x", "/b")).toBe(false);
});

test("usage preferences are read, written, and their breaches counted per agent", () => {
  const robots = parseRobots(
    "User-agent: *\nAllow: /\nDisallow: /private\nContent-Usage: train-ai=n, search=y\nContent-Usage: /open train-ai=y\n",
    limits,
  );
  expect(renderContentUsage(robots.usage("GPTBot", "/page"))).toBe("train-ai=n, search=y");
  expect(robots.usage("GPTBot", "/open/x").get("train-ai")).toBe(true);
  expect(parseContentUsage("train-ai=maybe, x=y").size).toBe(1);
  const obedience = new AgentObedience(3);
  const visit = (agent: string, path: string, purpose: "train" | "search" = "train"): void =>
    obedience.note({ agent, purpose, path, at: 1 }, robots);
  visit("GPTBot", "/page");
  visit("GPTBot", "/private/x");
  visit("GPTBot", "/open/x");
  visit("Bingbot", "/robots.txt", "search");
  visit("Bingbot", "/page", "search");
  visit("Third", "/page");
  visit("Fourth", "/page");
  expect(obedience.report()).toMatchObject([
    { name: "GPTBot", requests: 3, disallowed: 1, unwantedUse: 2, examples: ["/private/x"], readRobots: false },
    { name: "Bingbot", requests: 2, disallowed: 0, unwantedUse: 0, readRobots: true },
    { name: "(others)", requests: 2 },
  ]);
});
