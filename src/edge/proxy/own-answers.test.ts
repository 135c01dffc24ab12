import { expect, test } from "vitest";
import { openOrigin, openRig, verdictOf } from "../testdata/gateway-rig.ts";

test("the engine learns from what the origin answered and never from our own refusals", async () => {
  const origin = await openOrigin((_, response) => response.writeHead(404).end());
  const rig = await openRig(origin.port, { mode: "enforce" });
  const statuses: (number | undefined)[] = [];
  const { guard } = rig;
  const observe = guard.observe.bind(guard);
  guard.observe = (exchange) => {
    statuses.push(exchange.response?.status);
    observe(exchange);
  };
  try {
    expect((await fetch(`http://127.0.0.1:${rig.port}/missing`)).status).toBe(404);
    guard.decide = (exchange) => verdictOf(exchange, { action: "block" });
    expect((await fetch(`http://127.0.0.1:${rig.port}/blocked`)).status).toBe(403);
    expect(statuses).toEqual([404, undefined]);
  } finally {
    await rig.close();
    origin.close();
  }
});
