import type { AnswerPlan, Treatments } from "#core";
import type { EdgeCounters } from "./counters.ts";

/**
 * Treatments whose faults stop here: one that throws, or plans what is no answer, costs nobody an exchange. The plain
 * refusal stands in for its answer, what it would have learned is not learned, and each fault is counted.
 */
export function containTreatments(treatments: Treatments, counters: EdgeCounters): Treatments {
  const contained = <Result>(run: () => Result, instead: Result): Result => {
    try {
      return run();
    } catch {
      counters.reason("treatment-threw");
      return instead;
    }
  };
  return {
    plan(exchange, verdict) {
      const plan = contained(() => treatments.plan(exchange, verdict), undefined);
      if (plan === undefined || isPlan(plan)) return plan;
      counters.reason("treatment-bad");
      return undefined;
    },
    sampleBytes(exchange, status) {
      const bytes = contained(() => treatments.sampleBytes(exchange, status), -1);
      return Number.isSafeInteger(bytes) ? bytes : -1;
    },
    learn(exchange, seen) {
      contained(() => treatments.learn(exchange, seen), undefined);
    },
  };
}

/** Whether it can be put on the wire and ends: types say so, but what is made from learned data is looked at once more. */
function isPlan(plan: AnswerPlan): boolean {
  if (typeof plan !== "object" || plan === null) return false;
  const { status, waitMs, body, headers } = plan;
  const isFinal = Number.isInteger(status) && status >= 200 && status <= 599;
  return isFinal && Number.isFinite(waitMs) && body instanceof Uint8Array && Array.isArray(headers);
}
