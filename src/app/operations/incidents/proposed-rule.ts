import { writePolicy } from "#analyst";
import { convictedOf } from "../../policy/automatic-policies.ts";
import type { OperationContext } from "../operation-context.ts";

/** A rule for an incident that somebody may look over, try and keep. It begins by watching. */
export interface ProposedRule {
  readonly name: string;
  readonly why: string;
  readonly when: string;
  readonly does: string;
  readonly mode: "watch";
}

/** The rule there is for convicted cohorts, or the one that Gait would write. */
export function ruleFor(
  { service }: OperationContext,
  cohorts: readonly string[],
): { readonly proposal: ProposedRule | null; readonly rule: string | null } {
  const none = { proposal: null, rule: null };
  const [found, ...twins] = service.engine
    .cohorts()
    .filter((one) => one.conviction !== undefined && cohorts.includes(one.key.toString(36)));
  if (found === undefined) return none;
  const written = writePolicy(convictedOf(found, twins));
  if (written === undefined) return none;
  if (service.policyRoom.policy.set.rules.some(({ name }) => name === written.name))
    return { proposal: null, rule: written.name };
  const [rule] = JSON.parse(written.text) as readonly { readonly when: string; readonly then: unknown }[];
  if (rule === undefined) return none;
  const does = typeof rule.then === "string" ? rule.then : JSON.stringify(rule.then);
  return { proposal: { name: written.name, why: written.reason, when: rule.when, does, mode: "watch" }, rule: null };
}
