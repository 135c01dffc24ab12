import { z } from "zod";
import { appLimits } from "#core";
import type { Operation } from "../operation.ts";
import { type ListedDecision, listDecision, listedDecision } from "./listed-decision.ts";

/** Which standing decisions. */
export interface ListDecisionsInput {
  /** Part of the value or the reason. */
  readonly contains?: string | undefined;
  readonly action?: string | undefined;
}

/** What stands, the newest last. */
export interface ListDecisionsOutput {
  readonly total: number;
  readonly decisions: readonly ListedDecision[];
}

/** `decisions.list`: what stands. */
export const listDecisions: Operation<ListDecisionsInput, ListDecisionsOutput> = {
  name: "decisions.list",
  summary: "Standing decisions: who is blocked or allowed, by whom, until when.",
  effect: "read",
  permission: "look",
  example: {},
  input: z.strictObject({
    contains: z.string().max(200).optional().meta({ description: "Part of the value or the reason." }),
    action: z.string().max(20).optional().meta({ description: "block, allow, …" }),
  }),
  output: z.strictObject({ total: z.number(), decisions: z.array(listedDecision) }),
  handle({ service }, { contains, action }) {
    const fitting = service.protection.decisions
      .list()
      .filter((one) => action === undefined || one.action === action)
      .filter((one) => contains === undefined || `${one.value} ${one.reason}`.includes(contains));
    const shown = fitting.slice(-appLimits.decisionsListedMax.default);
    return { total: fitting.length, decisions: shown.map((one) => listDecision(one, performance.now())) };
  },
};
