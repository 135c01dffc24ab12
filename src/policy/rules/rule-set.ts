import { assert } from "#core";
import type { Subject, Vocabulary } from "../language/vocabulary.ts";
import { MatchLists } from "./match-lists.ts";
import type { Rule } from "./rule.ts";
import { createRuleIndex, type RuleIndex, rulesMax } from "./rule-index.ts";

/** What the rules say about one request. Reused: valid until the next call. */
export interface RuleOutcome {
  /** The first rule, allow rules before all others, that matched and may act; undefined when none did. */
  readonly acting: Rule | undefined;
  /** Every rule that matched, also those that only watch. */
  readonly matched: readonly Rule[];
}

/** Compiled packs: immutable, swapped in whole. */
export interface RuleSet {
  readonly rules: readonly Rule[];
  readonly revision: number;
  /** Everything that some condition reads: what the engine is told to keep. */
  readonly reads: ReadonlySet<string>;
  /** Evidence rules: what their matches add, asked before the score is known. */
  weigh(subject: Subject): readonly Rule[];
  /** Acting rules: first match acts, every match is noted. */
  decide(subject: Subject): RuleOutcome;
  /** Every rule that matches, whether it weighs or acts, in the order of the packs: what a run in watch mode notes. */
  matches(subject: Subject): readonly Rule[];
}

/**
 * Rules in the order of their packs. `decide` costs what the few candidate rules cost; it never throws, whatever the
 * subject holds, because conditions are total and unknown never matches.
 */
export function createRuleSet(rules: readonly Rule[], vocabulary: Vocabulary, revision: number): RuleSet {
  assert(rules.length <= rulesMax, `at most ${rulesMax} rules are loaded at once, ${rules.length} were given`);
  const weighing = rules.filter((rule) => rule.weight !== 0);
  // Allow-lists win wherever they stand: the complaint heard most about every peer is one that does not.
  const acting = [...rules.filter(allows), ...rules.filter((rule) => rule.does !== undefined && !allows(rule))];
  const weighingIndex = lazyIndex(weighing, vocabulary);
  const actingIndex = lazyIndex(acting, vocabulary);
  const wholeIndex = lazyIndex(rules, vocabulary);
  const candidates = new Uint16Array(rulesMax);
  const positions: number[] = [];
  const [weighed, acted, matched] = [new MatchLists(weighing), new MatchLists(acting), new MatchLists(rules)];
  const match = (list: readonly Rule[], index: () => RuleIndex, subject: Subject): void => {
    const count = index().candidates(subject, candidates);
    positions.length = 0;
    for (let i = 0; i < count; i++) {
      const position = candidates[i] ?? 0;
      const rule = list[position];
      if (rule !== undefined && appliesTo(rule, subject) && rule.condition.evaluate(subject) === 1)
        positions.push(position);
    }
  };
  return {
    rules,
    revision,
    reads: new Set(rules.flatMap(({ condition }) => [...condition.reads])),
    weigh(subject) {
      if (weighing.length === 0) return [];
      match(weighing, weighingIndex, subject);
      return weighed.of(positions);
    },
    decide(subject) {
      match(acting, actingIndex, subject);
      if (positions.length === 0) return nothing;
      const found = acted.of(positions);
      return { acting: found.find((rule) => enforced(rule, subject)), matched: found };
    },
    matches(subject) {
      match(rules, wholeIndex, subject);
      return matched.of(positions);
    },
  };
}

/** Built at the first question: a set that only watches never needs the index of those that act. */
function lazyIndex(rules: readonly Rule[], vocabulary: Vocabulary): () => RuleIndex {
  let index: RuleIndex | undefined;
  return () => {
    index ??= createRuleIndex(rules, vocabulary);
    return index;
  };
}

function allows(rule: Rule): boolean {
  return rule.does?.action === "allow";
}

/** No rule matched. */
export const nothing: RuleOutcome = Object.freeze({ acting: undefined, matched: [] });

function appliesTo(rule: Rule, { tags }: Subject): boolean {
  return rule.applies.length === 0 || rule.applies.some((tag) => tags.includes(tag));
}

function enforced(rule: Rule, subject: Subject): boolean {
  return rule.mode === "enforce" || (rule.mode === "canary" && subject.canary < rule.canary);
}
