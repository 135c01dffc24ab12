import { spawn } from "node:child_process";
import { existsSync, mkdirSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { ask, openServiceRig, type ServiceRig } from "./testdata/service-rig.ts";

let rig: ServiceRig | undefined;
afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

const actions = [
  "block",
  "{ block: { status: 404 } }",
  "deceive",
  "hold",
  "step-up",
  "challenge",
  "{ tarpit: { seconds: 1 } }",
  "{ throttle: { perMinute: 1, burst: 1 } }",
];

function rulesIn(mode: string): string {
  return actions
    .map((then, i) => `- { name: r${i}, why: b, when: request.path == "/a${i}", then: ${then}, mode: ${mode} }\n`)
    .join("");
}

async function withRules(mode: string, more: string): Promise<ServiceRig> {
  rig = await openServiceRig(`mode: enforce\nenforce: { basis: certified }\n${more}`);
  const { directory } = rig;
  mkdirSync(join(directory, "rules"));
  writeFileSync(join(directory, "rules", "site.yaml"), rulesIn(mode));
  rig.write(`mode: enforce\nenforce: { basis: certified }\n${more}policy: { rules: ${directory}/rules }\n`);
  const reloaded = rig.service.reload();
  if (reloaded.kind === "refused") throw new Error(reloaded.reason);
  return rig;
}

/** Statuses of one round over all actions, each on a connection of its own, so that every worker gets some. */
async function round({ port }: ServiceRig): Promise<readonly number[]> {
  return Promise.all(
    [...actions, ...actions, ...actions].map(
      async (_, i) => (await ask({ port }, { path: `/a${i % actions.length}` })).status,
    ),
  );
}

function panic(wanted: "on" | "off", directory: string): Promise<number | null> {
  const main = ["--conditions=source", "--disable-warning=ExperimentalWarning", "src/app/cli/main.ts"];
  const child = spawn(process.execPath, [...main, "panic", wanted, "--state", join(directory, "state")], {
    stdio: "ignore",
  });
  return new Promise((resolve) => child.once("exit", resolve));
}

const passes = (statuses: readonly number[]): boolean => statuses.every((status) => status === 200);

test("panic reaches every worker within two seconds, on and off, with admin plane and store gone", async () => {
  const running = await withRules("enforce", "workers: 2\nadmin: { listen: false }\n");
  await expect
    .poll(async () => (await round(running)).filter((status) => status === 200).length, { timeout: 10_000 })
    .toBeLessThan(actions.length);
  await running.service.records.close();
  if (existsSync(running.service.socketPath)) unlinkSync(running.service.socketPath);

  expect(await panic("on", running.directory)).toBe(0);
  const on = performance.now();
  let tookMs = 0;
  while (!passes(await round(running))) tookMs = performance.now() - on;
  expect(tookMs).toBeLessThanOrEqual(2_000);
  // And it stays so.
  for (let i = 0; i < 5; i++) expect(passes(await round(running))).toBe(true);

  expect(await panic("off", running.directory)).toBe(0);
  const off = performance.now();
  const blocked = async (): Promise<boolean> => (await round(running))[0] === 403;
  while (!(await blocked())) tookMs = performance.now() - off;
  expect(performance.now() - off).toBeLessThanOrEqual(2_500);
}, 60_000);

test.each(["watch", "retired"])("rules that are in %s do nothing to anybody, whatever their action", async (mode) => {
  const running = await withRules(mode, "");
  for (let i = 0; i < 3; i++) expect(passes(await round(running))).toBe(true);
});
