import type { Clock, Exchange, Guard, Verdict } from "#core";
import type { LiveIntel } from "#intel";
import { type AgentAction, chooseLane, type Lane } from "#policy";
import type { AgentLedger } from "./agent-ledger.ts";
import type { AgentIdentity, AgentVerifier } from "./agent-verifier.ts";

export interface AgentGuardOptions {
  readonly intel: LiveIntel;
  readonly verifier: AgentVerifier;
  /** Empty: agents are identified and counted, and nothing is done about them. */
  readonly lanes: readonly Lane[];
  readonly ledger: AgentLedger;
  /** Tags of a request's endpoint: what the operator configured or discovery learned. */
  readonly tagsOf: (exchange: Exchange) => readonly string[];
  readonly clock: Clock;
  readonly agentsMax: number;
}

interface Budget {
  minute: number;
  used: number;
}

/**
 * Puts agents in their lanes around a guard: says who the agent is before the engine judges, so that a proven agent is judged
 * as one, and turns the lane's word into the verdict's action. People and undeclared programs pass through untouched.
 */
export class AgentGuard implements Guard {
  /** Changed whole by a reload. */
  lanes: readonly Lane[];
  readonly #inner: Guard;
  readonly #options: AgentGuardOptions;
  readonly #budgets = new Map<string, Budget>();

  constructor(inner: Guard, options: AgentGuardOptions) {
    this.#inner = inner;
    this.#options = options;
    this.lanes = options.lanes;
  }

  inspect(exchange: Exchange): Verdict {
    this.#options.ledger.countRequest();
    const identity = this.#options.verifier.identify(exchange, this.#options.clock.now());
    if (identity === undefined) return this.#inner.inspect(exchange);
    const { verified } = identity;
    const known = verified === undefined ? exchange : { ...exchange, client: { ...exchange.client, verified } };
    const judged = this.#inner.inspect(known);
    const bot = this.#options.intel.declaredBot(exchange.request.userAgent);
    const purpose = bot?.purpose ?? "user-triggered";
    const { name, operator, standing } = identity;
    const verdict: Verdict = { ...judged, agent: { name, standing } };
    this.#options.ledger.note(exchange, { name, operator, standing, purpose, documentation: bot?.documentation ?? "" });
    if (this.lanes.length === 0) return verdict;
    const decision = chooseLane(this.lanes, {
      name,
      purpose,
      standing,
      delegated: exchange.request.account !== 0,
      tags: this.#options.tagsOf(exchange),
    });
    const action = this.#carryOut(decision.action, identity, exchange.at);
    if (action === "allow") return verdict;
    return { ...verdict, action, basis: "rule", rule: `agents lane ${decision.lane + 1}` };
  }

  observe(exchange: Exchange): void {
    this.#inner.observe(exchange);
    const name = exchange.client.verified?.name ?? this.#options.intel.declaredBot(exchange.request.userAgent)?.name;
    if (name !== undefined) this.#options.ledger.noteCost(name, exchange);
  }

  #carryOut(action: AgentAction, identity: AgentIdentity, at: number): Verdict["action"] {
    if (action.kind !== "budget") return action.kind;
    const minute = Math.floor(at / 60_000);
    let budget = this.#budgets.get(identity.name);
    if (budget === undefined) {
      // Names come from user agents: when too many were seen the budgets start anew rather than grow.
      if (this.#budgets.size >= this.#options.agentsMax) this.#budgets.clear();
      budget = { minute, used: 0 };
      this.#budgets.set(identity.name, budget);
    }
    if (budget.minute !== minute) {
      budget.minute = minute;
      budget.used = 0;
    }
    budget.used++;
    return budget.used > action.perMinute ? "throttle" : "allow";
  }
}
