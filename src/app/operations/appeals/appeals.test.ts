import { afterEach, expect, test } from "vitest";
import { ask, openServiceRig, type ServiceRig } from "../../serve/testdata/service-rig.ts";
import type { Appeal } from "./appeal.ts";

let rig: ServiceRig | undefined;
afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

async function call<Body>(
  path: string,
  body: unknown,
  as?: string,
): Promise<{ readonly status: number; readonly json: Body }> {
  const { service } = rig as ServiceRig;
  const headers = { "content-type": "application/json", ...(as === undefined ? {} : { "x-gait-as": `desk:${as}` }) };
  const answer = await ask(
    { socketPath: service.socketPath },
    { path: `/api/v1/${path}`, method: "POST", headers, body: JSON.stringify(body) },
  );
  return { status: answer.status, json: JSON.parse(answer.body) as Body };
}

const open = async (): Promise<readonly Appeal[]> =>
  (await call<{ appeals: readonly Appeal[] }>("appeals/list", { state: "open" }, "support")).json.appeals;

test("whoever was stopped by mistake appeals by the reference, support lets them through, and that can be undone", async () => {
  rig = await openServiceRig("mode: enforce\n");
  await call("decisions/add", { value: "127.0.0.0/8", action: "block", reason: "a whole network", for: "2h" });
  const refused = await ask(rig, { path: "/pay" });
  expect(refused.status).toBe(403);
  const reference = String(refused.headers["x-request-id"]);
  const text = "I only wanted to pay.";
  const made = await call<Appeal>("appeals/add", { reference, text, contact: "ann@example.org" }, "support");
  expect([made.status, made.json]).toMatchObject([200, { ip: "127.0.0.1", state: "open", text }]);
  expect((await call("appeals/add", { reference }, "support")).status).toBe(409);
  const [{ id } = { id: "" }] = await open();
  expect((await call("appeals/decide", { id, decision: "accept" }, "viewer")).status).toBe(403);

  expect((await call<Appeal>("appeals/decide", { id, decision: "accept" }, "support")).json).toMatchObject({
    state: "accepted",
    decidedBy: "socket:desk",
  });
  expect((await ask(rig, { path: "/pay" })).status).toBe(200);
  expect(await open()).toEqual([]);
  expect((await call("appeals/decide", { id, decision: "decline" }, "support")).status).toBe(409);

  expect((await call<Appeal>("appeals/decide", { id, decision: "undo" }, "support")).json.state).toBe("open");
  expect((await ask(rig, { path: "/pay" })).status).toBe(403);
  const [standing] = rig.service.protection.decisions.list();
  expect(standing).toMatchObject({ value: "127.0.0.0/8", reason: "a whole network" });
  expect((standing?.expiresAt ?? 0) - performance.now()).toBeLessThanOrEqual(2 * 3_600_000);

  expect((await call<Appeal>("appeals/decide", { id, decision: "decline" }, "support")).json.state).toBe("declined");
  expect((await ask(rig, { path: "/pay" })).status).toBe(403);
  const { control } = rig.service.records;
  const operations = control.audit({ after: 0, limit: 100 }).map(({ operation }) => operation);
  expect(operations.filter((name) => name.startsWith("appeals."))).toHaveLength(6);
});

test("where nothing stands but rules or scores, accepting makes an exception that ends", async () => {
  rig = await openServiceRig("mode: enforce\n");
  const seen = await ask(rig, { path: "/pay" });
  const { json } = await call<Appeal>("appeals/add", { reference: String(seen.headers["x-request-id"]) });
  await call("appeals/decide", { id: json.id, decision: "accept", allowFor: "7d" });
  const [exception] = rig.service.protection.decisions.list();
  expect(exception).toMatchObject({ action: "allow", value: "127.0.0.1" });
  expect(Number(exception?.expiresAt) - performance.now()).toBeLessThanOrEqual(7 * 86_400_000);
  await call("appeals/decide", { id: json.id, decision: "undo" });
  expect(rig.service.protection.decisions.size).toBe(0);
});

test("a reference that no request has is refused, and so is a decision about no appeal", async () => {
  rig = await openServiceRig();
  expect((await call("appeals/add", { reference: "made-up" })).status).toBe(404);
  expect((await call("appeals/decide", { id: "made-up", decision: "accept" })).status).toBe(404);
});
