import { createHmac } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AlertDesk } from "./alert-desk.ts";

let server: Server;
let status = 200;
let received: { readonly body: string; readonly signature: string }[] = [];
let now = 0;
let desk: AlertDesk;

beforeEach(async () => {
  status = 200;
  received = [];
  now = 1_000_000;
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => {
      body += part;
    });
    request.on("end", () => {
      received.push({ body, signature: String(request.headers["x-gait-signature"] ?? "") });
      response.statusCode = status;
      response.end("ok");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const clock = { now: () => now, monotonic: () => now };
  desk = new AlertDesk(clock, { testing: { addresses: ["127.0.0.1"], plainHttp: true } });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  desk.destinations = [{ name: "on-call", type: "webhook", url, secret: "shared" }];
});
afterEach(() => {
  desk.close();
  server.close();
});

function firing(key: string): Parameters<AlertDesk["raise"]>[0] {
  return { rule: "incident", key, state: "firing", title: key, text: "" };
}

test("an alert is sent once however often it is raised, signed, and its end carries the same key", async () => {
  for (let i = 0; i < 50; i++) desk.raise(firing("inc-1"));
  desk.raise({ ...firing("inc-1"), state: "resolved" });
  desk.raise({ ...firing("inc-1"), state: "resolved" });
  await expect.poll(() => received.length).toBe(2);
  const bodies = received.map(({ body }) => JSON.parse(body) as { key: string; state: string });
  expect(bodies.map(({ key, state }) => `${key} ${state}`).sort()).toEqual(["inc-1 firing", "inc-1 resolved"]);
  for (const { body, signature } of received)
    expect(signature).toBe(`t=1000000,v1=${createHmac("sha256", "shared").update(`1000000.${body}`).digest("hex")}`);
  await expect.poll(() => desk.recent().map(({ delivery }) => delivery)).toEqual(["delivered", "delivered"]);
});

test("a storm of ten thousand is five messages, and the next one says how many were held back", async () => {
  for (let i = 0; i < 10_000; i++) desk.raise(firing(`inc-${i}`));
  await expect.poll(() => received.length).toBe(5);
  now += 60_000;
  desk.raise({ ...firing("inc-1"), state: "resolved" });
  await expect.poll(() => received.length).toBe(6);
  expect(JSON.parse(received[5]?.body ?? "{}")).toMatchObject({ state: "resolved" });
  expect((JSON.parse(received[5]?.body ?? "{}") as { heldBack: number }).heldBack).toBeGreaterThan(900);
});

test("a destination that fails is tried again and gets what it missed", async () => {
  status = 500;
  desk.raise(firing("inc-1"));
  await expect.poll(() => desk.recent()[0]?.detail).toMatch(/500/);
  expect(desk.recent()[0]?.delivery).toBe("retrying");
  status = 200;
  await expect.poll(() => desk.recent()[0]?.delivery, { timeout: 5_000 }).toBe("delivered");
  expect(received).toHaveLength(2);
});

test("without a test's allowance nothing private is reached", async () => {
  const strict = new AlertDesk({ now: () => now, monotonic: () => now });
  for (const url of ["https://127.0.0.1/", "https://169.254.169.254/latest", "http://example.org/", "https://[::1]/"]) {
    const result = await strict.test({ name: "x", type: "webhook", url, secret: "" });
    expect([url, result.delivered]).toEqual([url, false]);
  }
  expect(received).toEqual([]);
});
