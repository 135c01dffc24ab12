import { z } from "zod";
import type { Service } from "../../serve/service.ts";
import { type Operation, OperationFault } from "../operation.ts";
import { policyFault } from "../policies/policy-fault.ts";
import { proposer, waitingIn } from "./list-proposals.ts";

/** Which proposals, and what becomes of them. */
export interface DecideProposalsInput {
  readonly ids: readonly string[];
  readonly decision: "approve" | "watch" | "reject" | "undo";
}

/** `proposals.decide`: one decision about one proposal or many. */
export const decideProposals: Operation<DecideProposalsInput, { readonly decided: readonly string[] }> = {
  name: "proposals.decide",
  summary:
    "Approve proposals (one session in a hundred, behind their backtest), keep them watching, reject them, or take the decision back.",
  effect: "write",
  permission: "operate",
  example: { ids: ["auto-1k2j3"], decision: "approve" },
  input: z.strictObject({
    ids: z.array(z.string().min(1).max(200)).min(1).max(200).meta({ description: "Names of the proposals." }),
    decision: z.enum(["approve", "watch", "reject", "undo"]).meta({ description: "What becomes of them." }),
  }),
  output: z.strictObject({ decided: z.array(z.string()) }),
  async handle({ service, caller }, { ids, decision }) {
    // All or none: a decision about many that stops half way is one that nobody made.
    const waiting = new Set(waitingIn(service).map(({ name }) => name));
    for (const id of ids)
      if (decision !== "undo" && !waiting.has(id))
        throw new OperationFault("not-found", `${JSON.stringify(id)}: no proposal of that name waits`);
    const decided: string[] = [];
    try {
      for (const id of ids) {
        await decideOne(service, { id, decision, who: caller.name });
        decided.push(id);
      }
    } catch (error) {
      const fault = policyFault(error);
      if (!(fault instanceof OperationFault) || decided.length === 0) throw fault;
      throw new OperationFault(fault.kind, `${fault.message} (decided before that: ${decided.join(", ")})`);
    }
    return { decided };
  },
};

async function decideOne(
  service: Service,
  {
    id,
    decision,
    who,
  }: { readonly id: string; readonly decision: DecideProposalsInput["decision"]; readonly who: string },
): Promise<void> {
  const { desk, policy } = service.policyRoom;
  if (decision === "approve") {
    const approval = await desk.approve(id, { who, to: "canary-1" });
    if (approval.kind === "refused") throw new OperationFault("conflict", `${id}: ${approval.why}`);
  } else if (decision === "watch") policy.move(id, "watch", { who, why: "kept watching", expiresAt: undefined });
  else if (decision === "reject") desk.reject(id, { who });
  else undo(service, id);
}

/** Puts a proposal back as it was written. */
function undo({ policyRoom }: Service, id: string): void {
  const { policy } = policyRoom;
  const written = policy.ledger
    .versions()
    .map(({ states }) => states[id])
    .findLast((state) => state?.who === proposer && state.mode === "watch");
  if (written === undefined)
    throw new OperationFault("not-found", `${JSON.stringify(id)}: Gait wrote no proposal of that name`);
  policy.move(id, "watch", { who: proposer, why: written.why, expiresAt: written.expiresAt });
}
