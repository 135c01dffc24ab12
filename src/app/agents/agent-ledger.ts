import type { BotPurpose, DeclaredBot, Exchange } from "#core";
import { AgentObedience, type Robots } from "#policy";
import type { AgentIdentity } from "./agent-verifier.ts";

/** One agent in the report "agents on your site". */
export interface AgentRow {
  readonly name: string;
  readonly operator: string;
  readonly purpose: BotPurpose;
  /** Where its operator describes it; empty: unknown. */
  readonly documentation: string;
  readonly requests: number;
  readonly addresses: number;
  readonly standings: Readonly<Record<AgentIdentity["standing"], number>>;
  /** What it costs: bytes sent and milliseconds spent answering, as far as they were observed. */
  readonly bytes: number;
  readonly milliseconds: number;
  /** Its busiest paths. */
  readonly touches: readonly { readonly path: string; readonly requests: number }[];
  readonly readRobots: boolean;
  readonly disallowed: number;
  readonly unwantedUse: number;
  /** Null where the site has no robots.txt to obey. */
  readonly obeys: boolean | null;
  readonly examples: readonly string[];
}

interface Entry {
  readonly operator: string;
  readonly purpose: BotPurpose;
  readonly documentation: string;
  requests: number;
  bytes: number;
  milliseconds: number;
  /** Whether there was a robots.txt to hold it to. */
  held: boolean;
  readonly standings: Record<AgentIdentity["standing"], number>;
  readonly addresses: Set<string>;
  readonly paths: Map<string, number>;
}

const addressesMax = 10_000;
const pathsMax = 512;
const touchesMax = 5;
const othersName = "(others)";

/**
 * Counts what agents do: who, how many, what they touch, what they cost, which obey. Bounded: agents beyond `agentsMax` share
 * one row, an agent's addresses and paths are counted up to a cap.
 */
export class AgentLedger {
  readonly #agentsMax: number;
  readonly #robotsOf: (application: string) => Robots | undefined;
  readonly #obedience: AgentObedience;
  readonly #entries = new Map<string, Entry>();
  #requests = 0;

  constructor(agentsMax: number, robotsOf: (application: string) => Robots | undefined) {
    this.#agentsMax = agentsMax;
    this.#robotsOf = robotsOf;
    this.#obedience = new AgentObedience(agentsMax);
  }

  /** Every request of the site, so that shares can be told. */
  countRequest(): void {
    this.#requests++;
  }

  note(
    exchange: Exchange,
    agent: Pick<AgentIdentity, "name" | "operator" | "standing"> & Pick<DeclaredBot, "purpose" | "documentation">,
  ): void {
    const entry = this.#entry(agent);
    entry.requests++;
    entry.standings[agent.standing]++;
    if (entry.addresses.size < addressesMax) entry.addresses.add(exchange.client.ip);
    const { path } = exchange.request;
    const seen = entry.paths.get(path);
    if (seen !== undefined || entry.paths.size < pathsMax) entry.paths.set(path, (seen ?? 0) + 1);
    const robots = this.#robotsOf(exchange.application);
    if (robots !== undefined) entry.held = true;
    this.#obedience.note({ agent: agent.name, purpose: agent.purpose, path, at: exchange.at }, robots);
  }

  noteCost(name: string, exchange: Exchange): void {
    const entry = this.#entries.get(name);
    if (entry === undefined || exchange.response === undefined) return;
    entry.bytes += Math.max(0, exchange.response.bytes);
    entry.milliseconds += Math.max(0, exchange.response.durationMs);
  }

  /** The busiest first. */
  report(): { readonly requests: number; readonly agents: readonly AgentRow[] } {
    const conducts = new Map(this.#obedience.report().map((conduct) => [conduct.name, conduct]));
    const agents = [...this.#entries].map(([name, entry]): AgentRow => {
      const conduct = conducts.get(name);
      const disallowed = conduct?.disallowed ?? 0;
      return {
        name,
        operator: entry.operator,
        purpose: entry.purpose,
        documentation: entry.documentation,
        requests: entry.requests,
        addresses: entry.addresses.size,
        standings: entry.standings,
        bytes: entry.bytes,
        milliseconds: Math.round(entry.milliseconds),
        touches: [...entry.paths]
          .sort((one, other) => other[1] - one[1])
          .slice(0, touchesMax)
          .map(([path, requests]) => ({ path, requests })),
        readRobots: conduct?.readRobots ?? false,
        disallowed,
        unwantedUse: conduct?.unwantedUse ?? 0,
        obeys: !entry.held ? null : disallowed === 0 && (conduct?.unwantedUse ?? 0) === 0,
        examples: conduct?.examples ?? [],
      };
    });
    return { requests: this.#requests, agents: agents.sort((one, other) => other.requests - one.requests) };
  }

  #entry(agent: Pick<DeclaredBot, "name" | "operator" | "purpose" | "documentation">): Entry {
    const room = this.#entries.has(agent.name) || this.#entries.size < this.#agentsMax - 1;
    const name = room ? agent.name : othersName;
    let entry = this.#entries.get(name);
    if (entry === undefined) {
      entry = {
        operator: room ? agent.operator : "",
        purpose: room ? agent.purpose : "other",
        documentation: room ? agent.documentation : "",
        requests: 0,
        bytes: 0,
        milliseconds: 0,
        held: false,
        standings: { signed: 0, verified: 0, claimed: 0, impostor: 0 },
        addresses: new Set(),
        paths: new Map(),
      };
      this.#entries.set(name, entry);
    }
    return entry;
  }
}
