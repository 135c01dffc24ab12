import type { AnswerPlan } from "#core";
import { FieldsDraft, field, fieldIdOf, type RequestHead } from "#wire";
import type { LocalAnswer } from "./answers.ts";

/**
 * A planned answer as a client stream takes it. Everything that frames it is ours: a learned header that would frame,
 * route or name another request is dropped, and Date is today's.
 */
export function createPlanned(plan: AnswerPlan, head: RequestHead): LocalAnswer {
  const draft = new FieldsDraft();
  for (const [name, value] of plan.headers) {
    const id = fieldIdOf(name);
    if (id !== field.other && (id <= field.semanticLast || id === field.xRequestId)) continue;
    draft.push(name, id === field.date ? new Date().toUTCString() : value, { id, hash: 0 });
  }
  const isHead = head.method === "HEAD";
  return {
    head: {
      status: plan.status,
      reason: plan.reason,
      minor: 1,
      fields: draft,
      framing: isHead ? "none" : plan.framing,
      contentLength: plan.framing === "length" ? plan.body.length : -1,
      persistent: true,
      nominated: [],
    },
    body: isHead ? Buffer.alloc(0) : Buffer.from(plan.body),
  };
}
