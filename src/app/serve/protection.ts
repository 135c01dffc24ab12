import type { Clock, Exchange, Guard, Verdict } from "#core";
import { applyPolicy, createDecisionTable, type Decision, type DecisionKeys, type DecisionTable } from "#policy";
import type { Config } from "../config/config.ts";

/** The engine with policy behind it: what judges and decides. Lists can be changed while it judges. */
export interface Protection extends Guard {
  /** Takes the policy part of a new configuration; operators' decisions made while serving stay. */
  configure(config: Config): void;
  readonly decisions: DecisionTable;
}

/** False positives per day become a rate through this many judged sessions a day, until the day was counted. */
const sessionsPerDayAssumed = 10_000;

/** Wraps a judge: standing decisions win over its verdict, policy turns the rest into actions. */
export function createProtection(judge: Guard, config: Config, clock: Clock): Protection {
  const decisions = createDecisionTable();
  let configured: readonly string[] = [];
  let basis = config.enforce.basis;
  let certifiedFprMax = 0;
  const keys: { -readonly [Name in keyof DecisionKeys]: DecisionKeys[Name] } = {
    address: "",
    session: 0,
    account: 0,
    token: 0,
    fingerprint: "",
    cohort: "",
  };

  const configure = (next: Config): void => {
    basis = next.enforce.basis;
    certifiedFprMax = next.enforce.falsePositivesPerDay / sessionsPerDayAssumed;
    for (const id of configured) decisions.remove(id);
    configured = [];
    const add = (value: string, action: "allow" | "block"): void => {
      const decision = fromConfig(value, action, clock.now());
      if (decisions.add(decision).added) configured = [...configured, decision.id];
    };
    for (const value of next.policy.block) add(value, "block");
    for (const value of next.policy.allow) add(value, "allow");
  };
  configure(config);

  return {
    configure,
    decisions,
    inspect(exchange: Exchange): Verdict {
      const judged = judge.inspect(exchange);
      keys.address = exchange.client.ip;
      keys.account = exchange.request.account;
      keys.token = exchange.request.token;
      keys.fingerprint = exchange.client.fingerprint.ja4;
      return applyPolicy(judged, decisions.lookup(keys, clock.monotonic()), { basis, certifiedFprMax });
    },
    observe(exchange: Exchange): void {
      judge.observe(exchange);
    },
  };
}

function fromConfig(value: string, action: "allow" | "block", createdAt: number): Decision {
  return {
    id: `config-${action}-${value}`,
    scope: value.includes("/") ? "network" : "address",
    value,
    action,
    reason: `policy.${action} lists ${value}`,
    origin: "operator",
    cohort: "",
    createdAt,
    expiresAt: Number.POSITIVE_INFINITY,
  };
}
