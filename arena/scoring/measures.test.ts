import { expect, test } from "vitest";
import { retoolCurve } from "./retooling.ts";
import { areaUnderCurve } from "./told-apart.ts";

const attempt = (knob: string, succeeded: number): { knob: string; tool: string; sent: number; succeeded: number } => ({
  knob,
  tool: "curl",
  sent: 6,
  succeeded,
});

test("a retooling adversary is followed from the first batch that was mostly stopped", () => {
  const curve = retoolCurve([
    attempt("as it came", 6),
    attempt("agent", 1),
    attempt("headers", 0),
    attempt("program", 6),
  ]);
  expect(curve).toMatchObject({ experiments: 4, firstStopped: 2, survival: [1, 0], sentAfter: 12, succeededAfter: 6 });
  expect(curve.cameThrough).toEqual(["program"]);
  expect(retoolCurve([attempt("as it came", 6)])).toMatchObject({ firstStopped: null, survival: [] });
});

test("the area under the curve is a half for the same and one for what is always more", () => {
  expect(areaUnderCurve([1, 2, 3], [1, 2, 3])).toBeCloseTo(0.5, 9);
  expect(areaUnderCurve([403, 403], [401, 401, 401])).toBe(1);
  expect(areaUnderCurve([1], [2])).toBe(0);
});
