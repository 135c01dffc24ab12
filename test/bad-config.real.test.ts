import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { badConfigs } from "../src/app/serve/testdata/bad-configs.ts";
import { gait, startGateway } from "../src/app/serve/testdata/gateway-process.ts";
import { type Answer, ask } from "../src/app/serve/testdata/service-rig.ts";
import { startLoad } from "../src/edge/testdata/steady-load.ts";

/** 500 in the long form (`GAIT_BAD_CONFIGS=500`, part of `npm run test:nightly`). */
const count = Number(process.env.GAIT_BAD_CONFIGS ?? 78);
const memoryGrowthMax = 50 * 1_048_576;

const directory = mkdtempSync(join(tmpdir(), "gait-bad-config-"));
const configFile = join(directory, "gait.yaml");
const rulesFile = join(directory, "rules", "site.yaml");
const goodRules =
  '- { name: secret, why: Nobody links to it., when: request.path == "/secret", then: block, mode: enforce }\n';
const origin = createServer((_, response) => response.end("origin"));
let good = "";

beforeAll(async () => {
  await new Promise<void>((resolve) => origin.listen(0, "127.0.0.1", resolve));
  mkdirSync(join(directory, "rules"));
  const { port } = origin.address() as AddressInfo;
  good = [
    `upstream: http://127.0.0.1:${port}`,
    "listen: 127.0.0.1:0",
    "admin: { listen: false }",
    `store: { path: ${directory}/state }`,
    "mode: enforce",
    `policy: { surgeFactor: 0, rules: ${directory}/rules }`,
    "",
  ].join("\n");
});
afterAll(() => {
  origin.closeAllConnections();
  origin.close();
  rmSync(directory, { recursive: true, force: true });
});

function put(config: string | Buffer, rules = goodRules): void {
  writeFileSync(configFile, config);
  writeFileSync(rulesFile, rules);
}

const reload = (): Promise<Answer> =>
  ask(admin, { path: "/reload", method: "POST", headers: { "content-type": "application/json" }, body: "{}" });

const admin = { socketPath: join(directory, "state", "admin.sock") };

async function status(): Promise<{
  readonly degraded: string | null;
  readonly reloadsRefused: number;
  readonly revision: number;
}> {
  return JSON.parse((await ask(admin, { path: "/status" })).body);
}

test(`${count} spoiled configurations under load: none takes effect, none costs an answer, the last good one is what boots`, async () => {
  put(good);
  const first = await startGateway(configFile);
  const load = startLoad(first.port, { clients: 16, pauseMs: 40 });
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  // What the load alone makes memory grow by is none of the spoiled ones' doing: it is measured first and taken off.
  const warm = first.residentBytes();
  const controlMs = 15_000;
  await new Promise((resolve) => setTimeout(resolve, controlMs));
  const before = first.residentBytes();
  const perMs = Math.max(0, before - warm) / controlMs;
  const startedAt = performance.now();
  let [refused, taken] = [0, 0];
  for (const [i, { kind, config, rules }] of badConfigs(good, count).entries()) {
    put(config, rules);
    const answer = await reload();
    expect([kind, answer.status, config.length > 5_000 ? "" : config.toString()]).toEqual([
      kind,
      409,
      expect.anything(),
    ]);
    refused++;
    const { reason } = JSON.parse(answer.body) as { readonly reason: string };
    expect(await status()).toMatchObject({
      degraded: expect.stringContaining(reason.slice(0, 60)) as unknown,
      reloadsRefused: refused,
    });
    if (i % 13 !== 12) continue;
    // Good and bad by turns: a good one always gets through, and the rules of the last good one were in force all the while.
    expect((await ask({ port: first.port }, { path: "/secret" })).status).toBe(403);
    put(good.replace(/surgeFactor: \d+/, `surgeFactor: ${i}`));
    expect((await reload()).status).toBe(200);
    taken++;
  }
  // What is held counts, not what the collector has not fetched yet: a file of 64 MB was among them.
  const growth = (): number => first.residentBytes() - before - perMs * (performance.now() - startedAt);
  await expect.poll(growth, { timeout: 60_000, interval: 1_000 }).toBeLessThanOrEqual(memoryGrowthMax);
  const { answered, failures } = await load.stop();
  expect(failures).toEqual([]);
  expect(answered).toBeGreaterThan(100);
  expect(await status()).toMatchObject({ reloadsRefused: count, revision: 1 + taken });
  await first.kill("SIGKILL");
  // Half a file that still says where the state is, and nothing at all where the environment says it.
  for (const [file, env] of [
    [`${good}applications: [`, {}],
    ["", { GAIT__STORE__PATH: `${directory}/state` }],
  ] as const) {
    put(file, "- name: [");
    const again = await startGateway(configFile, env);
    await expect.poll(() => again.stderr()).toContain("DEGRADED started with the last good configuration");
    expect((await ask({ port: again.port }, { path: "/" })).body).toBe("origin");
    expect((await ask({ port: again.port }, { path: "/secret" })).status).toBe(403);
    expect((await status()).degraded).toContain("last good");
    await again.kill("SIGKILL");
  }
}, 900_000);

test("check ends with 2 and says file, line and column for one of each kind", () => {
  const seen = new Set<string>();
  for (const { kind, config, rules } of badConfigs(good, 39)) {
    if (seen.has(kind) || kind === "64 MB") continue;
    seen.add(kind);
    put(config, rules);
    const { status, stderr, stdout } = gait("check", "--config", configFile);
    expect([kind, status]).toEqual([kind, 2]);
    expect(stderr + stdout).toMatch(/(gait|site)\.yaml:\d+:\d+: \S/);
  }
  expect(seen.size).toBeGreaterThanOrEqual(9);
}, 300_000);
