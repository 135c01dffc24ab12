export { type Condition, compileCondition } from "./language/compile.ts";
export { createLanguage, type Language } from "./language/language.ts";
export { ConditionProblem } from "./language/problem.ts";
export {
  fixedSubject,
  type Layout,
  layoutOf,
  numberNames,
  placeOfCall,
  type SpokenSignal,
  type Subject,
  type Truth,
  type Variable,
  type Vocabulary,
  type WordFunction,
} from "./language/vocabulary.ts";
export { type PackProblem, type PackResult, readPack } from "./rules/read-pack.ts";
export type { Place, Rule, RuleAction, RuleMode, RuleOverride, RulePlaces } from "./rules/rule.ts";
export { createRuleSet, nothing as noRules, type RuleOutcome, type RuleSet } from "./rules/rule-set.ts";
export type { FactMoment, RequestIdentity, RuleFacts } from "./facts/rule-facts.ts";
export type { Decision, DecisionKeys, DecisionScope } from "./decisions/decision.ts";
export { type AddResult, createDecisionTable, type DecisionTable } from "./decisions/decision-table.ts";
export { drawLifetime, type LifetimeBounds, lifetimeDefault, nextLifetime } from "./decisions/lifetime.ts";
export {
  type AgentAction,
  type AgentRequest,
  type AgentStanding,
  chooseLane,
  type Lane,
  type LaneDecision,
  sensitiveTags,
} from "./agents/lanes.ts";
export { type AgentConduct, AgentObedience } from "./agents/obedience.ts";
export { type Preset, type PresetName, presets } from "./agents/presets.ts";
export { parseContentUsage, parseRobots, type Robots, type RobotsLimits, renderContentUsage } from "./agents/robots.ts";
export { applyPolicy, type PolicyBasis, type PolicyInputs } from "./enforcement/apply-policy.ts";
export {
  type ActionDecision,
  convictsAlone,
  decideAction,
  type EnforcementBasis,
  isPersonaProof,
  personaProofNats,
} from "./enforcement/decide-action.ts";
export { holdSensitive } from "./enforcement/hold-sensitive.ts";
export { Guardrail, type GuardrailAlarm, guardrailDefault, type GuardrailOptions } from "./life/guardrail.ts";
export {
  canaryShares,
  definitionOf,
  type LifeStep,
  modeOf,
  nextStep,
  type RuleState,
  stepOf,
  withState,
} from "./life/rule-state.ts";
export { guessTags } from "./tags/guess-tags.ts";
export { type Tag, tagNames, tags } from "./tags/tag-names.ts";
export { AnswerBook, type AnswerPlace, type AnswerWish, type MadeAnswer } from "./deception/answer-book.ts";
export { type AnswerTemplate, learnTemplate } from "./deception/answer-template.ts";
export { DecoyLedger, type DecoyOrigin } from "./deception/decoy-ledger.ts";
export { pathShape } from "./deception/path-shape.ts";
export { restrainDeception } from "./deception/restrain-deception.ts";
export { ActionState, type ActionSubject } from "./enforcement/action-state.ts";
export { type Rate, TokenBuckets } from "./enforcement/token-buckets.ts";
export { type KeeperTime, type KeptScope, type KeptVerdict, VerdictKeeper } from "./decisions/verdict-keeper.ts";
export {
  type Admission,
  SurgeGuard,
  type SurgeOptions,
  type SurgeRequest,
  type WantedSurge,
} from "./surge/surge-guard.ts";
