import type { BotPurpose, Millis } from "#core";
import type { Robots } from "./robots.ts";

/** How one agent kept to what the site asks. */
export interface AgentConduct {
  readonly name: string;
  requests: number;
  /** It asked for robots.txt at least once. */
  readRobots: boolean;
  /** Requests for paths that robots.txt forbids it. */
  disallowed: number;
  /** Requests whose purpose a Content-Usage preference refuses (training where train-ai=n, search where search=n). */
  unwantedUse: number;
  /** Up to five of the forbidden paths, as examples. */
  readonly examples: string[];
  firstSeen: Millis;
  lastSeen: Millis;
}

const examplesMax = 5;
const othersName = "(others)";
const usageOf: Readonly<Partial<Record<BotPurpose, string>>> = { train: "train-ai", search: "search" };

/**
 * Counts, per agent, how it keeps to robots.txt and to stated usage preferences. Fetchers sent by a person are counted like
 * the rest: RFC 9309 speaks of crawlers, so what to make of their numbers is the operator's choice. Agents beyond
 * `agentsMax` share one row.
 */
export class AgentObedience {
  readonly #agents = new Map<string, AgentConduct>();
  readonly #agentsMax: number;

  constructor(agentsMax: number) {
    this.#agentsMax = agentsMax;
  }

  /** @param robots Undefined: the site has none, and only counting happens. */
  note(
    request: { readonly agent: string; readonly purpose: BotPurpose; readonly path: string; readonly at: Millis },
    robots: Robots | undefined,
  ): void {
    const conduct = this.#conduct(request.agent, request.at);
    conduct.requests++;
    conduct.lastSeen = request.at;
    if (request.path === "/robots.txt") {
      conduct.readRobots = true;
      return;
    }
    if (robots === undefined) return;
    if (!robots.allows(request.agent, request.path)) {
      conduct.disallowed++;
      if (conduct.examples.length < examplesMax && !conduct.examples.includes(request.path))
        conduct.examples.push(request.path);
    }
    const category = usageOf[request.purpose];
    if (category !== undefined && robots.usage(request.agent, request.path).get(category) === false)
      conduct.unwantedUse++;
  }

  /** Every agent, the busiest first. */
  report(): readonly Readonly<AgentConduct>[] {
    return [...this.#agents.values()].sort((one, other) => other.requests - one.requests);
  }

  #conduct(agent: string, at: Millis): AgentConduct {
    const name = this.#agents.has(agent) || this.#agents.size < this.#agentsMax - 1 ? agent : othersName;
    let conduct = this.#agents.get(name);
    if (conduct === undefined) {
      conduct = {
        name,
        requests: 0,
        readRobots: false,
        disallowed: 0,
        unwantedUse: 0,
        examples: [],
        firstSeen: at,
        lastSeen: at,
      };
      this.#agents.set(name, conduct);
    }
    return conduct;
  }
}
