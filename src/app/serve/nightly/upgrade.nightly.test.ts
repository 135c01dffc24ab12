import { expect, test } from "vitest";
import { drainUnderLoad } from "../testdata/drain-under-load.ts";
import { ceaseless, openServeProcess, until } from "../testdata/serve-process.ts";

const seconds = Number(process.env.GAIT_NIGHTLY_SECONDS ?? 0);

test("SIGTERM with answers of eight seconds: unready within a tenth of a second, ended a second after the last", async () => {
  const slowMs = seconds === 0 ? 8_000 : 2_000;
  const { unreadyMs, endedMs } = await drainUnderLoad({ slowMs, drainDelayMs: 2_000 });
  console.log(`unready after ${unreadyMs.toFixed(0)} ms, ended after ${endedMs.toFixed(0)} ms`);
  expect(endedMs).toBeLessThan(2_000 + slowMs + 1_000);
  if (seconds === 0) expect(unreadyMs).toBeLessThan(100);
});

test.each([0, 2])("half a minute of upgrades in place under load loses nothing (workers: %d)", async (workers) => {
  const running = await openServeProcess(`workers: ${workers}\nmode: enforce\n`);
  try {
    const load = ceaseless(running.port);
    const ends = performance.now() + (seconds === 0 ? 30_000 : seconds * 1_000);
    running.child.kill("SIGUSR2");
    await until(() => running.said().includes("a new process has taken over"));
    while (performance.now() < ends) await new Promise((resolve) => setTimeout(resolve, 200));
    const { answered, failures } = await load.stop();
    console.log(`${answered} answered`);
    expect(failures).toEqual([]);
    expect(answered).toBeGreaterThan(50);
  } finally {
    running.close();
  }
});
