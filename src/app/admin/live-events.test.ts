import { afterEach, expect, test } from "vitest";
import { adminPort, ask, openServiceRig, type ServiceRig } from "../serve/testdata/service-rig.ts";
import type { LiveBatch } from "./live-events.ts";

let rig: ServiceRig | undefined;
const aborts: AbortController[] = [];
afterEach(async () => {
  for (const abort of aborts.splice(0)) abort.abort();
  await rig?.close();
  rig = undefined;
});

/** Opens the stream and collects what it says, with the time each message came. */
async function listen(
  running: ServiceRig,
  query = "",
): Promise<{ readonly batch: LiveBatch; readonly came: number }[]> {
  const abort = new AbortController();
  aborts.push(abort);
  const answer = await fetch(`http://127.0.0.1:${adminPort(running)}/api/v1/live${query}`, { signal: abort.signal });
  expect(answer.status).toBe(200);
  const heard: { readonly batch: LiveBatch; readonly came: number }[] = [];
  void (async () => {
    let text = "";
    for await (const chunk of answer.body ?? []) {
      text += Buffer.from(chunk).toString();
      const messages = text.split("\n\n");
      text = messages.pop() ?? "";
      for (const message of messages)
        heard.push({ batch: JSON.parse(message.slice("data: ".length)) as LiveBatch, came: Date.now() });
    }
  })().catch(() => undefined);
  return heard;
}

test("a request is told within two seconds, with what became of it", async () => {
  rig = await openServiceRig();
  const heard = await listen(rig);
  const asked = Date.now();
  await ask(rig, { path: "/now?secret=1" });
  const found = (): { readonly batch: LiveBatch; readonly came: number } | undefined =>
    heard.find(({ batch }) => batch.events.some(({ path }) => path === "/now"));
  await expect.poll(found, { timeout: 4_000 }).toBeDefined();
  expect((found()?.came ?? 0) - asked).toBeLessThanOrEqual(2_000);
  expect(found()?.batch.events[0]).toMatchObject({ path: "/now", ip: "127.0.0.1", enforced: "allow" });
});

test("a flood is counted whole and shown in part, and a filter narrows what is shown alone", async () => {
  rig = await openServiceRig();
  const all = await listen(rig);
  const few = await listen(rig, "?method=DELETE");
  const { witness } = rig.service;
  await ask(rig, { path: "/first" });
  await expect.poll(() => witness.recent.added).toBe(1);
  const [model] = witness.recent.newest(1, () => true, 1);
  if (model === undefined) throw new Error("nothing was judged");
  // A second of a busy site, as the witness notes it.
  for (let i = 0; i < 20_000; i++) {
    const { score: _score, trail: _trail, ...noted } = model;
    const said = { ...noted, reference: `r${i}`, method: i === 19_990 ? "DELETE" : "GET" };
    witness.recent.add(Object.assign(witness.recent.blank(), said));
    witness.split.count("human", Date.now());
  }
  const sum = (heard: readonly { readonly batch: LiveBatch }[], of: (batch: LiveBatch) => number): number =>
    heard.reduce((total, { batch }) => total + of(batch), 0);
  const counted = (batch: LiveBatch): number => Object.values(batch.counts).reduce((total, n) => total + n, 0);
  await expect.poll(() => sum(all, counted), { timeout: 5_000 }).toBe(20_001);
  expect(sum(all, ({ events, more }) => events.length + more)).toBe(20_001);
  expect(Math.max(...all.map(({ batch }) => batch.events.length))).toBe(50);
  await expect.poll(() => sum(few, ({ events }) => events.length), { timeout: 5_000 }).toBe(1);
  expect(Math.max(...all.map(({ batch }) => JSON.stringify(batch).length))).toBeLessThan(50_000);
});

test("the stream asks for the permission to look, and names a field that it does not have", async () => {
  rig = await openServiceRig();
  const at = { port: adminPort(rig) };
  const wrong = await ask(at, { path: "/api/v1/live?colour=red" });
  expect([wrong.status, wrong.body]).toEqual([400, expect.stringContaining("colour")]);
  const { socketPath } = rig.service;
  expect((await ask({ socketPath }, { path: "/api/v1/live", headers: { "x-gait-as": "mcp:support" } })).status).toBe(
    403,
  );
  expect((await ask({ socketPath }, { path: "/api/v1/live", headers: { "x-gait-as": "nobody" } })).status).toBe(401);
});
