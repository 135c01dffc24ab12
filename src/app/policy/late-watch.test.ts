import { afterEach, expect, test } from "vitest";
import { openPolicyRig, type PolicyRig } from "./testdata/policy-rig.ts";

let rig: PolicyRig | undefined;

afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

const rules = (mode: string): string => `
- { name: popular, why: b, when: request.path == "/popular", then: block, mode: ${mode} }
- { name: every, why: b, when: session.number >= 0, then: tag }
`;

test("a rule that watches is asked with the answer and never before, one that acts is asked before the verdict", async () => {
  rig = await openPolicyRig(rules("watch"));
  expect(rig.request(1, "/popular", "human")).toMatchObject({ action: "allow", rule: null, watched: [] });
  expect(rig.protection.watched.names).toEqual(["popular", "every"]);
  expect(rig.policy.tally("popular")).toEqual({ matched: 1, acted: 0 });

  rig.policy.move("popular", "enforce", { who: "ann", why: "test" });
  expect(rig.request(2, "/popular", "human")).toMatchObject({ action: "block", rule: "popular" });
  expect(rig.protection.watched.names).toEqual(["every"]);
  expect(rig.policy.tally("popular")).toEqual({ matched: 2, acted: 1 });
});

test("what was said of one request is not said of the next, and an answer nobody waits for says nothing", async () => {
  rig = await openPolicyRig('- { name: popular, why: b, when: request.path == "/popular", then: block }\n');
  rig.request(1, "/popular", "human");
  expect(rig.protection.watched).toEqual({ names: ["popular"], revision: rig.policy.set.revision });
  rig.request(1, "/other", "human");
  expect(rig.protection.watched.names).toEqual([]);
});
