import { afterEach, expect, test } from "vitest";
import type { CohortView } from "#engine";
import { type AutomaticMode, createAutomaticPolicies } from "./automatic-policies.ts";
import { openPolicyRig, type PolicyRig } from "./testdata/policy-rig.ts";

let rig: PolicyRig | undefined;

afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

const cohort = {
  key: 123_456,
  grouping: "look",
  application: "shop",
  sessions: 31,
  addresses: 29,
  countries: 7,
  addressSample: [],
  firstSeen: 0,
  lastSeen: 0,
  nats: 16,
  needed: 13.8,
  state: "convicted",
  conviction: { purity: 1, certifiedFpr: null, missing: 9, evidence: ["no session page", "one pause"] },
} as unknown as CohortView;
const name = `cohort-${(123_456).toString(36)}`;

async function written(mode: AutomaticMode, cohorts: readonly CohortView[] = [cohort]) {
  rig = await openPolicyRig("- { name: x, why: b, when: 'false', then: block }");
  const { policy, desk, clock } = rig;
  const automatic = createAutomaticPolicies({ cohorts: () => cohorts, policy, desk, clock, modeOf: () => mode });
  return { rig, automatic, names: await automatic.look() };
}

test("a conviction's policy waits in the queue, watching, with its case, and is retired after a week", async () => {
  const { rig: on, automatic, names } = await written("review");
  expect(names).toEqual([name]);
  expect(on.desk.show(name)).toMatchObject({ step: "watch", who: "gait", expiresAt: on.clock.at + 7 * 86_400_000 });
  expect(on.desk.show(name).history.at(0)?.why).toContain("one pause");
  expect(await automatic.look()).toEqual([]);
  on.policy.expire(on.clock.at + 7 * 86_400_000);
  expect(on.desk.show(name).step).toBe("retired");
});

test("as configured it goes straight to one session in a hundred, or is not written at all", async () => {
  const { rig: on } = await written("canary");
  expect(on.desk.show(name).step).toBe("canary-1");
  await on.close();
  expect((await written("off")).names).toEqual([]);
});

test("one attack is one policy, and a grouping that convicts it later gets its own", async () => {
  const addressSample = ["192.0.2.1", "192.0.2.2"];
  const cohorts: CohortView[] = [
    { ...cohort, addressSample },
    { ...cohort, key: 7, grouping: "stack", addressSample },
  ];
  const { rig: on, automatic, names } = await written("review", cohorts);
  expect(names).toEqual([name]);
  expect(on.desk.show(name).when).toContain(`cohort.name in ["${(123_456).toString(36)}", "7"]`);
  cohorts.push({ ...cohort, key: 8, grouping: "context", addressSample });
  expect(await automatic.look()).toEqual(["cohort-8"]);
});

test("a cohort that was only judged writes nothing", async () => {
  expect((await written("review", [{ ...cohort, state: "judged" }])).names).toEqual([]);
});
