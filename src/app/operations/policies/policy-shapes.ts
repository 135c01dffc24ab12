import { z } from "zod";
import type { ListedRule } from "../../policy/policy-desk.ts";

/** A rule as the console and other programs see it. */
export interface PolicyRule {
  readonly name: string;
  readonly why: string;
  readonly when: string;
  /** An action with its options, or "weight N". */
  readonly does: string;
  readonly mode: "watch" | "canary" | "enforce" | "retired";
  readonly step: string;
  readonly tags: readonly string[];
  readonly applies: readonly string[];
  readonly pack: string;
  readonly author: string;
  readonly changedAt: number | null;
  readonly expiresAt: number | null;
  readonly matched: number;
  readonly acted: number;
  readonly version: number;
}

/** Its schema. */
export const policyRule: z.ZodType<PolicyRule> = z.strictObject({
  name: z.string(),
  why: z.string(),
  when: z.string(),
  does: z.string(),
  mode: z.enum(["watch", "canary", "enforce", "retired"]),
  step: z.string(),
  tags: z.array(z.string()),
  applies: z.array(z.string()),
  pack: z.string(),
  author: z.string(),
  changedAt: z.number().nullable(),
  expiresAt: z.number().nullable(),
  matched: z.number(),
  acted: z.number(),
  version: z.number(),
}) as unknown as z.ZodType<PolicyRule>;

/** Maps a rule of the desk; `version` is the newest of the rules. */
export function policyRuleOf(rule: ListedRule, version: number): PolicyRule {
  const { name, why, when, step, tags, applies, pack, who, at, expiresAt, matched, acted } = rule;
  const mode = step === "canary-1" || step === "canary-10" ? "canary" : step;
  return {
    name,
    why,
    when,
    does: rule.does,
    mode,
    step,
    tags,
    applies,
    pack,
    author: who === "" ? pack : who,
    changedAt: at,
    expiresAt,
    matched,
    acted,
    version,
  };
}
