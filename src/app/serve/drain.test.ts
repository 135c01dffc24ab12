import { expect, test, vi } from "vitest";
import { drainUnderLoad } from "./testdata/drain-under-load.ts";

/** Starts of whole processes, which a busy machine makes long. */
vi.setConfig({ testTimeout: 90_000 });

test("SIGTERM under load: unready before the port closes, served until then, every answer whole, exit 0", async () => {
  const drainDelayMs = 1_500;
  const { unreadyMs } = await drainUnderLoad({ slowMs: 1_500, drainDelayMs });
  // The nightly form has answers of eight seconds, a tenth of a second for readiness and one second for the end.
  expect(unreadyMs).toBeLessThan(drainDelayMs);
});
