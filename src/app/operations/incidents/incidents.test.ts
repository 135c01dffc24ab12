import { afterEach, expect, test } from "vitest";
import { ask, openServiceRig, type ServiceRig } from "../../serve/testdata/service-rig.ts";
import { operationNamed } from "../operation-table.ts";
import { permissionsOf } from "../permissions.ts";
import { runOperation } from "../run-operation.ts";

let rig: ServiceRig | undefined;
afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

async function run(name: string, input: unknown): Promise<unknown> {
  const operation = operationNamed(name);
  if (operation === undefined || rig === undefined) throw new Error(`${name} is not there`);
  const caller = { name: "ann", role: "analyst", permissions: permissionsOf.analyst } as const;
  return runOperation(operation, input, { service: rig.service, caller });
}

test("an incident is assigned, noted upon, muted and resolved, and each step is in the audit log", async () => {
  rig = await openServiceRig();
  await ask(rig, { path: "/" });
  rig.service.incidents.replace({
    id: "inc-h",
    cohort: "h",
    application: "default",
    grouping: "behaviour",
    openedAt: Date.now(),
    lastSeen: Date.now(),
    sessions: 12,
    reasons: ["they never bring a cookie back"],
    state: "open",
    resolvedBy: "",
    assignee: null,
    notes: [],
  });
  expect(await run("overview", {})).toMatchObject({ incidents: { open: 1 } });
  expect(await run("incidents.list", { state: "open" })).toMatchObject({
    incidents: [{ id: "inc-h", severity: "low" }],
  });
  await run("incidents.update", { id: "inc-h", assign: "ben", note: "as last week", link: "https://example.org/x" });
  const detail = await run("incidents.get", { id: "inc-h" });
  expect(detail).toMatchObject({
    assignee: "ben",
    where: ["cohort:h"],
    notes: [{ by: "ann", text: "as last week", link: "https://example.org/x" }],
  });
  await run("incidents.update", { id: "inc-h", state: "resolved" });
  expect(await run("incidents.list", { state: "open" })).toEqual({ incidents: [] });
  const audit = rig.service.records.control.audit({ after: 0, limit: 100 });
  expect(audit.filter(({ operation }) => operation === "incidents.update")).toHaveLength(2);
  await expect(run("incidents.update", { id: "inc-h", link: "javascript:alert(1)" })).rejects.toThrow(/link/);
  await expect(run("incidents.get", { id: "inc-x" })).rejects.toThrow(/no such incident/);
});
