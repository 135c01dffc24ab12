import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type Answer, ask, openServiceRig, type ServiceRig } from "../serve/testdata/service-rig.ts";
import { openTelegraphRig } from "./testdata/telegraph-rig.ts";

let closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing) await close();
  closing = [];
});

/** A gateway in front of a shop whose `/x` is under a rule, with a honeypot beside it. */
async function openActions(
  then: string,
): Promise<{ readonly rig: ServiceRig; get(path: string, accept?: string): Promise<Answer> }> {
  const open = async (name: string): Promise<number> => {
    const server = createServer((request, response) => {
      request.resume();
      response.setHeader("x-origin", name);
      response.setHeader("x-action-seen", String(request.headers["x-gait-action"] ?? "none"));
      response.end(name);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closing.push(() => void server.close());
    return (server.address() as AddressInfo).port;
  };
  const [shop, honeypot] = [await open("shop"), await open("honeypot")];
  const rig = await openServiceRig();
  closing.unshift(() => rig.close());
  mkdirSync(join(rig.directory, "rules"));
  const rule = `- { name: under-test, why: Chosen by the test., when: request.path == "/x", then: ${then}, mode: enforce }\n`;
  writeFileSync(join(rig.directory, "rules", "rule.yaml"), rule);
  const applications = `[{ name: shop, hosts: ["127.0.0.1"], upstream: "http://127.0.0.1:${shop}" }, { name: honeypot, hosts: [honeypot.invalid], upstream: "http://127.0.0.1:${honeypot}" }]`;
  writeFileSync(
    rig.configFile,
    `applications: ${applications}\nmode: enforce\nlisten: 127.0.0.1:0\nstore: { path: ${rig.directory}/state }\nenforce: { basis: certified }\npolicy: { rules: ${rig.directory}/rules }\n`,
  );
  const reloaded = rig.service.reload();
  if (reloaded.kind === "refused") throw new Error(reloaded.reason);
  return {
    rig,
    get: (path, accept = "*/*") => ask({ port: rig.port }, { path, headers: { host: "127.0.0.1", accept } }),
  };
}

test("a rate lets its share pass, then says when to come back, and leaves other paths alone", async () => {
  const { get } = await openActions("{ throttle: { perMinute: 6, burst: 3 } }");
  const statuses = [];
  for (let i = 0; i < 5; i++) statuses.push((await get("/x")).status);
  expect(statuses).toEqual([200, 200, 200, 429, 429]);
  expect(Number((await get("/x")).headers["retry-after"])).toBeGreaterThan(5);
  expect((await get("/y")).status).toBe(200);
});

test("route sends to the honeypot, and refuses where there is none of that name", async () => {
  const { get } = await openActions("{ route: { to: honeypot } }");
  expect((await get("/x")).body).toBe("honeypot");
  expect((await get("/y")).body).toBe("shop");
  const missing = await openActions("{ route: { to: honeypott } }");
  expect((await missing.get("/x")).status).toBe(403);
});

test("step-up tells people where to go on, or tells the origin, in words people understand", async () => {
  const page = await openActions("{ step-up: { to: /verify } }");
  expect((await page.get("/x", "text/html")).body).toContain('<a href="/verify">');
  expect(JSON.parse((await page.get("/x")).body)).toMatchObject({
    title: "Please confirm that it is you",
    verification: "/verify",
  });
  const header = await openActions("{ step-up: { to: header } }");
  expect((await header.get("/x")).headers["x-action-seen"]).toBe("step-up");
});

test("hold keeps the step, or tells the origin to put it aside", async () => {
  const refused = await openActions("hold");
  expect(JSON.parse((await refused.get("/x")).body)).toMatchObject({ title: /second look/ as unknown });
  const told = await openActions("{ hold: { to: header } }");
  expect((await told.get("/x")).headers["x-action-seen"]).toBe("hold");
}, 20_000);

test("a block takes the status its rule asks for, and the plain one for a status that is no refusal", async () => {
  expect((await (await openActions("{ block: { status: 404 } }")).get("/x")).status).toBe(404);
  expect((await (await openActions("{ block: { status: 200 } }")).get("/x")).status).toBe(403);
});

test("a block that takes hold later lets the first requests of a session pass", async () => {
  const { get } = await openActions("{ block: { after: 4 } }");
  const statuses = [];
  for (let i = 0; i < 6; i++) statuses.push((await get("/x")).status);
  const passed = statuses.indexOf(403);
  expect(passed).toBeGreaterThanOrEqual(1);
  expect(passed).toBeLessThanOrEqual(4);
  expect(statuses.slice(passed).every((status) => status === 403)).toBe(true);
});

test("a deception about which nothing was learned is a refusal", async () => {
  expect((await (await openActions("deceive")).get("/x")).status).toBe(403);
});

test("a tarpit answers late and never lets through", async () => {
  const { get } = await openActions("{ tarpit: { seconds: 1 } }");
  const start = performance.now();
  expect((await get("/x")).status).toBe(403);
  expect(performance.now() - start).toBeGreaterThan(700);
});

test("refusals of our own never count against the client: they are not learned from", async () => {
  const { get, rig } = await openActions("{ block: { status: 401 } }");
  for (let i = 0; i < 30; i++) await get("/x");
  const seen = rig.service.witness.recent.newest(1, () => true, 1)[0];
  expect(seen?.signals.filter(({ axis }) => axis === "authentication")).toEqual([]);
  const endpoints = [...rig.service.protection.policy.set.rules];
  expect(endpoints).toHaveLength(1);
});

test("with workers, too, a deception is the application's own failure once a worker has seen enough of them", async () => {
  const { observe, close } = await openTelegraphRig("{ deceive: { as: failure } }", { more: "workers: 2\n" });
  closing.push(close);
  for (let i = 0; i < 150; i++) await observe("organic");
  const statuses = [];
  for (let i = 0; i < 30; i++) statuses.push((await observe("stopped")).status);
  // A worker that gets no verdict in time asks the origin, whose failures are the same ones.
  expect(statuses.filter((status) => status === 401 || status === 423)).toHaveLength(30);
}, 60_000);
