import { compareRules, matchesRobotsPattern } from "./robots-pattern.ts";

/** One Allow or Disallow line. */
export interface RobotsRule {
  readonly allow: boolean;
  readonly pattern: string;
}

/** One AIPREF `Content-Usage` line: preferences for paths under a pattern, "/" when it named none. */
export interface UsageRule {
  readonly pattern: string;
  /** Category to preference; true: allowed. */
  readonly usage: ReadonlyMap<string, boolean>;
}

interface Group {
  readonly agents: string[];
  readonly rules: RobotsRule[];
  readonly usages: UsageRule[];
}

export interface RobotsLimits {
  readonly bytesMax: number;
  readonly rulesMax: number;
}

/** A robots.txt, read. */
export interface Robots {
  /** Whether `agent` may fetch `path` (with query), by the most specific rule of its group. */
  allows(agent: string, path: string): boolean;
  /** Stated preferences for `path`: category to allowed. Empty: none. */
  usage(agent: string, path: string): ReadonlyMap<string, boolean>;
  readonly sitemaps: readonly string[];
  /** Lines that were no directive, counted. */
  readonly ignored: number;
}

/**
 * Reads robots.txt by RFC 9309: groups joined by product token (compared without case), the longest matching rule wins
 * and Allow wins a tie, `*` and `$` in patterns, /robots.txt itself always allowed. Content-Usage lines follow
 * draft-ietf-aipref-attach. What lies past `bytesMax` or `rulesMax` is not read, as the RFC permits.
 */
export function parseRobots(text: string, limits: RobotsLimits): Robots {
  const groups: Group[] = [];
  const sitemaps: string[] = [];
  let current: Group | undefined;
  let naming = false;
  let rules = 0;
  let ignored = 0;
  for (const raw of text
    .slice(0, limits.bytesMax)
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\r|\n/)) {
    const line = raw.split("#", 1)[0]?.trim() ?? "";
    if (line === "") continue;
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon)).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === "user-agent") {
      if (!naming || current === undefined) {
        current = { agents: [], rules: [], usages: [] };
        groups.push(current);
      }
      naming = true;
      current.agents.push(value.toLowerCase());
      continue;
    }
    if (name === "sitemap") {
      if (sitemaps.length < 100) sitemaps.push(value);
      continue;
    }
    const known = name === "allow" || name === "disallow" || name === "content-usage";
    if (!known || current === undefined || rules >= limits.rulesMax) {
      ignored++;
      continue;
    }
    naming = false;
    rules++;
    if (name === "content-usage") current.usages.push(usageRule(value));
    else if (value !== "") current.rules.push({ allow: name === "allow", pattern: value });
  }
  return createRobots(groups, { sitemaps, ignored });
}

function createRobots(groups: readonly Group[], rest: Pick<Robots, "sitemaps" | "ignored">): Robots {
  const groupsOf = (agent: string): readonly Group[] => {
    const token = /^[a-z_-]+/i.exec(agent)?.[0]?.toLowerCase() ?? agent.toLowerCase();
    const own = groups.filter((group) => group.agents.some((name) => name === token || name === agent.toLowerCase()));
    return own.length > 0 ? own : groups.filter((group) => group.agents.includes("*"));
  };
  return {
    ...rest,
    allows(agent, path) {
      if (path === "/robots.txt") return true;
      let best: RobotsRule | undefined;
      for (const group of groupsOf(agent)) {
        for (const rule of group.rules) {
          if (matchesRobotsPattern(rule.pattern, path) && (best === undefined || compareRules(rule, best) > 0))
            best = rule;
        }
      }
      return best?.allow ?? true;
    },
    usage(agent, path) {
      let best: UsageRule | undefined;
      for (const group of groupsOf(agent)) {
        for (const rule of group.usages) {
          if (matchesRobotsPattern(rule.pattern, path) && rule.pattern.length > (best?.pattern.length ?? -1))
            best = rule;
        }
      }
      return best?.usage ?? new Map();
    },
  };
}

function usageRule(value: string): UsageRule {
  const blank = value.search(/\s/);
  const named = value.startsWith("/");
  const pattern = named ? value.slice(0, blank < 0 ? undefined : blank) : "/";
  return { pattern, usage: parseContentUsage(named ? (blank < 0 ? "" : value.slice(blank)) : value) };
}

/**
 * Reads the preferences of a `Content-Usage` header or line: `train-ai=n, search=y` (draft-ietf-aipref-vocab). Unknown
 * categories are kept; values other than y and n say nothing.
 */
export function parseContentUsage(value: string): ReadonlyMap<string, boolean> {
  const usage = new Map<string, boolean>();
  for (const part of value.split(",", 32)) {
    const [name = "", preference = ""] = part.split("=", 2).map((text) => text.trim().toLowerCase());
    if (/^[a-z][a-z0-9-]{0,31}$/.test(name) && (preference === "y" || preference === "n"))
      usage.set(name, preference === "y");
  }
  return usage;
}

/** Writes preferences as a `Content-Usage` value, in order. */
export function renderContentUsage(usage: ReadonlyMap<string, boolean>): string {
  return [...usage].map(([name, allowed]) => `${name}=${allowed ? "y" : "n"}`).join(", ");
}
