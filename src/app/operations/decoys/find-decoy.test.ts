import { afterEach, expect, test } from "vitest";
import { ask, openServiceRig, type ServiceRig } from "../../serve/testdata/service-rig.ts";

let rig: ServiceRig | undefined;
afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

test("a decoy that turns up again, alone or in a line of a log, names the answer and the account that it was given to", async () => {
  rig = await openServiceRig();
  const { service } = rig;
  service.policyRoom.treatments.decoys.add(["GC7K2M9QX4"], { reference: "r-1", at: 1_000, actor: 42 });
  const find = async (value: string): Promise<{ readonly status: number; readonly body: unknown }> => {
    const asked = { path: "/api/v1/decoys/find", method: "POST", headers: { "content-type": "application/json" } };
    const answer = await ask({ socketPath: service.socketPath }, { ...asked, body: JSON.stringify({ value }) });
    return { status: answer.status, body: JSON.parse(answer.body) };
  };
  const given = { status: 200, body: { reference: "r-1", at: 1_000, account: "42" } };
  expect(await find("GC7K2M9QX4")).toEqual(given);
  expect(await find("POST /redeem?card=GC7K2M9QX4 200")).toEqual(given);
  expect((await find("GC7K2M9QX5")).status).toBe(404);
  expect((await find("short")).status).toBe(400);
});
