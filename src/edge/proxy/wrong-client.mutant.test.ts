import { expect, test, vi } from "vitest";
import { runNonceStorm } from "../testdata/nonce-storm.ts";

// The planted fault: a connection goes back to the pool although its request body was never read to the end.
vi.mock("./reuse.ts", () => ({ mayReuse: () => true }));

test("pooling a connection after an early answer is seen by the nonces", async () => {
  const result = await runNonceStorm({ clients: 10, requests: 5, seed: 7, waitMs: 300 });
  expect(result.wrong.length).toBeGreaterThan(0);
}, 60_000);
