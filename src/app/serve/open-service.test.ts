import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { adminPort, ask, openServiceRig, type ServiceRig } from "./testdata/service-rig.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function rigWith(...args: Parameters<typeof openServiceRig>): Promise<ServiceRig> {
  const rig = await openServiceRig(...args);
  open.push(rig);
  return rig;
}

const json = { "content-type": "application/json" };

test("a request reaches the origin, carries a reference, and explain knows it", async () => {
  const rig = await rigWith();
  const answer = await ask(rig, { path: "/x?token=hush", headers: { "user-agent": "curl/8" } });
  expect(answer).toMatchObject({ status: 200, body: "origin" });
  const reference = String(answer.headers["x-request-id"]);
  const socketPath = rig.service.socketPath;
  const explained = await ask({ socketPath }, { path: `/explain/${reference}` });
  expect(JSON.parse(explained.body)).toMatchObject({ version: 1, reference, kind: "declared-bot", status: 200 });
  expect((await ask({ socketPath }, { path: "/explain/unknown" })).status).toBe(404);
});

test("what lies in the state directory is readable by its owner alone", async () => {
  const { directory } = await rigWith();
  const modeOf = (name: string): number => statSync(join(directory, "state", name)).mode & 0o777;
  expect(modeOf("")).toBe(0o700);
  for (const name of ["hash.key", "admin.sock", "last-good.yaml"]) expect([name, modeOf(name)]).toEqual([name, 0o600]);
});

test("a hash key that others can read stops the start", async () => {
  const rig = await openServiceRig();
  const { directory } = rig;
  const kept = readFileSync(join(directory, "gait.yaml"));
  await rig.service.stop();
  chmodSync(join(directory, "state", "hash.key"), 0o644);
  writeFileSync(join(directory, "gait.yaml"), kept);
  await expect(openServiceRig("", { directory })).rejects.toThrow(/mode 0644; expected 0600/);
  await rig.close();
});

test("a good reload takes effect at once; a bad one is refused and the last good one stays, also across a restart", async () => {
  const directory = mkdtempSync(join(tmpdir(), "gait-restart-"));
  open.push({ close: async () => rmSync(directory, { recursive: true, force: true }) });
  const rig = await openServiceRig("mode: observe\n");
  const { service } = rig;
  rig.write("mode: enforce\n");
  expect(service.reload()).toEqual({ kind: "reloaded", revision: 2, atNextStart: [] });
  expect(service.config.mode).toBe("enforce");
  rig.write("mode: angry\n");
  expect(service.reload()).toMatchObject({
    kind: "refused",
    reason: expect.stringMatching(/gait\.yaml:5:7: mode: expected/),
  });
  expect(service.config.mode).toBe("enforce");
  const status = JSON.parse((await ask({ socketPath: service.socketPath }, { path: "/status" })).body);
  expect(status).toMatchObject({
    mode: "enforce",
    revision: 2,
    reloadsRefused: 1,
    degraded: expect.stringMatching(/refused/),
  });
  await service.stop();

  const again = await openServiceRig("", { directory: rig.directory });
  expect(again.service.config.mode).toBe("enforce");
  expect(again.service.degraded).toMatch(/started with the last good configuration: .*mode: expected/s);
  expect((await ask(again)).status).toBe(200);
  await again.close();
  await rig.close();
});

test("a bad file without a last good one stops the start", async () => {
  const directory = mkdtempSync(join(tmpdir(), "gait-bad-"));
  open.push({ close: async () => rmSync(directory, { recursive: true, force: true }) });
  writeFileSync(join(directory, "gait.yaml"), "mode: angry\n");
  await expect(openServiceRig("", { directory })).rejects.toThrow(/gait\.yaml:1:7: mode: expected/);
});

test("the TCP admin listener lets look and never lets change", async () => {
  const rig = await rigWith();
  const port = adminPort(rig);
  for (const path of ["/page.js", "/status", "/metrics", "/livez", "/readyz", "/decisions"]) {
    const { status, headers } = await ask({ port }, { path });
    expect([path, status]).toEqual([path, 200]);
    expect(headers["content-security-policy"]).not.toContain("unsafe");
    expect(headers["x-content-type-options"]).toBe("nosniff");
  }
  for (const [method, path] of [
    ["POST", "/reload"],
    ["POST", "/api/v1/decisions/add"],
    ["POST", "/api/v1/decisions/remove"],
  ] as const) {
    expect((await ask({ port }, { method, path, headers: json, body: "{}" })).status).toBe(403);
  }
  expect((await ask({ port }, { path: "/nothing" })).status).toBe(404);
  expect((await ask({ port }, { method: "POST", path: "/status" })).status).toBe(405);
});

test("a page on another site reaches nothing: wrong Host, foreign origin, cross-site fetch", async () => {
  const rig = await rigWith();
  const port = adminPort(rig);
  const statusWith = async (headers: Readonly<Record<string, string>>): Promise<number> =>
    (await ask({ port }, { path: "/status", headers })).status;
  expect(await statusWith({ host: "evil.example" })).toBe(421);
  expect(await statusWith({ host: `evil.example:${port}` })).toBe(421);
  expect(await statusWith({ host: `127.0.0.1.evil.example:${port}` })).toBe(421);
  expect(await statusWith({ host: `LOCALHOST:${port}` })).toBe(200);
  expect(await statusWith({ origin: "https://evil.example" })).toBe(403);
  expect(await statusWith({ "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" })).toBe(403);
  expect(await statusWith({ "sec-fetch-site": "same-origin" })).toBe(200);
});

test("with a token file nobody looks without it, and a bearer may change things", async () => {
  const directory = mkdtempSync(join(tmpdir(), "gait-token-"));
  open.push({ close: async () => rmSync(directory, { recursive: true, force: true }) });
  const token = "0123456789abcdef0123456789abcdef";
  const tokenFile = join(directory, "token");
  writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
  const rig = await rigWith("", { env: { GAIT__ADMIN__TOKEN_FILE: tokenFile } });
  const port = adminPort(rig);
  const bearer = { authorization: `Bearer ${token}` };
  const basic = { authorization: `Basic ${Buffer.from(`me:${token}`).toString("base64")}` };
  expect((await ask({ port }, { path: "/status" })).status).toBe(401);
  expect((await ask({ port }, { path: "/livez" })).status).toBe(200);
  expect((await ask({ port }, { path: "/status", headers: { authorization: "Bearer wrong" } })).status).toBe(401);
  expect((await ask({ port }, { path: "/status", headers: basic })).status).toBe(200);
  expect(
    (await ask({ port }, { method: "POST", path: "/reload", headers: { ...json, ...basic }, body: "{}" })).status,
  ).toBe(403);
  expect(
    (await ask({ port }, { method: "POST", path: "/reload", headers: { ...json, ...bearer }, body: "{}" })).status,
  ).toBe(200);
  expect(
    (
      await ask(
        { port },
        { method: "POST", path: "/reload", headers: { ...bearer, "content-type": "text/plain" }, body: "{}" },
      )
    ).status,
  ).toBe(415);
});

test("an operator's block acts in enforce mode, allow wins over it, and lifting ends it", async () => {
  const rig = await rigWith("mode: enforce\n");
  const { socketPath } = rig.service;
  const decide = (body: unknown): Promise<{ status: number; body: string }> =>
    ask({ socketPath }, { method: "POST", path: "/api/v1/decisions/add", headers: json, body: JSON.stringify(body) });
  expect((await decide({ action: "block", value: "127.0.0.0/8", for: "1h" })).status).toBe(200);
  expect((await ask(rig)).status).toBe(403);
  expect((await decide({ action: "allow", value: "127.0.0.1" })).status).toBe(200);
  expect((await ask(rig)).status).toBe(200);
  for (const value of ["127.0.0.1", "127.0.0.0/8"]) {
    const lifted = await ask(
      { socketPath },
      { method: "POST", path: "/api/v1/decisions/remove", headers: json, body: JSON.stringify({ value }) },
    );
    expect(lifted.status).toBe(200);
  }
  expect((await ask(rig)).status).toBe(200);
  expect((await decide({ action: "block", value: "nonsense" })).status).toBe(400);
  expect((await decide({ action: "block", value: "192.0.2.1", for: "soon" })).status).toBe(400);
});

test("readiness ends with the beginning of a drain", async () => {
  const rig = await openServiceRig();
  const port = adminPort(rig);
  expect((await ask({ port }, { path: "/readyz" })).status).toBe(200);
  const stopped = rig.service.stop();
  expect(rig.service.draining).toBe(true);
  await stopped;
  await rig.close();
});

test("two gateways do not share an admin socket", async () => {
  const rig = await rigWith();
  await expect(openServiceRig("", { directory: rig.directory })).rejects.toThrow(/another gateway answers/);
});
