import { type Hashed, policyLimits } from "#core";

/** What a guardrail saw when it gave way. */
export interface GuardrailAlarm {
  readonly rule: string;
  readonly humanSessions: number;
  readonly hit: number;
  /** The e-value; at most `alpha` of harmless rules ever come this far (Ville's inequality). */
  readonly evidence: number;
}

/** How a guardrail is set. */
export interface GuardrailOptions {
  /** Share of people's sessions that a rule may hit. */
  readonly hitShareMax: number;
  /** Chance at which a harmless rule may be taken back, over all time. */
  readonly alpha: number;
}

/** One person in a thousand, and one harmless rule in a thousand taken back. */
export const guardrailDefault: GuardrailOptions = Object.freeze({ hitShareMax: 0.001, alpha: 0.001 });

/**
 * Bets against "this rule hits at most `hitShareMax` of people's sessions". A hit multiplies the e-value by about 21, a
 * session left alone by 0.98: three early hits in ten people are enough, and a rule at its bound loses money on average.
 */
const stake = 20;

interface Watched {
  evidence: number;
  humans: number;
  hits: number;
  /** Sessions counted lately, so that a long visit is one bet; forgotten in whole when full. */
  readonly seen: Readonly<Record<"hit" | "spared", Set<Hashed>>>;
}

/**
 * Watches rules that act (or would act) for what they do to people: an e-process per rule over sessions judged human, each
 * counted once a rule. Counts matches, not only acted ones, so that a rule at 1 % of sessions is known at the speed of
 * all. Source: testing by betting (Shafer 2021; Ville's inequality).
 *
 * Evasion: automation that passes for people and walks into a rule on purpose can have it taken back. It must be judged human
 * in several sessions to do so, and what is taken back is noted, with its numbers, for somebody to read.
 */
export class Guardrail {
  readonly #options: GuardrailOptions;
  readonly #rules = new Map<string, Watched>();
  readonly #sessionsMax: number;

  constructor(
    options: GuardrailOptions = guardrailDefault,
    sessionsMax: number = policyLimits.guardrailSessionsMax.default,
  ) {
    this.#options = options;
    this.#sessionsMax = sessionsMax;
  }

  /** Counts a person's session for a rule; an alarm when the rule has to be taken back. */
  note(rule: string, session: Hashed, outcome: "hit" | "spared"): GuardrailAlarm | undefined {
    const watched = this.#watchedOf(rule);
    if (!this.#firstTime(watched.seen[outcome], session)) return undefined;
    watched.humans++;
    if (outcome === "hit") watched.hits++;
    // A session first spared and then hit is paid for as both: the bet only gets more careful.
    watched.evidence *= 1 + stake * ((outcome === "hit" ? 1 : 0) - this.#options.hitShareMax);
    if (watched.evidence < 1 / this.#options.alpha) return undefined;
    const { humans, hits, evidence } = watched;
    this.forget(rule);
    return { rule, humanSessions: humans, hit: hits, evidence };
  }

  /** Starts over: the rule changed its step or its definition. */
  forget(rule: string): void {
    this.#rules.delete(rule);
  }

  #firstTime(seen: Set<Hashed>, session: Hashed): boolean {
    if (seen.has(session)) return false;
    if (seen.size >= this.#sessionsMax) seen.clear();
    seen.add(session);
    return true;
  }

  #watchedOf(rule: string): Watched {
    let watched = this.#rules.get(rule);
    if (watched === undefined) {
      watched = { evidence: 1, humans: 0, hits: 0, seen: { hit: new Set(), spared: new Set() } };
      this.#rules.set(rule, watched);
    }
    return watched;
  }
}
