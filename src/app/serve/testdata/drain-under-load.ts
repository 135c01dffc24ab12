import { connect } from "node:net";
import { expect } from "vitest";
import { ceaseless, openServeProcess, until } from "./serve-process.ts";
import { ask } from "./service-rig.ts";

/** How long things take. */
export interface DrainTerms {
  readonly slowMs: number;
  readonly drainDelayMs: number;
}

/**
 * SIGTERM while twenty answers are under way and clients keep asking: readiness ends at once, new connections are served
 * until the drain delay is over, every answer comes whole, and the process ends with 0.
 */
export async function drainUnderLoad({ slowMs, drainDelayMs }: DrainTerms): Promise<{ readonly unreadyMs: number; readonly endedMs: number }> {
  const yaml = `mode: observe\nlimits: { edge: { drainMs: ${slowMs * 3 + 5_000}, drainDelayMs: ${drainDelayMs} } }\n`;
  const running = await openServeProcess(yaml, { slowMs });
  try {
    const { port, socketPath, child } = running;
    const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
    const load = ceaseless(port);
    const slow = Array.from({ length: 20 }, () => ask({ port }, { path: "/slow" }));
    await new Promise((resolve) => setTimeout(resolve, 200));
    const started = performance.now();
    child.kill("SIGTERM");
    await until(async () => (await ask({ socketPath }, { path: "/readyz" })).status === 503);
    const unreadyMs = performance.now() - started;
    // Balancers still send here for a while, on new connections.
    while (performance.now() - started < drainDelayMs * 0.6) expect((await ask({ port })).status).toBe(200);
    const { failures, answered } = await load.stop();
    expect(failures).toEqual([]);
    expect(answered).toBeGreaterThan(0);
    for (const { status, body } of await Promise.all(slow)) expect([status, body]).toEqual([200, "slow"]);
    expect(await ended).toBe(0);
    const endedMs = performance.now() - started;
    expect(await refused(port)).toBe(true);
    return { unreadyMs, endedMs };
  } finally {
    running.close();
  }
}

function refused(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", () => resolve(true));
  });
}
