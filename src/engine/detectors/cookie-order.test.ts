import { expect, test } from "vitest";
import { createRandom } from "#core";
import { Orchestration } from "../intent/orchestration.ts";
import { ledgerAxes } from "../ledger/ledger-row.ts";
import type { OrderRule } from "../ledger/order-rules.ts";
import { jarSession } from "../ledger/testdata/client-jars.ts";
import { cookieOrder } from "./cookie-order.ts";

interface Outcome {
  /** Sessions in which cookie-order spoke at all, and with one and a half nats or more. */
  readonly spoke: number;
  readonly loud: number;
  readonly brokenAxes: readonly string[];
}

/** Walks many random sessions of clients with one jar, each unknown to the ledger. Seeded. */
function drive(rule: OrderRule, sessions: number, seed: number): Outcome {
  const random = createRandom(seed);
  const orchestration = new Orchestration({ sessionsMax: 1, limits: { issuedEpochBits: 65_536 } });
  const brokenAxes = new Set<string>();
  let spoke = 0;
  let loud = 0;
  for (let session = 0; session < sessions; session++) {
    orchestration.open(0, "default", 0);
    for (const exchange of jarSession(rule, random, 1_767_600_000_000 + session * 3_600_000)) {
      orchestration.request(0, exchange, { endpoint: 0, now: exchange.at });
      orchestration.response(0, exchange, { endpoint: 0, now: exchange.at + 20 });
    }
    const { ledger } = orchestration.subject(0, "web");
    for (const axis of ledgerAxes) if (ledger.events(axis) > 0) brokenAxes.add(axis);
    const nats = cookieOrder.inspect(orchestration.subject(0, "web"))?.nats ?? 0;
    if (nats > 0) spoke++;
    if (nats >= 1.5) loud++;
    orchestration.close(0);
  }
  return { spoke, loud, brokenAxes: [...brokenAxes] };
}

test.each(["chromium", "rfc"] as const)("a thousand random %s jars break nothing, on any axis", (rule) => {
  const { loud, brokenAxes } = drive(rule, 1_000, 7);
  expect(brokenAxes).toEqual([]);
  expect(loud).toBe(0);
});

test.each([
  ["libcurl", 0.5],
  ["alphabetical", 0.5],
  ["insertion", 0.4],
] as const)("%s jars are told from every browser's, more often than not", (rule, share) => {
  const { loud } = drive(rule, 300, 11);
  expect(loud / 300).toBeGreaterThan(share);
});

test.each(["go", "cpython"] as const)(
  "a %s jar on one host orders as RFC 6265 does, and nothing is claimed",
  (rule) => {
    expect(drive(rule, 300, 13).loud).toBe(0);
  },
);
