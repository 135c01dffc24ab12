import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { openService } from "../serve/open-service.ts";
import { ask, openServiceRig, type ServiceRig } from "../serve/testdata/service-rig.ts";
import { checkBackup, restoreBackup } from "./restore-backup.ts";

let rig: ServiceRig | undefined;
let elsewhere = "";
afterEach(async () => {
  await rig?.close();
  rig = undefined;
  if (elsewhere !== "") rmSync(elsewhere, { recursive: true, force: true });
});

async function operate(
  { service }: Pick<ServiceRig, "service">,
  path: string,
  body: unknown,
): Promise<Record<string, unknown>> {
  const answer = await ask(
    { socketPath: service.socketPath },
    {
      path: `/api/v1/${path}`,
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    },
  );
  expect([path, answer.status, answer.status === 200 ? "" : answer.body]).toEqual([path, 200, ""]);
  return JSON.parse(answer.body) as Record<string, unknown>;
}

/** A gateway with records, a decision, an account and a backup. */
async function backedUp(): Promise<{ readonly running: ServiceRig; readonly backup: string }> {
  const running = await openServiceRig();
  rig = running;
  for (let i = 0; i < 12; i++) await ask(running, { path: `/page/${i}` });
  await expect.poll(() => running.service.records.stats().appended).toBe(12);
  await operate(running, "decisions/add", { value: "192.0.2.7", action: "block", reason: "from before" });
  await operate(running, "users/save", { name: "ann", role: "admin", password: "correct horse battery staple" });
  const { path } = await operate(running, "backup", {});
  return { running, backup: String(path) };
}

test("what was backed up while serving is found again by a gateway elsewhere: records, decisions, people, audit log", async () => {
  const { running, backup } = await backedUp();
  for (const entry of readdirSync(backup, { recursive: true, withFileTypes: true }))
    if (entry.isFile())
      expect([entry.name, statSync(join(entry.parentPath, entry.name)).mode & 0o077]).toEqual([entry.name, 0]);
  expect(statSync(backup).mode & 0o077).toBe(0);
  elsewhere = mkdtempSync(join(tmpdir(), "gait-restore-"));
  const state = join(elsewhere, "state");
  mkdirSync(state);
  writeFileSync(join(state, "old"), "x");
  const { before, manifest } = await restoreBackup(backup, state, { now: 0 });
  expect(existsSync(join(before ?? "", "old"))).toBe(true);
  const { service: first } = running;
  await running.close();
  rig = undefined;
  const configFile = join(elsewhere, "gait.yaml");
  writeFileSync(
    configFile,
    `upstream: http://127.0.0.1:9\nlisten: 127.0.0.1:0\nadmin: { listen: false }\nstore: { path: ${state} }\n`,
  );
  for (let start = 0; start < 2; start++) {
    const service = await openService({ path: configFile, env: {}, flags: [] });
    const { total } = await operate({ service }, "events/query", { path: "/page/*", count: true });
    expect(total).toBe(12);
    expect(service.protection.decisions.size).toBe(1);
    expect(service.identity.operators.user("ann")?.role).toBe("admin");
    expect(service.records.control.verifyAudit()).toMatchObject({ whole: true });
    expect(service.records.control.auditLength()).toBeGreaterThanOrEqual(manifest.audit.entries);
    expect(service.records.hashAddress("192.0.2.7")).toBe(first.records.hashAddress("192.0.2.7"));
    await service.stop();
  }
});

test("a backup that is damaged, short or padded is refused and changes nothing", async () => {
  const { backup } = await backedUp();
  elsewhere = mkdtempSync(join(tmpdir(), "gait-restore-"));
  const copy = join(elsewhere, "state");
  expect(checkBackup(backup).files.length).toBeGreaterThan(3);
  writeFileSync(join(backup, "planted"), "x");
  await expect(restoreBackup(backup, copy, { now: 0 })).rejects.toThrow(/planted is not of this backup/);
  rmSync(join(backup, "planted"));
  writeFileSync(join(backup, "hash.key"), "0123456789abcdef\n");
  await expect(restoreBackup(backup, copy, { now: 0 })).rejects.toThrow(/hash.key is not as it was written/);
  rmSync(join(backup, "hash.key"));
  await expect(restoreBackup(backup, copy, { now: 0 })).rejects.toThrow(/hash.key is missing/);
  rmSync(join(backup, "manifest.json"));
  await expect(restoreBackup(backup, copy, { now: 0 })).rejects.toThrow(/never finished/);
  expect(existsSync(copy)).toBe(false);
});

test("a running gateway's state is not replaced", async () => {
  const { running, backup } = await backedUp();
  const state = join(running.directory, "state");
  elsewhere = mkdtempSync(join(tmpdir(), "gait-restore-"));
  await expect(restoreBackup(backup, state, { now: 0 })).rejects.toThrow(/stop it first/);
  expect(existsSync(join(state, "hash.key"))).toBe(true);
});

test("a dump for support names no visitor and holds no secret", async () => {
  rig = await openServiceRig(
    'policy: { block: ["198.51.100.9"] }\nalerts: { destinations: [{ name: chat, type: slack, url: "https://hooks.example/T0/B0/secretpath" }] }\n',
  );
  await ask(rig, { path: "/very/private?token=canary1", headers: { "user-agent": "canary2", cookie: "sid=canary3" } });
  await operate(rig, "decisions/add", { value: "192.0.2.7", action: "block", reason: "canary4" });
  await operate(rig, "tokens/create", { name: "canary5", role: "viewer" });
  const dump = JSON.stringify(await operate(rig, "support/dump", {}));
  for (const hidden of ["canary", "very/private", "192.0.2.7", "198.51.100.9", "secretpath", "127.0.0.1/24"])
    expect([hidden, dump.includes(hidden)]).toEqual([hidden, false]);
  expect(dump).toContain("gait_requests_total".slice(0, 5));
  expect(JSON.stringify(await operate(rig, "config/effective", {}))).not.toContain("secretpath");
});
