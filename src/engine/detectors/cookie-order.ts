import type { Signal } from "#core";
import type { OrchestrationCase } from "../intent/orchestration.ts";
import { orderRules } from "../ledger/order-rules.ts";
import { ledgerSignal, type OrchestrationDetector } from "./orchestration-detector.ts";

/** Shares of the order rules among automation: libraries by use; part of the bots drive real browsers. Design values. */
const automatedShares: Readonly<Record<(typeof orderRules)[number], number>> = {
  chromium: 0.15,
  rfc: 0.15,
  libcurl: 0.15,
  go: 0.13,
  cpython: 0.2,
  alphabetical: 0.07,
  insertion: 0.08,
  arbitrary: 0.07,
};
const automatedWeights: Float32Array = Float32Array.from(orderRules, (rule) => automatedShares[rule]);
/** Orders of fewer cookies coincide too often to be worth a word. */
const cookiesMin = 3;
const natsMin = 0.05;
/** What order alone may say while few anchored sessions have shown how rare other orders are. */
const natsMax = 5;

/**
 * Finds a client whose cookies come in an order that the browsers seen here do not produce: libcurl, Go, Python and
 * aiohttp each sort in a way of their own, and a header put together by hand sorts in none.
 *
 * The null is the learned mixture of honest clients of that kind, never "Chrome is human"; where a proxy sorts
 * everybody's cookies the axis is off. Grows with the jar: three cookies say little, eight say nearly all. A
 * refuser sends no cookies and cannot be caught by this. Evasion: reimplement Chromium's rule, including that
 * a rotated cookie moves to the end, and keep it right through deletions and nested paths.
 */
export const cookieOrder: OrchestrationDetector = {
  name: "cookie-order",
  axis: "orchestration",
  group: "jar-order",
  personaProof: true,

  inspect(subject: OrchestrationCase): Signal | undefined {
    const { ledger, kind } = subject;
    // First what is cheap: most jars are too small for their order to say anything.
    if (ledger.orderSize < cookiesMin && ledger.events("orderBreak") === 0) return undefined;
    const honest = ledger.orderNull(kind);
    if (honest === undefined) return undefined;
    const broken = ledgerSignal(cookieOrder, "orderBreak", subject);
    if (ledger.orderSize < cookiesMin) return broken;
    const ratio = ledger.orderEvidence(automatedWeights) - ledger.orderEvidence(honest);
    const nats = Math.min(natsMax, ratio);
    if (nats < natsMin || nats <= (broken?.nats ?? 0)) return broken;
    const evidence = { rule: ledger.orderRule ?? "unknown", cookies: ledger.orderSize };
    return { detector: "cookie-order", axis: "orchestration", group: "jar-order", nats, evidence };
  },
};
