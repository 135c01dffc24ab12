import type { BotPurpose } from "#core";

/** How far an agent's identity goes. */
export type AgentStanding = "signed" | "verified" | "claimed" | "impostor";

/** What policy knows about an agent's request. */
export interface AgentRequest {
  readonly name: string;
  readonly purpose: BotPurpose;
  readonly standing: AgentStanding;
  /** A person is logged in through it: the request carries an account of theirs. */
  readonly delegated: boolean;
  /** Tags of the endpoint, as configured or learned: "login", "checkout", "content", "api"… */
  readonly tags: readonly string[];
}

export type AgentAction =
  | { readonly kind: "allow" }
  /** Requests a minute, counted per agent by the caller. */
  | { readonly kind: "budget"; readonly perMinute: number }
  | { readonly kind: "step-up" }
  /** Passed on with a header that names the agent. */
  | { readonly kind: "tag" }
  | { readonly kind: "deceive" }
  | { readonly kind: "block" };

/** One lane: every condition given must hold. Absent: any. */
export interface Lane {
  readonly agents?: readonly string[];
  readonly purposes?: readonly BotPurpose[];
  readonly standings?: readonly AgentStanding[];
  readonly tags?: readonly string[];
  readonly delegated?: boolean;
  readonly action: AgentAction;
}

export interface LaneDecision {
  readonly action: AgentAction;
  /** Index of the lane that decided; -1: none did, and agents are let through. */
  readonly lane: number;
  /** One sentence for the log and for `gait explain`. */
  readonly why: string;
}

/** Steps on which an agent acts with a person's money or identity. */
export const sensitiveTags: readonly string[] = [
  "login",
  "signup",
  "checkout",
  "payment",
  "payout",
  "password",
  "account",
];

/**
 * Which lane an agent's request takes: the first that matches. A decoy never reaches an agent that proved who it is (it could
 * not know that it was lied to, and it speaks for a person), whatever the lanes say: it is blocked instead, in the open.
 */
export function chooseLane(lanes: readonly Lane[], request: AgentRequest): LaneDecision {
  const index = lanes.findIndex((lane) => matches(lane, request));
  const action = lanes[index]?.action ?? { kind: "allow" };
  const proven = request.standing === "signed" || request.standing === "verified";
  const final: AgentAction = action.kind === "deceive" && proven ? { kind: "block" } : action;
  const who = `${request.name} (${request.standing}, ${request.purpose}${request.delegated ? ", for a person" : ""})`;
  const why = index < 0 ? `${who}: no lane speaks of it` : `${who}: lane ${index + 1} says ${final.kind}`;
  return { action: final, lane: index, why };
}

function matches(lane: Lane, request: AgentRequest): boolean {
  return (
    (lane.agents === undefined || lane.agents.some((name) => name.toLowerCase() === request.name.toLowerCase())) &&
    (lane.purposes === undefined || lane.purposes.includes(request.purpose)) &&
    (lane.standings === undefined || lane.standings.includes(request.standing)) &&
    (lane.delegated === undefined || lane.delegated === request.delegated) &&
    (lane.tags === undefined || lane.tags.some((tag) => request.tags.includes(tag)))
  );
}
