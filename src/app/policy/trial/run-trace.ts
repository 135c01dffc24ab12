import { type Exchange, type Intel, readTrace, type Verdict } from "#core";
import { createEngine, type Engine, ruleVocabulary } from "#engine";
import { createRuleSet, type Rule, type RuleSet } from "#policy";
import { createTrialIntel } from "./trial-intel.ts";

/** Traces are short: an engine for one of them needs little room. */
const limits = {
  sessionsMax: 2_048,
  clientsMax: 4_096,
  endpointsMax: 512,
  addressesMax: 4_096,
  pathCacheMax: 1_024,
  userAgentsMax: 1_024,
  verdictMemoryMax: 1_024,
  applicationsMax: 8,
  factKeysMax: 512,
  factAccountsMax: 512,
};

/** A rule matched: at which exchange of the trace, from 1. */
export type Matches = ReadonlyMap<string, number>;

/** Runs traces through the real engine with rules around it, as a gateway in observe mode would. */
export interface Trial {
  /** Which rules matched, and where first. @throws GaitError `trace-syntax`. */
  run(trace: string): Matches;
}

/** Makes a trial of rules; each trace meets an engine that knows nothing. */
export function createTrial(rules: readonly Rule[]): Trial {
  const set = createRuleSet(rules, ruleVocabulary, 1);
  const intel = createTrialIntel();
  return {
    run(trace) {
      const exchanges = readTrace(trace);
      const found = new Map<string, number>();
      const engine = createTrialEngine(set, intel);
      for (const [index, exchange] of exchanges.entries()) {
        for (const { name } of matchesOf(engine, set, exchange)) if (!found.has(name)) found.set(name, index + 1);
        engine.observe(exchange);
      }
      return found;
    },
  };
}

/** An engine for trials that keeps what the rules ask about. */
export function createTrialEngine(set: RuleSet, intel: Intel): Engine {
  const engine = createEngine({ intel, limits });
  engine.facts.follow(set.reads);
  return engine;
}

/** Inspects one exchange; every rule that matches it, also those that only watch. Evidence of rules is not added. */
export function matchesOf(engine: Engine, set: RuleSet, exchange: Exchange): readonly Rule[] {
  const verdict: Verdict = engine.inspect(exchange);
  const subject = engine.facts.subject(exchange, verdict);
  const weighing = set.weigh(subject);
  const { matched } = set.decide(subject);
  return weighing.length === 0 ? matched : [...new Set([...weighing, ...matched])];
}
