import { expect, test } from "vitest";
import { aucMaxDefault, type Observation, type TwoSampleResult, tellApart } from "#analyst";
import { openTelegraphRig } from "./testdata/telegraph-rig.ts";

const learnFirst = 300;

/** Organic and stopped answers in turns, so that a busy moment hits both alike. */
async function compare(then: string, pairs: number): Promise<TwoSampleResult> {
  const rig = await openTelegraphRig(then);
  try {
    for (let i = 0; i < learnFirst; i++) await rig.observe("organic");
    const organic: Observation[] = [];
    const stopped: Observation[] = [];
    for (let i = 0; i < pairs; i++) {
      const first = i % 2 === 0 ? "organic" : "stopped";
      for (const kind of [first, first === "organic" ? "stopped" : "organic"] as const) {
        (kind === "organic" ? organic : stopped).push(await rig.observe(kind));
      }
    }
    return tellApart(organic, stopped, 11);
  } finally {
    await rig.close();
  }
}

test("2,000 stopped and 2,000 organic failures cannot be told apart", { timeout: 240_000 }, async () => {
  const { auc, by } = await compare("{ deceive: { as: failure } }", 2_000);
  console.log(`stopped against organic: AUC ${auc.toFixed(3)} (${by.slice(0, 3).join(", ")})`);
  expect(auc).toBeLessThanOrEqual(aucMaxDefault);
});

test("the plain refusal, which tells, is found by the same lint", { timeout: 120_000 }, async () => {
  expect((await compare("block", 150)).auc).toBeGreaterThan(0.99);
});
