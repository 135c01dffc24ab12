import { afterEach, expect, test } from "vitest";
import { ask, openServiceRig, type ServiceRig } from "../../serve/testdata/service-rig.ts";
import type { Proposal } from "./list-proposals.ts";
import { propose } from "./testdata/propose.ts";

let rig: ServiceRig | undefined;
afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

async function call(
  path: string,
  body: unknown,
): Promise<{ readonly status: number; readonly json: Record<string, unknown> }> {
  if (rig === undefined) throw new Error("no gateway runs");
  const answer = await ask(
    { socketPath: rig.service.socketPath },
    {
      path: `/api/v1/${path}`,
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    },
  );
  return { status: answer.status, json: JSON.parse(answer.body) as Record<string, unknown> };
}

const waiting = async (): Promise<readonly Proposal[]> =>
  (await call("proposals/list", {})).json.proposals as readonly Proposal[];

test("a policy that Gait wrote waits with its reason, evidence, expiry and effect until somebody decides; that can be undone", async () => {
  rig = await openServiceRig();
  for (let i = 0; i < 10; i++) await ask(rig, { path: `/product/${i}` });
  const expiresAt = Date.now() + 86_400_000;
  for (const name of ["one", "two", "six"]) propose(rig, name, expiresAt);
  const before = await waiting();
  expect(before.map(({ id }) => id).sort()).toEqual(["cohort-one", "cohort-six", "cohort-two"]);
  expect(before[0]).toMatchObject({
    author: "gait",
    expiresAt,
    reason: expect.stringContaining("31 sessions"),
    evidence: expect.arrayContaining(["the pause before submit is 0.4 s in all"]),
    rule: { does: expect.stringContaining("block"), mode: "watch" },
  });
  await expect.poll(async () => (await waiting())[0]?.effect?.requests, { timeout: 20_000 }).toBe(0);

  const { policyRoom } = rig.service;
  expect((await call("proposals/decide", { ids: ["cohort-one"], decision: "approve" })).status).toBe(200);
  expect((await call("proposals/decide", { ids: ["cohort-two"], decision: "watch" })).status).toBe(200);
  expect((await call("proposals/decide", { ids: ["cohort-six"], decision: "reject" })).status).toBe(200);
  expect(await waiting()).toEqual([]);
  expect(["one", "two", "six"].map((name) => policyRoom.desk.show(`cohort-${name}`).step)).toEqual([
    "canary-1",
    "watch",
    "retired",
  ]);
  expect(
    rig.service.records.control.audit({ after: 0, limit: 1_000 }).filter(({ who }) => who === "socket"),
  ).toHaveLength(3);

  const all = { ids: ["cohort-one", "cohort-two", "cohort-six"] };
  expect((await call("proposals/decide", { ...all, decision: "undo" })).status).toBe(200);
  expect((await waiting()).map(({ id, evidence, expiresAt: until }) => [id, evidence.length > 1, until])).toEqual(
    before.map(({ id }) => [id, true, expiresAt]),
  );
});

test("a decision about many is refused whole where one of them does not wait", async () => {
  rig = await openServiceRig();
  propose(rig, "one", Date.now() + 1_000_000);
  const { status, json } = await call("proposals/decide", { ids: ["cohort-one", "cohort-none"], decision: "reject" });
  expect([status, json.error]).toEqual([404, expect.stringContaining("cohort-none")]);
  expect(await waiting()).toHaveLength(1);
  expect((await call("proposals/decide", { ids: ["cohort-none"], decision: "undo" })).status).toBe(404);
});

test("packs are listed with what they are for, and rules' words with what they mean", async () => {
  rig = await openServiceRig("policy: { packs: [carding] }\n");
  const { packs } = (await call("packs/list", {})).json as {
    packs: { name: string; enabled: boolean; rules: number; description: string }[];
  };
  expect(packs.filter(({ enabled }) => enabled).map(({ name }) => name)).toEqual(["carding"]);
  for (const pack of packs)
    expect(pack).toMatchObject({ version: expect.stringMatching(/./), description: expect.stringMatching(/\w+ \w+/) });
  expect(packs.reduce((sum, { rules }) => sum + rules, 0)).toBeGreaterThan(300);
  const { facts } = (await call("vocabulary/list", {})).json as { facts: { name: string; type: string }[] };
  expect(facts).toContainEqual(expect.objectContaining({ name: "session.requests", type: "number" }));
});
