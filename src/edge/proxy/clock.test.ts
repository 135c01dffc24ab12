import { afterEach, expect, test } from "vitest";
import type { Clock } from "#core";
import { openGateway } from "../index.ts";
import { openOrigin, RawClient, RecordingGuard, type Rig } from "../testdata/gateway-rig.ts";

const closers: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const wait = (spanMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, spanMs));
const day = 86_400_000;

/** A wall clock that can be set, as an administrator or a time server does. */
class SettableClock implements Clock {
  shiftMs = 0;
  now(): number {
    return Date.now() + this.shiftMs;
  }
  monotonic(): number {
    return performance.now();
  }
}

/** The planted fault: deadlines by the wall clock. */
class WallClock extends SettableClock {
  override monotonic(): number {
    return this.now();
  }
}

async function openWith(clock: SettableClock): Promise<Pick<Rig, "gateway" | "guard" | "port">> {
  const origin = await openOrigin((request, response) => request.resume().on("end", () => response.end("ok")));
  closers.push(() => origin.close());
  const guard = new RecordingGuard();
  const gateway = await openGateway(
    {
      listen: [{ host: "127.0.0.1", port: 0 }],
      applications: [{ name: "app", upstream: { name: "origin", urls: [`http://127.0.0.1:${origin.port}`] } }],
      mode: "observe",
      hashKey: { k0: 1, k1: 2 },
      limits: { headMs: 1_500, drainMs: 200 },
    },
    guard,
    { clock },
  );
  closers.push(async () => void (await gateway.drain()));
  return { gateway, guard, port: gateway.addresses[0]?.port ?? 0 };
}

/** A client that sends its head slowly while the clock is set by `jumps`; what it gets and after how long. */
async function slowHead(
  clock: SettableClock,
  jumps: readonly number[],
): Promise<{ text: string; tookMs: number; rig: Awaited<ReturnType<typeof openWith>> }> {
  const rig = await openWith(clock);
  const started = performance.now();
  const client = new RawClient(rig.port).send("GET / HTTP/1.1\r\nHost: a\r\n");
  for (const jump of jumps) {
    await wait(150);
    clock.shiftMs = jump;
  }
  await wait(150);
  client.send("Connection: close\r\n\r\n");
  const text = await client.untilEnd();
  return { text, tookMs: performance.now() - started, rig };
}

test("a clock set forward by a month, back by two hours, and to and fro ends no deadline early", async () => {
  for (const jumps of [[30 * day], [-7_200_000], [30 * day, -7_200_000, day, 0]]) {
    const { text, rig } = await slowHead(new SettableClock(), jumps);
    expect(text).toContain("200 OK");
    expect(rig.guard.observed[0]?.response?.durationMs).toBeGreaterThanOrEqual(0);
  }
});

test("a clock set back does not hold a slow connection for longer", async () => {
  const clock = new SettableClock();
  const rig = await openWith(clock);
  const started = performance.now();
  const client = new RawClient(rig.port).send("GET / HTTP/1.1\r\nHost: a\r\n");
  await wait(150);
  clock.shiftMs = -7_200_000;
  expect(await client.untilEnd()).toContain("408");
  expect(performance.now() - started).toBeLessThan(3_000);
});

test("deadlines by the wall clock are seen to end early (planted fault)", async () => {
  const { text } = await slowHead(new WallClock(), [30 * day, 30 * day, 30 * day]);
  expect(text).toContain("408");
});
