import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { openOrigin, openRig } from "../testdata/gateway-rig.ts";

const attacker = "/usr/bin/slowhttptest";
const connections = Number(process.env.GAIT_SLOW_CONNECTIONS ?? 800);
const closers: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
const wait = (spanMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, spanMs));

function attack(port: number, flags: readonly string[], seconds: number): ChildProcess {
  if (!existsSync(attacker)) throw new Error(`${attacker} is missing: apt-get install slowhttptest`);
  const fixed = ["-c", String(connections), "-r", "400", "-l", String(seconds), "-u", `http://127.0.0.1:${port}/big`];
  return spawn(attacker, [...flags, ...fixed], { stdio: "ignore" });
}

/** A person asking five times a second; resolves to how each request went. */
async function probe(port: number, seconds: number): Promise<{ failures: string[]; durationsMs: number[] }> {
  const failures: string[] = [];
  const durationsMs: number[] = [];
  for (let turn = 0; turn < seconds * 5; turn++) {
    const started = performance.now();
    const failure = await new Promise<string>((resolve) => {
      get({ host: "127.0.0.1", port, path: "/", agent: false }, (response) => {
        response.resume().on("end", () => resolve(response.statusCode === 200 ? "" : String(response.statusCode)));
      }).on("error", (error) => resolve(error.message));
    });
    durationsMs.push(performance.now() - started);
    if (failure !== "") failures.push(failure);
    await wait(200);
  }
  return { failures, durationsMs: durationsMs.sort((a, b) => a - b) };
}

const attacks: readonly (readonly [string, readonly string[]])[] = [
  ["slow headers (-H)", ["-H", "-i", "1"]],
  ["slow bodies (-B)", ["-B", "-i", "1", "-s", "8192"]],
  ["ranges (-R)", ["-R", "-a", "10", "-b", "3000"]],
  ["slow reading (-X)", ["-X", "-w", "10", "-y", "20", "-n", "5", "-z", "32", "-k", "3"]],
];

test.each(attacks)(
  "%s: people are served, memory holds, and slow connections are gone in time",
  async (_, flags) => {
    const big = Buffer.alloc(2_000_000, "x");
    const origin = await openOrigin((request, response) =>
      request.resume().on("end", () => response.end(request.url === "/big" ? big : "ok")),
    );
    closers.push(() => origin.close());
    const rig = await openRig(origin.port, { limits: { connectionsPerAddressMax: 5_000 } });
    closers.push(() => rig.close());
    const before = process.memoryUsage().rss;
    const child = attack(rig.port, flags, 26);
    closers.push(() => void child.kill("SIGKILL"));
    const people = probe(rig.port, 13);
    await wait(13_000);
    const seen = await people;
    expect(seen.failures).toEqual([]);
    // The typical person; the slowest one tells more about the machine the test runs on than about the gateway.
    expect(seen.durationsMs[Math.floor(seen.durationsMs.length / 2)]).toBeLessThan(500);
    if (flags[0] === "-H" || flags[0] === "-B")
      expect(rig.gateway.stats().totals.openConnections).toBeLessThan(connections / 20);
    await wait(12_000);
    expect(rig.gateway.stats().totals.openConnections).toBeLessThan(connections / 20);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1_048_576);
  },
  90_000,
);

test("without these limits the slow connections stay (planted fault: the defaults of node:http)", async () => {
  const server = createServer((_, response) => response.end("ok"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const child = attack((server.address() as AddressInfo).port, ["-H", "-i", "1"], 20);
  closers.push(() => void child.kill("SIGKILL"));
  await wait(13_000);
  const held = await new Promise<number>((resolve, reject) =>
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
  );
  expect(held).toBeGreaterThan(connections / 2);
}, 60_000);
