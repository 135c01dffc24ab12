import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, expect, test } from "vitest";
import { runCli } from "../cli/main.ts";
import { openListStore } from "../intel/list-store.ts";
import { updateLists } from "../intel/update-lists.ts";
import { type Answer, ask, openServiceRig, type ServiceRig } from "../serve/testdata/service-rig.ts";

let rig: ServiceRig | undefined;
afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

/** A gateway before two applications, with a list of bad networks and no rule loaded. */
async function withBadNetworks(): Promise<ServiceRig> {
  const running = await openServiceRig("mode: enforce\n");
  rig = running;
  const { upstream } = running.service.config;
  const list = join(running.directory, "bulletproof.txt");
  writeFileSync(list, "203.0.113.0/24\n");
  const store = openListStore(join(running.directory, "state"));
  await updateLists([{ name: "bulletproof", source: list, checksum: "" }], store, { now: 1 });
  writeFileSync(
    running.configFile,
    `mode: enforce
listen: 127.0.0.1:0
store: { path: ${running.directory}/state }
limits: { edge: { drainMs: 200 } }
trustedProxies: [127.0.0.1]
applications:
  - { name: shop, hosts: [shop.example], upstream: "${String(upstream)}" }
  - { name: blog, hosts: [blog.example], upstream: "${String(upstream)}" }
intel: { lists: [{ name: bulletproof, category: hosting, source: ${list} }] }
`,
  );
  const reloaded = running.service.reload();
  if (reloaded.kind === "refused") throw new Error(reloaded.reason);
  await running.service.networksInPlace();
  return running;
}

/** A bare log-in, straight to the endpoint, from a bad network or from somebody's home. */
function login({ port }: ServiceRig, host: string, from: string): Promise<Answer> {
  return ask(
    { port },
    {
      path: "/api/login",
      method: "POST",
      body: "user=a",
      headers: { host, "x-forwarded-for": from, "user-agent": `tool-${from}` },
    },
  );
}

async function gait(
  { directory }: ServiceRig,
  ...argv: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const signal = new AbortController().signal;
  const streams = { stdout, stderr, stdin: new PassThrough(), env: {}, signal };
  const code = await runCli([...argv, "--state", join(directory, "state")], streams);
  process.exitCode = 0;
  return { code, out: String(stdout.read() ?? ""), err: String(stderr.read() ?? "") };
}

test("bad infrastructure is applied to one application by one command, tried before, and undone by one", async () => {
  const running = await withBadNetworks();
  for (let i = 1; i <= 5; i++) expect((await login(running, "shop.example", `203.0.113.${i}`)).status).toBe(200);
  await login(running, "shop.example", "198.51.100.7");
  await login(running, "blog.example", "203.0.113.9");

  const preview = await gait(running, "policy", "apply", "bad-infrastructure", "--application", "shop", "--preview");
  expect(preview).toMatchObject({ code: 0, err: "" });
  expect(preview.out).toMatch(/tried on 7 requests of 7 sessions/);
  expect(preview.out).toMatch(/infra-bare-login-shop +5 requests, 5 sessions/);
  expect(preview.out).toContain("nothing was changed");
  expect(running.service.policyRoom.policy.set.rules).toEqual([]);

  const watching = await gait(running, "policy", "apply", "bad-infrastructure", "--application", "shop");
  expect(watching.out).toMatch(/version \d+: 14 rules of bad-infrastructure at shop, mode watch/);
  expect((await login(running, "shop.example", "203.0.113.20")).status).toBe(200);
  expect(running.service.policyRoom.policy.tally("infra-bare-login-shop")).toEqual({ matched: 1, acted: 0 });

  const acting = await gait(
    running,
    "policy",
    "apply",
    "bad-infrastructure",
    "--application",
    "shop",
    "--mode",
    "enforce",
  );
  expect(acting).toMatchObject({ code: 0, err: "" });
  expect((await login(running, "shop.example", "203.0.113.30")).status).not.toBe(200);
  expect((await login(running, "shop.example", "198.51.100.9")).status).toBe(200);
  expect((await login(running, "blog.example", "203.0.113.31")).status).toBe(200);

  const undone = await gait(running, ...(/undo: gait (.*)\n/.exec(acting.out)?.[1] ?? "").split(" "));
  expect(undone.out).toMatch(/bad-infrastructure is withdrawn/);
  expect(running.service.policyRoom.policy.set.rules).toEqual([]);
  expect((await login(running, "shop.example", "203.0.113.40")).status).toBe(200);
}, 60_000);

test("a pack or an application that is not there is said so, with what was meant", async () => {
  const running = await withBadNetworks();
  const pack = await gait(running, "policy", "apply", "bad-infrastucture");
  expect(pack).toMatchObject({ code: 2, err: expect.stringContaining('did you mean "bad-infrastructure"?') });
  const application = await gait(running, "policy", "apply", "bad-infrastructure", "--application", "shopp");
  expect(application).toMatchObject({ code: 3, err: expect.stringContaining('did you mean "shop"?') });
  const file = await gait(running, "policy", "apply", "./none.yaml", "--mode", "enforce");
  expect(file).toMatchObject({ code: 2, err: expect.stringContaining("are for packs") });
  const nothing = await gait(running, "policy", "withdraw", "bad-infrastructure", "--application", "shop");
  expect(nothing).toMatchObject({ code: 3, err: expect.stringContaining("nothing was applied as") });
}, 60_000);
