import { expect, test } from "vitest";
import { measureArm } from "./measure.ts";

const size = { seed: 7, hunts: 2, samples: 64 } as const;

test("against success that is none an adversary needs ten times the experiments of a plain refusal, and gets nothing", {
  timeout: 120_000,
}, async () => {
  const refused = await measureArm("block", { ...size, experimentsMax: 100 });
  expect(refused.found).toBe(2);
  const experimentsMax = Math.ceil(refused.experimentsMean * 10);
  const faked = await measureArm("{ deceive: { as: success } }", { ...size, experimentsMax });
  expect(faked.experimentsMean).toBeGreaterThanOrEqual(refused.experimentsMean * 9.9);
  expect(faked.stoppedRate).toBeGreaterThan(0.8);
  expect(faked.leaked).toEqual([]);
});

test("an unbroken row of successes would be found out: the same adversary, the same count", {
  timeout: 120_000,
}, async () => {
  const always = await measureArm("{ deceive: { as: success, status: 200 } }", { ...size, experimentsMax: 100 });
  expect(always.stoppedRate).toBe(1);
  expect(always.found).toBe(2);
  expect(always.experimentsMean).toBeLessThan(60);
});
