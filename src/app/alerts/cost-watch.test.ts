import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type DecisionRecord, readTrace } from "#core";
import { openEventStore } from "#store";
import type { CostConfig } from "../config/alerts-section.ts";
import { CostWatch } from "./cost-watch.ts";

const folder = mkdtempSync(join(tmpdir(), "gait-cost-"));
const store = await openEventStore({ folder, privacy: { addresses: "hashed", hashAddress: () => 1 } });
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const hourMs = 3_600_000;
const now = Date.UTC(2026, 5, 10, 12);
const sms: CostConfig = { name: "sms", path: "/send-code", per: "request", price: 0.5, factor: 3, minimum: 1 };
const [base] = readTrace("POST /send-code 200");

function send(count: number, at: number, { path = "/send-code", status = 200 } = {}): void {
  if (base?.response === undefined) throw new Error("the trace is empty");
  for (let i = 0; i < count; i++) {
    store.append({
      sequence: i,
      exchange: { ...base, at, request: { ...base.request, path }, response: { ...base.response, status } },
      verdict: {
        kind: "human",
        action: "allow",
        score: { total: 0, behaviour: 0, presentation: 0 },
        signals: [],
        rule: null,
        watched: [],
        basis: "none",
        certifiedFpr: null,
        reference: "",
        revision: 1,
      },
      enforced: "allow",
      path,
      trail: { session: 1, identity: 0, template: path, cohort: "" },
      decisionUs: 1,
      session: "s",
      actor: "a",
      failure: "",
    } satisfies DecisionRecord);
  }
}

test("a place whose past is too short is not judged, one that spends as ever is quiet, one that departs from it fires", async () => {
  const watch = new CostWatch(store);
  send(4, now - 5 * hourMs);
  send(100, now - 1_000);
  await store.flush();
  expect(await watch.look([sms], now)).toMatchObject([{ state: "resolved" }]);

  for (let hour = 2; hour < 72; hour++) send(10, now - hour * hourMs);
  await store.flush();
  // A past that was looked at is kept for the hour; another watch looks anew.
  const later = new CostWatch(store);
  const [spending] = await later.spending([sms], now);
  expect(spending).toMatchObject({ spent: 50, usual: 5, threshold: 15 });
  expect(await later.look([sms], now)).toMatchObject([
    { key: "cost-sms", state: "firing", title: "sms: 50.00 spent within an hour, 5.00 is usual" },
  ]);
  // Refused and other places' requests cost nothing.
  send(500, now - 1_000, { path: "/send-codes" });
  send(500, now - 1_000, { status: 403 });
  await store.flush();
  expect((await later.spending([sms], now))[0]?.spent).toBe(50);
  expect(await later.look([{ ...sms, factor: 11 }], now)).toMatchObject([{ state: "resolved" }]);
  expect(await later.look([{ ...sms, minimum: 50 }], now)).toMatchObject([{ state: "resolved" }]);
  expect(await later.look([{ ...sms, minimum: 49 }], now)).toMatchObject([{ state: "firing" }]);
});
