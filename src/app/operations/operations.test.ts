import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import { operationsPage, renderOperationsPage } from "../generated-docs/operations-page.ts";
import { openListStore } from "../intel/list-store.ts";
import { ask, openServiceRig, type ServiceRig } from "../serve/testdata/service-rig.ts";
import { openApiDocument } from "./faces/openapi.ts";
import { OperationFault } from "./operation.ts";
import { operations, operationTable } from "./operation-table.ts";
import { permissionsOf, roles } from "./permissions.ts";
import { runOperation } from "./run-operation.ts";

let rig: ServiceRig | undefined;
afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

/** A rig with traffic of a browser and of curl, all of it found in the records. */
async function rigWithTraffic(): Promise<ServiceRig> {
  const running = await openServiceRig();
  rig = running;
  for (let i = 0; i < 20; i++) await ask(running, { path: `/product/${i}`, headers: { "user-agent": "curl/8" } });
  for (let i = 0; i < 5; i++)
    await ask(running, {
      path: "/",
      headers: { "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0" },
    });
  // The client has its answer a moment before the gateway has settled the exchange.
  await expect.poll(() => running.service.records.stats().appended).toBe(25);
  await running.service.records.flush();
  return running;
}

async function call(
  { service }: ServiceRig,
  path: string,
  body?: unknown,
): Promise<{ readonly status: number; readonly json: Record<string, unknown> }> {
  const answer = await ask(
    { socketPath: service.socketPath },
    body === undefined
      ? { path: `/api/v1/${path}` }
      : {
          path: `/api/v1/${path}`,
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        },
  );
  return { status: answer.status, json: JSON.parse(answer.body) as Record<string, unknown> };
}

test("the overview tells what the records hold, and every number of it leads to its records", async () => {
  const running = await rigWithTraffic();
  const { json } = await call(running, "overview");
  expect(json).toMatchObject({ totals: { requests: 25 }, shed: 0 });
  const byKind = Object.entries(json.byKind as Readonly<Record<string, number>>);
  expect(byKind.reduce((sum, [, requests]) => sum + requests, 0)).toBe(25);
  for (const [kind, requests] of byKind) {
    const query = await call(running, `events/query?kind=${kind}&from=${json.from}&to=${json.to}&count=true`);
    expect([kind, query.json.total]).toEqual([kind, requests]);
  }
});

test("the files of a page are no steps on the ways through an application, unless asked for", async () => {
  const running = await openServiceRig();
  rig = running;
  const headers = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0" };
  for (const path of ["/", "/app.css", "/logo.SVG", "/about"]) await ask(running, { path, headers });
  await expect.poll(() => running.service.records.stats().appended).toBe(4);
  await running.service.records.flush();
  const ways = async (input: object): Promise<string[]> => {
    const { json } = await call(running, "events/ways", input);
    return (json.ways as { from: string; to: string }[]).map(({ from, to }) => `${from} > ${to}`);
  };
  expect(await ways({})).toEqual(["GET / > GET /about"]);
  expect(await ways({ files: true })).toHaveLength(3);
});

test("pages of events join without a gap or a repetition", async () => {
  const running = await rigWithTraffic();
  const references: unknown[] = [];
  let cursor = "";
  do {
    const { json } = await call(running, `events/query?limit=7${cursor}`);
    references.push(...(json.events as { reference: string }[]).map(({ reference }) => reference));
    cursor = json.next === null ? "" : `&cursor=${String(json.next)}`;
  } while (cursor !== "");
  expect(new Set(references).size).toBe(25);
  expect(references).toHaveLength(25);
});

test("from an event one comes to its session, its actor and its explanation", async () => {
  const running = await rigWithTraffic();
  const { json } = await call(running, "events/query?path=/product/7");
  const event = (json.events as { session: string; actor: string; reference: string; template: string }[])[0];
  const session = await call(running, `sessions/get?id=${event?.session}`);
  expect(session.json).toMatchObject({ session: { requests: 20, ip: "127.0.0.1" }, more: 0 });
  const actor = await call(running, `actors/get?id=${event?.actor}`);
  expect(actor.json).toMatchObject({ actor: { requests: 20 }, agents: [{ value: "curl/8", requests: 20 }] });
  const found = await call(running, `decisions/find?reference=${event?.reference}`);
  expect(found.json).toMatchObject({ reference: event?.reference, kind: "declared-bot" });
});

test("what Gait answered itself is recorded with its status, and nothing is learned from it", async () => {
  const running = await openServiceRig('mode: enforce\npolicy: { block: ["127.0.0.1"] }\n');
  rig = running;
  const refused = await ask(running, { path: "/refused" });
  expect(refused.status).toBe(403);
  await expect.poll(() => running.service.records.stats().appended).toBe(1);
  await running.service.records.flush();
  const { json } = await call(running, "events/query?status=403");
  expect(json.events).toMatchObject([{ path: "/refused", enforced: "block", status: 403 }]);
  expect(running.service.witness.recent.newest(1, () => true, 10)).toMatchObject([{ status: 403 }]);
});

test("the share of bad infrastructure is told where a list says which that is, and only there", async () => {
  const running = await openServiceRig(
    "intel: { lists: [{ name: hosts, category: hosting, source: /fetched/before }] }\n",
  );
  rig = running;
  const text = "127.0.0.0/8\n";
  const checksum = createHash("sha256").update(text).digest("hex");
  const record = { name: "hosts", source: "", checksum, prefixes: 1, addresses: 2 ** 24 };
  openListStore(join(running.directory, "state")).keep({ ...record, checkedAt: 1, refused: "", refusedAt: 0 }, text);
  running.service.reload();
  // The list is read beside the traffic: ask until a request was placed by it.
  await expect
    .poll(
      async () => {
        await ask(running, { path: "/" });
        await running.service.records.flush();
        return Number((await call(running, "overview")).json.badInfrastructureShare);
      },
      { timeout: 10_000, interval: 200 },
    )
    .toBeGreaterThan(0);
  await running.close();
  rig = await openServiceRig();
  expect((await call(rig, "overview")).json.badInfrastructureShare).toBe(null);
});

test("a decision is kept, audited, found again after a restart, and lifted", async () => {
  const running = await rigWithTraffic();
  const added = await call(running, "decisions/add", { value: "203.0.113.0/24", action: "block", for: "1h" });
  expect(added.status).toBe(200);
  expect((await call(running, "decisions/add", { value: "203.0.113.0/99", action: "block" })).status).toBe(400);
  await running.service.stop();
  const again = await openServiceRig("", { directory: running.directory });
  expect((await call(again, "decisions/list")).json).toMatchObject({ total: 1 });
  expect((await call(again, "decisions/remove", { value: "203.0.113.0/24" })).status).toBe(200);
  expect((await call(again, "decisions/remove", { value: "203.0.113.0/24" })).status).toBe(404);
  const { json } = await call(again, "audit/list");
  const bySocket = (json.entries as { who: string; operation: string }[]).filter(({ who }) => who === "socket");
  expect(bySocket.map(({ operation }) => operation)).toEqual(["decisions.add", "decisions.remove"]);
  expect((await call(again, "audit/verify")).json).toMatchObject({ whole: true, entries: json.total });
  expect((await call(again, "events/query?count=true")).json).toMatchObject({ total: 25 });
  await again.close();
  rig = again;
});

test("whatever an operation answers fits what it says it answers", { timeout: 120_000 }, async () => {
  const running = await rigWithTraffic();
  const event = (await call(running, "events/query")).json.events as { session: string; actor: string }[];
  const inputs: Readonly<Record<string, unknown>> = {
    "actors.get": { id: event[0]?.actor },
    "sessions.get": { id: event[0]?.session },
    "decisions.find": { reference: (event[0] as unknown as { reference: string }).reference },
    "decisions.add": { value: "192.0.2.1", action: "block" },
    "decisions.remove": { value: "192.0.2.1" },
  };
  const caller = { name: "test", role: "admin", permissions: permissionsOf.admin } as const;
  let answered = 0;
  for (const operation of operations) {
    const input = inputs[operation.name] ?? operation.example;
    const output = await runOperation(operation, input, { service: running.service, caller }).catch((error: Error) => {
      if (error instanceof OperationFault) return undefined;
      throw error;
    });
    if (output === undefined) continue;
    answered++;
    const parsed = operation.output.safeParse(JSON.parse(JSON.stringify(output)));
    expect([operation.name, parsed.error?.issues]).toEqual([operation.name, undefined]);
  }
  expect(answered).toBeGreaterThan(20);
});

test("each operation is well formed: its name is its key, its example is valid, every field is described", () => {
  for (const [key, operation] of Object.entries(operationTable)) {
    expect(operation.name).toBe(key);
    expect(operation.name).toMatch(/^[a-z]+(\.[a-z-]+)?$/);
    expect([key, (operation.input as z.ZodType).safeParse(operation.example).error]).toEqual([key, undefined]);
    const schema = z.toJSONSchema(operation.input as z.ZodType, { io: "input", unrepresentable: "any" });
    for (const [name, field] of Object.entries(schema.properties ?? {}))
      expect([key, name, typeof (field as { description?: string }).description]).toEqual([key, name, "string"]);
  }
});

test("a role may do exactly what its permissions say, and nobody who is not signed in may do anything", async () => {
  const running = await rigWithTraffic();
  for (const operation of operations) {
    for (const role of roles) {
      const caller = { name: role, role, permissions: permissionsOf[role] } as const;
      const run = runOperation(operation, {}, { service: running.service, caller });
      if (permissionsOf[role].has(operation.permission)) await run.catch((error: Error) => error);
      else await expect(run).rejects.toThrow(/needs the permission/);
    }
    const nobody = { name: "anonymous", role: "none", permissions: new Set<never>() } as const;
    await expect(runOperation(operation, {}, { service: running.service, caller: nobody })).rejects.toThrow(
      /not signed in/,
    );
  }
});

test("the OpenAPI document names every operation", () => {
  const { paths } = openApiDocument() as { paths: Record<string, Record<string, unknown>> };
  expect(Object.keys(paths)).toHaveLength(operations.length);
  expect(paths["/api/v1/decisions/add"]).not.toHaveProperty("get");
});

test("docs/operations-api.md is what the table says", () => {
  expect(readFileSync(operationsPage, "utf8")).toBe(renderOperationsPage());
});

test("what is left out of a filter is left out of the answer, whatever the field", async () => {
  const running = await rigWithTraffic();
  const count = async (...exclude: readonly (readonly [string, string])[]): Promise<unknown> => {
    const left = exclude.map(([field, value]) => ({ field, value }));
    return (await call(running, "events/query", { count: true, exclude: left })).json.total;
  };
  expect(await count(["agent", "curl"])).toBe(5);
  expect(await count(["path", "/product/3"], ["agent", "firefox"])).toBe(19);
  expect(await count(["ip", "127.0.0.1"])).toBe(0);
});

test("SQL reads records and nothing else", async () => {
  const running = await rigWithTraffic();
  const sql = (statement: string): Promise<{ readonly status: number; readonly json: Record<string, unknown> }> =>
    call(running, "sql", { statement });
  expect((await sql("SELECT count(*) AS n FROM everything")).json).toEqual({ rows: [{ n: 25 }] });
  for (const bad of [
    "DELETE FROM events",
    "COPY events TO '/tmp/leak.csv'",
    "SELECT * FROM read_text('/etc/passwd')",
    "ATTACH '/tmp/x.db'",
    "SET enable_external_access = true",
    "INSTALL httpfs",
    "SELECT 1; DROP TABLE events",
  ])
    expect([bad, (await sql(bad)).status]).toEqual([bad, 400]);
});

test("whoever asks to be forgotten is forgotten, and the audit log does not remember the address", async () => {
  const running = await rigWithTraffic();
  const erased = await call(running, "subjects/delete", { by: "address", value: "127.0.0.1" });
  expect(erased.json).toEqual({ records: 25 });
  expect((await call(running, "events/query?count=true")).json).toMatchObject({ total: 0 });
  expect(JSON.stringify((await call(running, "audit/list")).json)).not.toContain("127.0.0.1");
});

test("records leave as JSON lines, Parquet and CSV, and no cell of a CSV is a formula", async () => {
  const running = await openServiceRig();
  rig = running;
  await ask(running, { path: "/x", headers: { "user-agent": "=cmd|' /C calc'!A0" } });
  await expect.poll(() => running.service.records.stats().appended).toBe(1);
  for (const format of ["csv", "jsonl", "parquet"]) {
    const { json } = await call(running, "records/export", { format });
    expect(json.records).toBe(1);
    const text = readFileSync(String(json.path), "latin1");
    if (format === "csv") expect(text).toContain("'=cmd|");
    if (format === "csv") expect(text).not.toMatch(/,"?=cmd/);
    if (format === "jsonl") expect(JSON.parse(text)).toMatchObject({ path: "/x" });
  }
});
