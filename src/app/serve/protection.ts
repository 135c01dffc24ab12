import {
  type Clock,
  createRandom,
  type Exchange,
  type Guard,
  type HashKey,
  keyedHash,
  policyLimits,
  type Signal,
  type Verdict,
} from "#core";
import {
  ActionState,
  applyPolicy,
  createDecisionTable,
  type Decision,
  type DecisionKeys,
  type DecisionTable,
  holdSensitive,
  type KeptScope,
  type KeptVerdict,
  pathShape,
  type RequestIdentity,
  type Rule,
  type RuleOutcome,
  restrainDeception,
  SurgeGuard,
  type SurgeOptions,
  VerdictKeeper,
} from "#policy";
import type { Config } from "../config/config.ts";
import { parseDuration } from "../config/duration.ts";
import { ChallengeBook, type ChallengeOptions } from "../policy/challenge-book.ts";
import type { FactRecorder } from "../policy/fact-recorder.ts";
import { LateWatch, type WatchedNames } from "../policy/late-watch.ts";
import type { LivePolicy } from "../policy/open-policy.ts";
import { RefusalBook } from "../policy/refusal-book.ts";
import { WebhookNotices, type WebhookTeller } from "../policy/webhook-notice.ts";
import { applicationModes } from "./gateway-options.ts";
import type { Judge } from "./judge.ts";

/** The engine with policy behind it: what judges and decides. Lists can be changed while it judges. */
export interface Protection extends Guard {
  /** Takes the policy part of a new configuration; operators' decisions made while serving stay. */
  configure(config: Config): void;
  readonly decisions: DecisionTable;
  readonly policy: LivePolicy;
  /** Who was refused lately, by reference. */
  readonly refusals: RefusalBook;
  /** The rules that watch and matched the request observed last. Reused. */
  readonly watched: WatchedNames;
}

/** A judged request with the evidence of rules, and what those that may act said; undefined where none is loaded. */
interface ActingOutcome {
  readonly weighed: Verdict;
  readonly outcome: RuleOutcome | undefined;
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
  /** Tells of rules that acted; absent where nobody is told. */
  readonly webhooks?: WebhookTeller | undefined;
  readonly hashKey: HashKey;
}

/** False positives per day become a rate through this many judged sessions a day, until the day was counted. */
const sessionsPerDayAssumed = 10_000;

/** Wraps a judge: standing decisions win over its verdict, rules and policy turn the rest into actions. */
export function createProtection(config: Config, parts: ProtectionParts): Protection {
  const { judge, policy, clock, panic, recorder } = parts;
  const late = new LateWatch({ policy, recorder });
  const decisions = createDecisionTable();
  const state = new ActionState(parts.hashKey);
  const surge = new SurgeGuard(surgeOptions(config));
  let configured: readonly string[] = [];
  let basis = { basis: config.enforce.basis, certifiedFprMax: 0 };
  let modes = applicationModes(config);
  let behaviour = (): string => "";
  const keys: { -readonly [Name in keyof DecisionKeys]: DecisionKeys[Name] } = {
    address: "",
    session: 0,
    account: 0,
    token: 0,
    fingerprint: "",
    // Only worked out where some verdict about a behaviour stands.
    get behaviour() {
      return behaviour();
    },
    cohort: "",
  };
  const keeper = new VerdictKeeper(decisions, createRandom(parts.hashKey.k1));
  const refusals = new RefusalBook(policyLimits.refusalsMax.default);
  const challenges = new ChallengeBook(parts.hashKey);
  const notices = parts.webhooks === undefined ? undefined : new WebhookNotices(parts.webhooks);

  const configure = (next: Config): void => {
    basis = {
      basis: next.enforce.basis,
      certifiedFprMax: next.enforce.falsePositivesPerDay / sessionsPerDayAssumed,
    };
    modes = applicationModes(next);
    surge.options = surgeOptions(next);
    challenges.options = challengeOptions(next);
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
    const { facts } = policy;
    const identity = facts.identity(exchange, judged);
    fillKeys(keys, exchange, identity);
    behaviour = () => identity.fingerprint;
    const monotonic = clock.monotonic();
    const standing = decisions.lookup(keys, monotonic);
    if (standing?.action === "allow") return applyPolicy(judged, { standing, policy: basis });
    const { weighed, outcome } = askActing(exchange, judged);
    late.add(exchange.id, weighed);
    if (outcome !== undefined) policy.guard(outcome, weighed, identity.session);
    const verdict = applyPolicy(weighed, { standing, rules: outcome, policy: basis });
    const restrained =
      verdict.action === "deceive" ? restrainDeception(verdict, facts.subject(exchange, weighed).tags) : verdict;
    const settled = withinSurge(surge, exchange, state.settle(restrained, identity, monotonic));
    const acting = outcome?.acting;
    if (standing === undefined) stand(settled, acting, { exchange, monotonic });
    if (acting !== undefined && notices !== undefined && !panic.on && modes.get(exchange.application) === "enforce")
      notices.note({ exchange, verdict: settled, rule: acting, identity, now: monotonic });
    return noted(
      exchange,
      holdSensitive(settled, () => facts.subject(exchange, weighed).tags),
    );
  };
  /** Only rules that may act are asked here: those that watch wait for the answer. */
  const askActing = (exchange: Exchange, judged: Verdict): ActingOutcome => {
    const { acting: rules, facts } = policy;
    if (rules.rules.length === 0) return { weighed: judged, outcome: undefined };
    const subject = facts.subject(exchange, judged);
    const weighing = rules.weigh(subject);
    const weighed = weighing.length === 0 ? judged : weigh(judged, weighing, subject.canary);
    const outcome = rules.decide(weighed === judged ? subject : facts.subject(exchange, weighed));
    // Which version of the rules said so; a copy is worth it only where a rule said anything.
    return outcome.matched.length === 0
      ? { weighed, outcome }
      : { weighed: { ...weighed, revision: rules.revision }, outcome };
  };
  const noted = (exchange: Exchange, verdict: Verdict): Verdict => {
    if (!passing.has(verdict.action)) refusals.note(exchange.id, keys);
    return verdict;
  };
  /** A rule with a lifetime, or a convicted cohort, is stopped from its first request on until the time is up. */
  const stand = (
    verdict: Verdict,
    acting: Rule | undefined,
    { exchange, monotonic }: { readonly exchange: Exchange; readonly monotonic: number },
  ): void => {
    const passed = passing.has(verdict.action);
    // Most requests pass where nothing ever stood: then nobody needs to know what they wear.
    if (passed && !keeper.remembers) return;
    const kept = passed ? undefined : keptOf(verdict, acting, keys);
    if (!passed && kept === undefined) return;
    const presentation = keyedHash(parts.hashKey, exchange.request.userAgent + exchange.client.fingerprint.headers);
    if (kept === undefined) keeper.passed("session", keys.session, { presentation, monotonic });
    else keeper.keep({ ...kept, presentation }, { now: clock.now(), monotonic });
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
    refusals,
    inspect(exchange) {
      const decided = decide(exchange, judge.inspect(exchange));
      if (panic.on) return stopped(decided);
      return challenges.settle(exchange, decided, { session: keys.session, now: clock.monotonic() });
    },
    observe(exchange) {
      late.begin();
      judge.observe(exchange);
      late.end(exchange.id);
      recorder?.settle(exchange);
    },
    get watched() {
      return late.last;
    },
  };
}

function surgeOptions({ policy }: Config): SurgeOptions {
  const wanted = policy.events.map(({ from, to, ...rest }) => ({
    ...rest,
    from: Date.parse(from),
    to: Date.parse(to),
  }));
  return { factor: policy.surgeFactor, wanted };
}

function challengeOptions({ policy: { challenge } }: Config): ChallengeOptions | undefined {
  const validMs = challenge === undefined ? undefined : parseDuration(challenge.validFor);
  return challenge === undefined || validMs === undefined ? undefined : { bits: challenge.bits, validMs };
}

/** What passes may still have to wait where its place is asked many times as often as usual. */
function withinSurge(surge: SurgeGuard, { application, request, at }: Exchange, verdict: Verdict): Verdict {
  if (!passing.has(verdict.action)) return verdict;
  const { method, path } = request;
  const admission = surge.admit({ application, method, shape: pathShape(path), kind: verdict.kind, at });
  if (admission.admitted) return verdict;
  const { retryAfterSeconds, why } = admission;
  return { ...verdict, action: "throttle", basis: "rule", rule: why, options: { retryAfterSeconds } };
}

const passing: ReadonlySet<Verdict["action"]> = new Set(["allow", "tag", "log"]);

/** What a matching rule adds to the score. */
function signalOf({ name, weight }: Rule): Signal {
  return { detector: "rule", axis: "rules", group: "rules", nats: weight, evidence: { rule: name } };
}

/** What stands after a verdict: for whom its rule says (`stick`), or for the cohort of a conviction. */
function keptOf(
  { action, options, basis }: Verdict,
  acting: Rule | undefined,
  keys: DecisionKeys,
): Omit<KeptVerdict, "presentation"> | undefined {
  if (basis === "rule" && acting !== undefined && acting.ttlMs > 0 && action !== "throttle") {
    const scope = stickScopes.find((one) => one === options?.stick) ?? "session";
    const common = { action, options, reason: acting.name, origin: "rule", longestMs: acting.ttlMs } as const;
    return { ...common, scope, value: keys[scope], cohort: keys.cohort };
  }
  if (basis !== "prior" || action !== "block" || keys.cohort === "") return undefined;
  const reason = `cohort ${keys.cohort} was convicted`;
  return {
    action,
    reason,
    origin: "conviction",
    longestMs: 0,
    scope: "cohort",
    value: keys.cohort,
    cohort: keys.cohort,
  };
}

const stickScopes: readonly KeptScope[] = ["session", "account", "token", "behaviour", "cohort"];

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
  keys.fingerprint = client.fingerprint.ja4;
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
