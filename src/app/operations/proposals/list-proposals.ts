import { z } from "zod";
import type { ListedRule } from "../../policy/policy-desk.ts";
import type { Service } from "../../serve/service.ts";
import type { Operation } from "../operation.ts";
import { type BacktestedRule, backtestedRule } from "../policies/backtest-policy.ts";
import { effectsOf } from "./proposal-effects.ts";

/** A rule that Gait wrote and nobody has decided about. */
export interface Proposal {
  readonly id: string;
  readonly rule: {
    readonly name: string;
    readonly why: string;
    readonly when: string;
    readonly does: string;
    readonly tags: readonly string[];
    readonly applies: readonly string[];
    readonly mode: "watch";
  };
  readonly reason: string;
  readonly evidence: readonly string[];
  readonly author: string;
  readonly at: number;
  readonly expiresAt: number | null;
  /** What it would have done to the stored requests; null until that is known. */
  readonly effect: BacktestedRule | null;
}

/** Who writes proposals; a rule that somebody else moved is decided. */
export const proposer = "gait";
const folder = "proposals";

/** `proposals.list`: the review queue. */
export const listProposals: Operation<Readonly<Record<string, never>>, { readonly proposals: readonly Proposal[] }> = {
  name: "proposals.list",
  summary:
    "Rules that Gait wrote from convictions and that wait for somebody's decision, with what each would have done.",
  effect: "read",
  permission: "look",
  example: {},
  input: z.strictObject({}) as z.ZodType<Readonly<Record<string, never>>>,
  output: z.strictObject({
    proposals: z.array(
      z.strictObject({
        id: z.string(),
        rule: z.strictObject({
          name: z.string(),
          why: z.string(),
          when: z.string(),
          does: z.string(),
          tags: z.array(z.string()),
          applies: z.array(z.string()),
          mode: z.literal("watch"),
        }),
        reason: z.string(),
        evidence: z.array(z.string()),
        author: z.string(),
        at: z.number(),
        expiresAt: z.number().nullable(),
        effect: backtestedRule.nullable(),
      }),
    ),
  }) as unknown as z.ZodType<{ readonly proposals: readonly Proposal[] }>,
  handle({ service }) {
    const waiting = waitingIn(service);
    const effects = effectsOf(
      service,
      waiting.map(({ name }) => name),
    );
    return {
      proposals: waiting.map((rule): Proposal => {
        const { name, when, does, tags, applies, at, expiresAt } = rule;
        const [reason = rule.why, ...evidence] = saidWhy(service, name).split(" | ");
        return {
          id: name,
          rule: { name, why: rule.why, when, does, tags, applies, mode: "watch" },
          reason,
          evidence,
          author: proposer,
          at: at ?? 0,
          expiresAt,
          effect: effects.get(name) ?? null,
        };
      }),
    };
  },
};

/** Rules that Gait wrote, that watch, and that nobody has moved. */
export function waitingIn({ policyRoom }: Service): readonly ListedRule[] {
  const { policy, desk } = policyRoom;
  const files = new Set(
    policy.files
      .filter(({ file }) => file.startsWith(`${folder}/`))
      .map(({ file }) => file.slice(folder.length + 1, -".yaml".length)),
  );
  return desk.list().filter(({ name, step, who }) => files.has(name) && step === "watch" && who === proposer);
}

/** Why it was written, as it stands in the history. */
export function saidWhy({ policyRoom }: Service, name: string): string {
  return policyRoom.policy.stateOf(name)?.why ?? "";
}
