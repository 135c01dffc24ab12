import { afterEach, expect, test } from "vitest";
import type { KeptIncident } from "../../incidents/incident-book.ts";
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

function incident(id: string, cohort: string): KeptIncident {
  return {
    id,
    cohorts: [cohort],
    application: "default",
    attack: "",
    openedAt: Date.now(),
    lastSeen: Date.now(),
    sessions: 12,
    reasons: ["they never bring a cookie back"],
    state: "open",
    resolvedBy: "",
    assignee: null,
    notes: [],
  };
}

test("incidents that are one attack become one, with the cohorts and notes of all, and that is in the audit log", async () => {
  rig = await openServiceRig();
  const { incidents, records } = rig.service;
  const note = { at: 5, by: "ben", text: "the same wordlist", link: null };
  for (const one of [incident("inc-a", "a"), { ...incident("inc-b", "b"), attack: "stuffing", notes: [note] }]) {
    records.control.change({ at: 1, who: "gait", operation: "incidents.open", subject: "{}" }, [
      { collection: "incidents", id: one.id, body: one },
    ]);
    incidents.replace(one);
  }
  await expect(run("incidents.merge", { id: "inc-a", others: ["inc-a"] })).rejects.toThrow(/part of itself/);
  await expect(run("incidents.merge", { id: "inc-a", others: ["inc-x"] })).rejects.toThrow(/no such incident/);
  expect(await run("incidents.merge", { id: "inc-a", others: ["inc-b"] })).toMatchObject({
    id: "inc-a",
    cohorts: ["a", "b"],
    where: ["cohort:a", "cohort:b"],
    goal: "credential stuffing",
    threats: ["OAT-008"],
    severity: "medium",
    notes: [note],
  });
  expect(records.control.documents("incidents").map(({ id }) => id)).toEqual(["inc-a"]);
  expect(incidents.list().map(({ id }) => id)).toEqual(["inc-a"]);
  const audit = records.control.audit({ after: 0, limit: 100 });
  expect(audit.filter(({ operation }) => operation === "incidents.merge")).toHaveLength(1);
});

test("an incident is assigned, noted upon, muted and resolved, and each step is in the audit log", async () => {
  rig = await openServiceRig();
  await ask(rig, { path: "/" });
  rig.service.incidents.replace(incident("inc-h", "h"));
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
  // Nothing was convicted here, so there is nothing to propose; the cost is told from the records, which have none of it.
  expect(detail).toMatchObject({ proposal: null, rule: null, steps: [], cost: { originMs: 0, priced: [] } });
  await run("incidents.update", { id: "inc-h", state: "resolved" });
  expect(await run("incidents.list", { state: "open" })).toEqual({ incidents: [] });
  const audit = rig.service.records.control.audit({ after: 0, limit: 100 });
  expect(audit.filter(({ operation }) => operation === "incidents.update")).toHaveLength(2);
  await expect(run("incidents.update", { id: "inc-h", link: "javascript:alert(1)" })).rejects.toThrow(/link/);
  await expect(run("incidents.get", { id: "inc-x" })).rejects.toThrow(/no such incident/);
});
