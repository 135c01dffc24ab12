import { afterEach, expect, test } from "vitest";
import { openPolicyRig, type PolicyRig } from "./testdata/policy-rig.ts";

let rig: PolicyRig | undefined;

afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

/** Hits three people in ten: nobody meant to. */
const bad = '- { name: bad, why: Meant for bots., when: request.path == "/popular", then: block, mode: watch }\n';
const by = { who: "ann" } as const;
const refused = (action: string): boolean => action === "block";

/** People come, forty sessions a second, three in ten to the popular page. Returns how many were refused. */
function people(on: PolicyRig, { from, seconds }: { readonly from: number; readonly seconds: number }) {
  let blocked = 0;
  let sessions = 0;
  let takenBackAfterMs = Number.POSITIVE_INFINITY;
  const start = on.clock.at;
  for (let tick = 0; tick < seconds * 40; tick++) {
    on.clock.at += 25;
    const session = from + tick;
    sessions++;
    const { action } = on.request(session, session % 10 < 3 ? "/popular" : "/other", "human");
    if (refused(action)) blocked++;
    if (on.policy.alarms.length > 0) takenBackAfterMs = Math.min(takenBackAfterMs, on.clock.at - start);
  }
  return { blocked, sessions, takenBackAfterMs };
}

test("approving a rule that hits three people in ten is refused with how many it would have hit", async () => {
  rig = await openPolicyRig(bad);
  people(rig, { from: 0, seconds: 25 });
  const approval = await rig.desk.approve("bad", by);
  expect(approval).toMatchObject({ kind: "refused" });
  expect(approval.kind === "refused" && approval.why).toContain("300 of 1000 sessions of people");
  expect(rig.desk.show("bad").step).toBe("watch");
});

test("forced, it begins with one session in a hundred and is taken back by itself within thirty seconds", async () => {
  rig = await openPolicyRig(bad);
  people(rig, { from: 0, seconds: 25 });
  expect(await rig.desk.approve("bad", { ...by, force: "yes", to: "enforce" })).toMatchObject({
    kind: "moved",
    step: "canary-1",
    forced: true,
  });
  const after = people(rig, { from: 100_000, seconds: 30 });
  expect(after.takenBackAfterMs).toBeLessThanOrEqual(30_000);
  expect(after.blocked / after.sessions).toBeLessThanOrEqual(0.005);
  expect(rig.desk.show("bad")).toMatchObject({ step: "watch", who: "guardrail" });
  expect(rig.desk.show("bad").history.at(-1)?.why).toMatch(
    /taken back by itself: it hit \d+ of \d+ sessions of people/,
  );
});

test("without the canary step three people in ten would be refused: the same count finds it", async () => {
  rig = await openPolicyRig(bad.replace("mode: watch", "mode: enforce"));
  const { blocked, sessions } = people(rig, { from: 0, seconds: 10 });
  expect(blocked / sessions).toBeCloseTo(0.3, 1);
});

test("a rule that leaves people alone goes all its steps and stays", async () => {
  rig = await openPolicyRig(bad.replace("/popular", "/trap"));
  people(rig, { from: 0, seconds: 25 });
  for (const step of ["canary-1", "canary-10", "enforce"]) {
    expect(await rig.desk.approve("bad", by)).toMatchObject({ kind: "moved", step });
    people(rig, { from: rig.clock.at % 1e9, seconds: 10 });
    for (let i = 0; i < 400; i++) rig.request(2e6 + i, "/trap", "automated");
  }
  expect(rig.policy.alarms).toEqual([]);
  expect(rig.request(3e6, "/trap", "automated").action).toBe("block");
  await expect(rig.desk.approve("bad", by)).rejects.toThrow("enforced already");
});

test("a session stays on its side of a canary", async () => {
  rig = await openPolicyRig(bad.replace("mode: watch", "mode: canary").replace("}", ", canary: 0.1 }"));
  const acted = new Set<number>();
  for (let session = 0; session < 3_000; session++) {
    const first = rig.request(session, "/popular", "unknown").action;
    expect(rig.request(session, "/popular", "unknown").action).toBe(first);
    if (refused(first)) acted.add(session);
  }
  expect(acted.size / 3_000).toBeGreaterThan(0.07);
  expect(acted.size / 3_000).toBeLessThan(0.13);
});

test("rollback puts the rules back as they were, diff and history say what changed and who did it", async () => {
  rig = await openPolicyRig(bad);
  await rig.desk.approve("bad", { ...by, to: "enforce", force: "yes" });
  expect(rig.desk.diff(2, 3)).toEqual([
    {
      rule: "bad",
      change: "changed",
      before: 'watch: request.path == "/popular" => block',
      after: 'enforce: request.path == "/popular" => block',
    },
  ]);
  rig.desk.rollback(undefined, { who: "bob" });
  expect(rig.desk.show("bad").step).toBe("watch");
  expect(rig.desk.show("bad").history.map(({ who }) => who)).toEqual(["test", "ann", "bob"]);
});

test("a rule whose time is up is retired", async () => {
  rig = await openPolicyRig(bad);
  rig.policy.move("bad", "enforce", { ...by, why: "for an hour", expiresAt: rig.clock.at + 3_600_000 });
  rig.policy.expire(rig.clock.at + 3_599_999);
  expect(rig.request(1, "/popular", "unknown").action).toBe("block");
  rig.policy.expire(rig.clock.at + 3_600_000);
  expect(rig.request(1, "/popular", "unknown").action).toBe("allow");
});

test("while panic is on nothing is done to anybody, and what would have been done is told", async () => {
  rig = await openPolicyRig(bad.replace("mode: watch", "mode: enforce"));
  rig.panic.on = true;
  expect(rig.request(1, "/popular", "automated")).toMatchObject({ action: "log", options: { would: "block" } });
  rig.panic.on = false;
  expect(rig.request(1, "/popular", "automated").action).toBe("block");
});
