import { expect, test } from "vitest";
import type { Verdict } from "#core";
import { tagNames } from "../tags/tag-names.ts";
import { heldTags, holdSensitive } from "./hold-sensitive.ts";

const refused: Verdict = {
  action: "block",
  kind: "automated",
  score: { total: 99, behaviour: 99, presentation: 10 },
  signals: [],
  rule: null,
  watched: [],
  basis: "prior",
  certifiedFpr: null,
  reference: "r",
  revision: 0,
};

test("a conviction on priors holds sensitive steps and blocks log-ins and all else", () => {
  expect(holdSensitive(refused, () => ["giftcard"]).action).toBe("hold");
  expect(holdSensitive(refused, () => ["login", "account"]).action).toBe("hold");
  expect(holdSensitive(refused, () => ["login"])).toBe(refused);
  expect(holdSensitive(refused, () => [])).toBe(refused);
});

test("what is certified, on a list or said by a rule is done as it says", () => {
  for (const basis of ["certified", "list", "rule"] as const) {
    const verdict = { ...refused, basis };
    expect(holdSensitive(verdict, () => ["giftcard"])).toBe(verdict);
  }
});

test("where nothing is refused nobody is asked for tags", () => {
  const asked = (): never => {
    throw new Error("asked");
  };
  for (const action of ["allow", "tag", "throttle"] as const) {
    const verdict = { ...refused, action };
    expect(holdSensitive(verdict, asked)).toBe(verdict);
  }
});

test("each held tag is one that endpoints carry", () => {
  for (const tag of heldTags) expect(tagNames).toContain(tag);
});
