import type { AnswerPlan, Exchange, Treatments } from "#core";

const plan: AnswerPlan = { status: 200, reason: "OK", headers: [], body: Buffer.from("as the origin"), framing: "length", waitMs: 0 };

/** What stands in for a plan, by the last segment of the path. */
const plans: Readonly<Record<string, () => unknown>> = {
  "plan-throw": () => {
    throw new Error("planted");
  },
  "plan-number": () => 7,
  "plan-nan": () => ({ ...plan, status: Number.NaN }),
  "plan-never": () => ({ ...plan, waitMs: Number.NaN }),
  "plan-fine": () => plan,
};

/** The stage that answers in the origin's place and learns how the origin answers, with the fault that a path names. */
export const faultyTreatments: Treatments = {
  plan: (exchange) => plans[lastSegment(exchange)]?.() as AnswerPlan | undefined,
  sampleBytes(exchange) {
    if (lastSegment(exchange) === "sample-throw") throw new Error("planted");
    return lastSegment(exchange) === "sample-nan" ? Number.NaN : 1_000;
  },
  learn(exchange) {
    if (lastSegment(exchange) === "sample-learn-throw") throw new Error("planted");
  },
};

/** What a test asks for by the end of a path. */
export function lastSegment({ request }: Exchange): string {
  return request.path.split("/").at(-1) ?? "";
}
