import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { ask, openServiceRig, type ServiceRig } from "../serve/testdata/service-rig.ts";
import { setPanic } from "./panic-switch.ts";

let closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  vi.useRealTimers();
  for (const close of closing) await close();
  closing = [];
});

const start = Date.UTC(2026, 10, 27, 9);
const usual = 20;
const driven = 700;

/** A place that is asked twenty times in ten seconds, until a day later everybody comes at once. */
async function drive(event: string): Promise<{ readonly reached: number; readonly waited: number }> {
  let reached = 0;
  const origin = createServer((request, response) => {
    reached++;
    request.resume();
    response.end("stock: 3");
  });
  await new Promise<void>((resolve) => origin.listen(0, "127.0.0.1", resolve));
  vi.useFakeTimers({ toFake: ["Date"], now: start });
  const { port } = origin.address() as AddressInfo;
  const rig: ServiceRig = await openServiceRig();
  closing.push(
    () => rig.close(),
    () => void origin.close(),
  );
  writeFileSync(
    rig.configFile,
    `applications: [{ name: shop, upstream: "http://127.0.0.1:${port}" }]\nmode: enforce\nlisten: 127.0.0.1:0\nstore: { path: ${rig.directory}/state }\ntrustedProxies: [127.0.0.1]\nenforce: { basis: certified }\npolicy: { surgeFactor: 20${event} }\n`,
  );
  expect(rig.service.reload()).toMatchObject({ kind: "reloaded" });
  const visit = (i: number) =>
    ask(
      { port: rig.port },
      {
        path: "/stock/77",
        headers: { "x-forwarded-for": `198.51.${i % 200}.${1 + (i % 250)}`, "user-agent": `inventory-client/1.${i}` },
      },
    );
  for (let i = 0; i < usual; i++) await visit(i);
  vi.setSystemTime(start + 86_400_000 + 600_000);
  await visit(0);
  reached = 0;
  let waited = 0;
  for (let i = 0; i < driven; i += 20) {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, k) => visit(i + k)));
    for (const { status, headers } of answers) {
      if (status === 429) {
        waited++;
        expect(Number(headers["retry-after"])).toBeGreaterThanOrEqual(10);
      }
    }
  }
  return { reached, waited };
}

test("an origin that is asked many times as often as usual gets what it is used to, and the rest is told when to come back", async () => {
  const { reached, waited } = await drive("");
  // Up to `surgeFactor` times the usual load is no surge; from there on the rest waits.
  expect(reached).toBeLessThanOrEqual(20 * usual);
  expect(reached + waited).toBe(driven);
}, 60_000);

test("in a surge that the calendar wants everybody who is not automation gets through", async () => {
  const event = ', events: [{ name: sale, from: "2026-11-28T09:05:00Z", to: "2026-11-28T10:00:00Z" }]';
  const { reached, waited } = await drive(event);
  expect({ reached, waited }).toEqual({ reached: driven, waited: 0 });
}, 60_000);

test("panic reaches every worker within two seconds, by a file and nothing else", async () => {
  const rig = await openServiceRig("workers: 2\nmode: enforce\npolicy: { block: [127.0.0.1] }\n");
  closing.push(() => rig.close());
  const all = async (): Promise<readonly number[]> =>
    (await Promise.all(Array.from({ length: 8 }, () => ask({ port: rig.port })))).map(({ status }) => status);
  await expect.poll(all, { timeout: 10_000 }).toEqual(new Array(8).fill(403));
  setPanic(`${rig.directory}/state`, "on");
  await expect.poll(all, { timeout: 5_000 }).toEqual(new Array(8).fill(200));
  setPanic(`${rig.directory}/state`, "off");
  await expect.poll(all, { timeout: 5_000 }).toEqual(new Array(8).fill(403));
}, 40_000);
