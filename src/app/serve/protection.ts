import type { Clock, Exchange, Guard, Signal, Verdict } from "#core";
import {
  applyPolicy,
  createDecisionTable,
  type Decision,
  type DecisionKeys,
  type DecisionTable,
  type RequestIdentity,
  type Rule,
} from "#policy";
import type { Config } from "../config/config.ts";
import type { FactRecorder } from "../policy/fact-recorder.ts";
import type { LivePolicy } from "../policy/open-policy.ts";
import type { Judge } from "./judge.ts";

/** The engine with policy behind it: what judges and decides. Lists can be changed while it judges. */
export interface Protection extends Guard {
  /** Takes the policy part of a new configuration; operators' decisions made while serving stay. */
  configure(config: Config): void;
  readonly decisions: DecisionTable;
  readonly policy: LivePolicy;
}

/** What a protection is made of. */
export interface ProtectionParts {
  readonly judge: Guard & Pick<Judge, "reweigh">;
  readonly policy: LivePolicy;
  readonly clock: Clock;
  /** While it is on nothing is done to anybody. */
  readonly panic: { readonly on: boolean };
  /** Keeps what rules were asked; absent where nothing is kept. */
  readonly recorder?: FactRecorder | undefined;
}

/** False positives per day become a rate through this many judged sessions a day, until the day was counted. */
const sessionsPerDayAssumed = 10_000;

/** Wraps a judge: standing decisions win over its verdict, rules and policy turn the rest into actions. */
export function createProtection(config: Config, parts: ProtectionParts): Protection {
  const { judge, policy, clock, panic, recorder } = parts;
  const decisions = createDecisionTable();
  let configured: readonly string[] = [];
  let basis = { basis: config.enforce.basis, certifiedFprMax: 0 };
  const keys: { -readonly [Name in keyof DecisionKeys]: DecisionKeys[Name] } = {
    address: "",
    session: 0,
    account: 0,
    token: 0,
    fingerprint: "",
    cohort: "",
  };

  const configure = (next: Config): void => {
    basis = {
      basis: next.enforce.basis,
      certifiedFprMax: next.enforce.falsePositivesPerDay / sessionsPerDayAssumed,
    };
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

  const decide = (exchange: Exchange, judged: Verdict): Verdict => {
    const { set, facts } = policy;
    const identity = facts.identity(exchange, judged);
    fillKeys(keys, exchange, identity);
    const standing = decisions.lookup(keys, clock.monotonic());
    if (set.rules.length === 0 || standing?.action === "allow") return applyPolicy(judged, { standing, policy: basis });
    const subject = facts.subject(exchange, judged);
    const weighing = set.weigh(subject);
    const weighed = weighing.length === 0 ? judged : weigh(judged, weighing, subject.canary);
    const asked = weighed === judged ? subject : facts.subject(exchange, weighed);
    const outcome = set.decide(asked);
    recorder?.note(exchange, weighed, { subject: asked, identity, reads: set.reads });
    policy.watch(outcome, weighed, identity.session);
    return applyPolicy(weighed, { standing, rules: outcome, policy: basis });
  };

  const weigh = (judged: Verdict, rules: readonly Rule[], canary: number): Verdict => {
    const counting = rules.filter(
      (rule) => rule.mode === "enforce" || (rule.mode === "canary" && canary < rule.canary),
    );
    const watched = rules.filter((rule) => !counting.includes(rule)).map(({ name }) => name);
    const noted = watched.length === 0 ? judged : { ...judged, watched: [...judged.watched, ...watched] };
    return counting.length === 0 ? noted : judge.reweigh(noted, counting.map(signalOf));
  };

  return {
    configure,
    decisions,
    policy,
    inspect(exchange) {
      const verdict = decide(exchange, judge.inspect(exchange));
      return panic.on ? stopped(verdict) : verdict;
    },
    observe(exchange) {
      recorder?.settle(exchange);
      judge.observe(exchange);
    },
  };
}

/** What a matching rule adds to the score. */
function signalOf({ name, weight }: Rule): Signal {
  return { detector: "rule", axis: "rules", group: "rules", nats: weight, evidence: { rule: name } };
}

/** Lets pass and is noted, with what would have been done: whatever the connector and the mode, nobody is hurt. */
function stopped(verdict: Verdict): Verdict {
  if (verdict.action === "allow" || verdict.action === "log") return verdict;
  return { ...verdict, action: "log", options: { panic: true, would: verdict.action } };
}

function fillKeys(
  keys: { -readonly [Name in keyof DecisionKeys]: DecisionKeys[Name] },
  { client, request }: Exchange,
  identity: RequestIdentity,
): void {
  keys.address = client.ip;
  keys.account = request.account;
  keys.token = request.token;
  keys.session = identity.session;
  keys.cohort = identity.cohort;
  keys.fingerprint = identity.fingerprint;
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
