import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { ask, openServiceRig, type ServiceRig } from "../../serve/testdata/service-rig.ts";

let rig: ServiceRig | undefined;

afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

const withinMs = 5_000;
const refuseSecret =
  '- { name: secret-path, why: Nobody links to it., when: request.path == "/secret", then: block, ttl: 1h, mode: enforce }\n';

/** A gateway that refuses `/secret`, and then whoever asked for it. */
async function refusing(yaml: string): Promise<ServiceRig> {
  rig = await openServiceRig(`mode: enforce\n${yaml}`);
  mkdirSync(join(rig.directory, "rules"));
  writeFileSync(join(rig.directory, "rules", "site.yaml"), refuseSecret);
  rig.write(`mode: enforce\n${yaml}policy: { packs: [], rules: ${rig.directory}/rules }\n`);
  const reloaded = rig.service.reload();
  if (reloaded.kind === "refused") throw new Error(reloaded.reason);
  return rig;
}

async function operate({ service }: ServiceRig, name: string, body: unknown): Promise<Record<string, unknown>> {
  const headers = { "content-type": "application/json" };
  const where = { socketPath: service.socketPath };
  const answer = await ask(where, { method: "POST", path: `/api/v1/${name}`, headers, body: JSON.stringify(body) });
  return { status: answer.status, ...(JSON.parse(answer.body) as object) };
}

const visitor = { "user-agent": "Mozilla/5.0", cookie: "sid=originsecret1234567890" };
const look = ({ port }: ServiceRig, path: string) => ask({ port }, { path, headers: visitor });

test.each([0, 2])(
  "by the reference alone whoever was refused comes through within five seconds, for a while, and it is written down (workers: %d)",
  async (workers) => {
    const on = await refusing(`workers: ${workers}\n`);
    // A worker that gets no verdict in time lets pass, which a busy machine may do to one request.
    await expect.poll(async () => (await look(on, "/secret")).status, { timeout: withinMs }).toBe(403);
    const refused = await look(on, "/secret");
    // The verdict stands for the session: other pages are refused, too.
    await expect.poll(async () => (await look(on, "/")).status, { timeout: withinMs }).toBe(403);
    const reference = String(refused.headers["x-request-id"]);
    const start = performance.now();
    const done = await operate(on, "decisions/unblock", { what: reference, for: "2h", reason: "ticket 12" });
    expect(done).toMatchObject({ status: 200, allowed: { action: "allow", scope: "session" } });
    expect(done.lifted).toHaveLength(1);
    // On every connection, and so on every worker.
    const answers = await Promise.all(Array.from({ length: 16 }, () => look(on, "/secret")));
    expect(answers.map(({ status }) => status)).toEqual(new Array(16).fill(200));
    expect(performance.now() - start).toBeLessThan(withinMs);
    const allowed = done.allowed as { readonly expiresInMs: number };
    expect(allowed.expiresInMs).toBeGreaterThan(7_100_000);
    expect(allowed.expiresInMs).toBeLessThanOrEqual(7_200_000);
    const { entries } = (await operate(on, "audit/list", {})) as { entries: { operation: string; subject: string }[] };
    const written = JSON.stringify(entries);
    expect(written).toContain("decisions.unblock");
    expect(written).toContain("ticket 12");
    // Somebody else who asks for it is refused as before.
    expect((await ask({ port: on.port }, { path: "/secret", headers: { "user-agent": "curl/8" } })).status).toBe(403);
  },
);

test("a block and an allow of an operator reach every worker at once and end with their time", async () => {
  const on = await refusing("workers: 2\n");
  const all = async (path: string): Promise<readonly number[]> =>
    (await Promise.all(Array.from({ length: 8 }, () => look(on, path)))).map(({ status }) => status);
  await operate(on, "decisions/add", { value: "127.0.0.1", action: "block", for: "5s" });
  // A worker that gets no verdict in time asks its own copy of what stands, which follows within a second.
  await expect.poll(() => all("/"), { timeout: withinMs }).toEqual(new Array(8).fill(403));
  await expect.poll(() => all("/"), { timeout: 2 * withinMs }).toEqual(new Array(8).fill(200));
  await operate(on, "decisions/add", { value: "127.0.0.1", action: "allow", for: "1h" });
  await expect.poll(() => all("/secret"), { timeout: withinMs }).toEqual(new Array(8).fill(200));
});

test("what nobody was refused by is told so, and a bad span changes nothing", async () => {
  const on = await refusing("");
  expect(await operate(on, "decisions/unblock", { what: "never-seen" })).toMatchObject({ status: 404 });
  const refused = await look(on, "/secret");
  const what = String(refused.headers["x-request-id"]);
  expect(await operate(on, "decisions/unblock", { what, for: "soon" })).toMatchObject({ status: 400 });
  expect((await look(on, "/")).status).toBe(403);
});

test("explain tells the rule that refused, its pack, its version and what had to be different", async () => {
  const on = await refusing("");
  const refused = await look(on, "/secret");
  const reference = String(refused.headers["x-request-id"]);
  const told = await operate(on, "decisions/find", { reference });
  expect(told).toMatchObject({
    rule: "secret-path",
    policyVersion: on.service.protection.policy.set.revision,
    ruleSays: { name: "secret-path", why: "Nobody links to it.", when: 'request.path == "/secret"', step: "enforce" },
  });
  expect(told.policyVersion).toBeGreaterThan(0);
  expect((told.counterfactuals as readonly string[])[0]).toContain('request.path == "/secret"');
});

test("exonerating a cohort lifts what rests on it and nothing an operator decided", async () => {
  const on = await refusing("");
  const { decisions } = on.service.protection;
  const resting = {
    scope: "cohort",
    value: "1z",
    cohort: "1z",
    action: "block",
    createdAt: 0,
    expiresAt: 9e15,
  } as const;
  decisions.add({ ...resting, id: "machine", reason: "convicted", origin: "conviction" });
  decisions.add({ ...resting, id: "ann", value: "2z", reason: "ann", origin: "operator" });
  expect(await operate(on, "decisions/exonerate", { cohort: "1z", reason: "a partner" })).toMatchObject({ lifted: 1 });
  expect(decisions.list().map(({ id }) => id)).toEqual(["ann"]);
  expect(await operate(on, "decisions/exonerate", { cohort: "1z" })).toMatchObject({ status: 404 });
});

test("an account, as the records show it, is blocked alone; who shares its address is not; what is no account is refused", async () => {
  const on = await refusing("");
  const as = async (name: string): Promise<number> => {
    const authorization = `Basic ${Buffer.from(`${name}:secret`).toString("base64")}`;
    return (await ask({ port: on.port }, { path: "/", headers: { "user-agent": name, authorization } })).status;
  };
  expect([await as("ann"), await as("ben")]).toEqual([200, 200]);
  await expect.poll(() => on.service.records.stats().appended).toBe(2);
  await on.service.records.flush();
  const [row] = await on.service.records.query("SELECT account FROM everything WHERE agent = 'ann'");
  const account = String(row?.account);
  expect(account).toMatch(/^[1-9]\d+$/);
  expect(await operate(on, "decisions/add", { value: account, scope: "account", action: "block" })).toMatchObject({
    status: 200,
    scope: "account",
    value: account,
  });
  await expect.poll(() => as("ann"), { timeout: withinMs }).toBe(403);
  expect(await as("ben")).toBe(200);
  // What was lifted can be put back as it was listed: the undo of an unblocking.
  await operate(on, "decisions/remove", { value: account });
  await expect.poll(() => as("ann"), { timeout: withinMs }).toBe(200);
  const session = { value: "4711", scope: "session", action: "block" };
  expect(await operate(on, "decisions/add", session)).toMatchObject({ status: 200, ...session });
  for (const value of ["ann", "0", "-1"])
    expect((await operate(on, "decisions/add", { value, scope: "account", action: "block" })).status).toBe(400);
});
