import { expect, test } from "vitest";
import { runNonceStorm } from "../testdata/nonce-storm.ts";

test("no answer reaches the wrong client, whatever clients and the origin do in the middle", async () => {
  const result = await runNonceStorm({ clients: 50, requests: 60, seed: 7 });
  expect(result.wrong).toEqual([]);
  expect(result.answered).toBeGreaterThan(2_000);
  expect(result.aborted).toBeGreaterThan(100);
}, 60_000);
