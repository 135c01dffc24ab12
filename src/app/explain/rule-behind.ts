import type { PolicyDesk } from "../policy/policy-desk.ts";
import type { SeenVerdict } from "../serve/recent-verdicts.ts";
import type { RuleSaying } from "./explanation.ts";

/** The rule that decided about a request, as it stands now; undefined where none did or where it is gone. */
export function ruleBehind({ basis, rule }: SeenVerdict, desk: Pick<PolicyDesk, "list">): RuleSaying | undefined {
  if (basis !== "rule" || rule === null) return undefined;
  const found = desk.list().find(({ name }) => name === rule);
  if (found === undefined) return undefined;
  const { name, pack, packVersion, why, when, does, step } = found;
  return { name, pack, packVersion, why, when, does, step };
}
