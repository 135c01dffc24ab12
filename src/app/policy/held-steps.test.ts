import { afterEach, expect, test } from "vitest";
import { openPolicyRig, type PolicyRig } from "./testdata/policy-rig.ts";

let rig: PolicyRig | undefined;
afterEach(async () => rig?.close());

/** Something that stands about session 1, whose number in decisions is one more. */
async function standing(origin: "conviction" | "operator"): Promise<PolicyRig> {
  const opened = await openPolicyRig("[]");
  const added = opened.protection.decisions.add({
    id: "stands",
    scope: "session",
    value: 2,
    action: "block",
    reason: "chosen by the test",
    origin,
    cohort: "",
    createdAt: opened.clock.at,
    expiresAt: Number.POSITIVE_INFINITY,
  });
  expect(added).toEqual({ added: true });
  return opened;
}

test("who is convicted on priors has a step with money in it held, and everything else refused", async () => {
  rig = await standing("conviction");
  expect(rig.request(1, "/giftcards/redeem", "automated")).toMatchObject({ action: "hold", basis: "prior" });
  expect(rig.request(1, "/login", "automated")).toMatchObject({ action: "block", basis: "prior" });
  expect(rig.request(2, "/giftcards/redeem", "human").action).toBe("allow");
});

test("an operator's block refuses such a step, too", async () => {
  rig = await standing("operator");
  expect(rig.request(1, "/giftcards/redeem", "automated")).toMatchObject({ action: "block", basis: "list" });
});
