import { createSocket } from "node:dgram";
import { appendFileSync, chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { keyedHash, testHashKey } from "#core";
import type { AnyOperation } from "../operations/operation.ts";
import { operations } from "../operations/operation-table.ts";
import { permissionsOf } from "../operations/permissions.ts";
import { runOperation } from "../operations/run-operation.ts";
import { openService, type RunningService } from "../serve/open-service.ts";
import { createEventIntake } from "./event-intake.ts";
import { openIngestServer } from "./ingest-server.ts";
import { canonicalIdentity, hashEvent, sentEvent } from "./product-events.ts";
import { toldStep } from "./told-step.ts";

const folder = mkdtempSync(join(tmpdir(), "gait-passive-"));
const log = join(folder, "access.log");
const token = "t".repeat(32);
let service: RunningService | undefined;
afterEach(async () => {
  await service?.stop();
  service = undefined;
  rmSync(join(folder, "state"), { recursive: true, force: true });
});

async function open(passive: string, more = ""): Promise<RunningService> {
  const path = join(folder, "gait.yaml");
  writeFileSync(
    path,
    `passive: ${passive}\n${more}admin: { listen: false }\nstore: { path: ${join(folder, "state")} }\n`,
  );
  service = await openService({ path, env: {}, flags: [] });
  return service;
}

const line = (ip: string, path: string): string =>
  `${ip} - - [05/Jan/2026:09:00:00 +0000] "GET ${path} HTTP/1.1" 200 5 "-" "curl/8"`;

test("a growing log is judged line by line, and shown as every other door's requests are", async () => {
  writeFileSync(log, `${line("203.0.113.1", "/a")}\n${line("203.0.113.1", "/b")}\n`);
  const { passive, witness } = await open(`{ application: shop, logs: ["${log}"] }`);
  await passive.settled();
  appendFileSync(log, `${line("203.0.113.2", "/c")}\nnoise\n`);
  await passive.settled();
  expect(passive.doors[0]?.facts()).toMatchObject({ format: "combined", parsed: 3, rejected: 1, failures: 0 });
  const [last] = witness.recent.newest(1, () => true, 1);
  expect(last).toMatchObject({ ip: "203.0.113.2", path: "/c", application: "shop" });
});

test("access-log lines come by syslog, over UDP and TCP, each program's in its own format", async () => {
  const { passive } = await open(`{ syslog: "127.0.0.1:0" }`);
  const port = Number(passive.doors[0]?.where.split(":").at(-1));
  const udp = createSocket("udp4");
  for (let i = 0; i < 3; i++)
    udp.send(`<190>Nov 27 13:11:40 nginx: ${line("203.0.113.1", `/${i}`)}`, port, "127.0.0.1");
  await expect.poll(() => passive.doors[0]?.facts()).toMatchObject({ parsed: 3 });
  const tcp = connect(port, "127.0.0.1");
  const message = `<134>1 2026-11-27T13:11:40Z lb apache 1 - - ${line("203.0.113.3", "/x")}`;
  tcp.write(`${message}\n`.repeat(3));
  await expect.poll(() => passive.doors[0]?.facts()).toMatchObject({ parsed: 6, rejected: 0 });
  udp.close();
  tcp.destroy();
});

async function openIngest(): Promise<
  (path: string, body: string, headers?: Record<string, string>) => Promise<Response>
> {
  const tokenFile = join(folder, "ingest.token");
  writeFileSync(tokenFile, token);
  chmodSync(tokenFile, 0o600);
  const { passive } = await open(`{ ingest: { listen: "127.0.0.1:0", tokenFile: ${tokenFile} } }`);
  const where = passive.doors[0]?.where;
  return (path, body, headers = {}) =>
    fetch(`http://${where}${path}`, {
      method: "POST",
      body,
      headers: { Authorization: `Bearer ${token}`, ...headers },
    });
}

test("a batch of exchanges is judged; what is wrong with one does not stop the others", async () => {
  const post = await openIngest();
  const good = {
    ip: "203.0.113.5",
    method: "GET",
    target: "/?token=topsecret",
    host: "shop.example",
    status: 200,
    headers: [["Cookie", "sid=topsecret"]],
    responseHeaders: [["Set-Cookie", "sid=topsecret"]],
  };
  const response = await post(
    "/v1/exchanges",
    JSON.stringify([good, { ...good, ip: "nobody" }, { ...good, method: "GET /" }, { ...good, extra: 1 }]),
  );
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    taken: 1,
    refused: 3,
    problems: [{ item: 1 }, { item: 2 }, { item: 3, problem: /extra/ }],
  });
  expect(service?.passive.doors[0]?.facts()).toMatchObject({ exchanges: 1 });
  expect(JSON.stringify(service?.witness.recent)).not.toContain("topsecret");
  const lines = await post("/v1/exchanges", `${JSON.stringify(good)}\n${JSON.stringify(good)}\n`, {
    "Content-Type": "application/x-ndjson",
  });
  expect(await lines.json()).toMatchObject({ taken: 2 });
});

test("an event is taken once, whoever sends it again; without the token nothing is taken", async () => {
  const post = await openIngest();
  const event = { id: "e1", at: "2026-01-05T09:00:00Z", type: "signup", application: "shop", email: "A.B+x@Gmail.com" };
  const told: unknown[] = [];
  service?.passive.events.subscribe((one) => void told.push(one));
  expect(await (await post("/v1/events", JSON.stringify([event, event]))).json()).toMatchObject({ taken: 2 });
  expect(await (await post("/v1/events", JSON.stringify(event))).json()).toMatchObject({ taken: 1 });
  expect(told).toHaveLength(1);
  expect(JSON.stringify(told)).not.toMatch(/gmail/i);
  expect(service?.passive.events.facts).toEqual({ taken: 1, repeated: 2 });
  expect((await post("/v1/events", "[]", { Authorization: "Bearer x" })).status).toBe(401);
  expect((await post("/v1/events", "{")).status).toBe(400);
  expect((await post("/v1/nothing", "[]")).status).toBe(404);
  expect((await post("/v1/events", "x".repeat(4_194_305)).catch(() => ({ status: 413 }))).status).toBe(413);
});

test("product events are remembered once, counted for each identity, and a ring of accounts behind one card is found", async () => {
  const caller = { name: "test", role: "viewer", permissions: permissionsOf.viewer } as const;
  const ask = (name: "product.activity" | "product.rings", input: unknown): Promise<unknown> =>
    runOperation(operations.find((one) => one.name === name) as AnyOperation, input, {
      service: service as RunningService,
      caller,
    });
  const at = Date.now();
  const signup = (account: number, card: string): Record<string, unknown> => ({
    id: `s${account}`,
    at: at + account,
    type: "signup",
    application: "api",
    account: `a${account}`,
    card,
    email: `Eve.Ring+${account}@gmail.com`,
    ip: "203.0.113.9",
  });
  const ring = [1, 2, 3, 4].map((account) => signup(account, "4242 4242"));
  const couple = [5, 6].map((account) => ({ ...signup(account, "5555"), email: `person${account}@example.com` }));
  const trial = { ...signup(1, "4242-4242"), id: "t1", type: "trial", amount: 5 };
  let post = await openIngest();
  expect((await post("/v1/events", JSON.stringify([...ring, ...couple, trial]))).status).toBe(200);
  await service?.records.flush();
  expect(await ask("product.rings", {})).toMatchObject({
    total: 2,
    rings: [
      { kind: "card", accounts: 4, signups: 4, trials: 1, disguised: 0 },
      { kind: "email", accounts: 4, signups: 4, trials: 1, disguised: 5, threats: ["OAT-019"] },
    ],
  });
  expect(await ask("product.activity", { by: "card" })).toMatchObject({
    subjects: [
      { application: "api", events: 5, signups: 4, trials: 1, accounts: 4, cards: 1, addresses: 1, amount: 5 },
      { events: 2, signups: 2, accounts: 2 },
    ],
  });
  const [kept] = (await service?.records.query("SELECT * FROM product_events WHERE type = 'trial'")) ?? [];
  expect(JSON.stringify(kept)).not.toMatch(/4242|eve|203\.0\.113\.9/i);

  // After a restart the ids are known to the store alone.
  await service?.stop();
  post = await openIngest();
  expect((await post("/v1/events", JSON.stringify([...ring, { ...trial, id: "t2" }]))).status).toBe(200);
  await service?.records.flush();
  expect(await service?.records.query("SELECT count(*) AS n FROM product_events")).toEqual([{ n: 8 }]);
});

test("a sender that is too fast is told when to come back, and what was refused had no effect", async () => {
  let now = 0;
  const taken: unknown[] = [];
  const routes = [
    { path: "/v1/events", item: sentEvent, take: (item: unknown) => (taken.push(item) > 0 ? "" : "lost") },
  ];
  const server = await openIngestServer({
    listen: { host: "127.0.0.1", port: 0 },
    token,
    routes,
    itemsPerSecond: 2,
    clock: { now: () => now, monotonic: () => now },
  });
  const event = { at: 1, type: "trial", application: "shop" };
  const post = (count: number): Promise<Response> =>
    fetch(`http://127.0.0.1:${server.port}/v1/events`, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}` },
      body: JSON.stringify(Array.from({ length: count }, (_, i) => ({ ...event, id: `${now}-${i}` }))),
    });
  expect((await post(2)).status).toBe(200);
  const refused = await post(1);
  expect([refused.status, refused.headers.get("retry-after"), taken.length]).toEqual([429, "1", 2]);
  now = 500;
  expect((await post(1)).status).toBe(200);
  await server.close();
});

test.each([
  ["email", "J.Doe+trial7@googlemail.com", "jdoe@gmail.com"],
  ["email", "J.Doe+trial7@Example.com", "j.doe@example.com"],
  ["phone", "0049 (30) 12-34", "+49301234"],
  ["account", "\u200bAda\u202e", "ada"],
  ["account", "ＡＤＡ", "ada"],
  ["key", "sk_LIVE", "sk_LIVE"],
] as const)("%s %j meets its other spellings in %j", (kind, text, canonical) => {
  expect(canonicalIdentity(kind, text)).toBe(canonical);
});

test("an account's product events carry the hash that its requests carry, and reach rules by the name of their step", () => {
  const sent = sentEvent.parse({
    id: "1",
    at: 5,
    type: "key-created",
    application: "shop",
    account: " Ann@Example.org ",
  });
  const event = hashEvent(sent, testHashKey);
  expect(event.identities.account?.canonical).toBe(keyedHash(testHashKey, "ann@example.org"));
  expect(toldStep(event)).toEqual({ tag: "api-key", at: 5, account: event.identities.account?.canonical, ip: "" });
  expect(toldStep({ ...event, type: "trial", ip: "192.0.2.1" })).toMatchObject({ tag: "trial", ip: "192.0.2.1" });
});

test("a disguise is a fact of its own; case and spaces are none", () => {
  const of = (email: string): boolean | undefined =>
    hashEvent({ id: "1", at: 0, type: "signup", application: "a", email, properties: {} }, testHashKey).identities.email
      ?.disguised;
  expect([of(" Ada@Example.com "), of("ada+1@example.com"), of("a\u200bda@example.com")]).toEqual([false, true, true]);
});

test("ids are remembered for at least as many events as the limit says, and not for ever", () => {
  const intake = createEventIntake(testHashKey, 3);
  const event = (id: number): boolean =>
    intake.take({ id: String(id), at: 0, type: "trial", application: "a", properties: {} });
  expect([1, 2, 3, 4, 1].map(event)).toEqual([true, true, true, true, false]);
  expect([5, 6, 7, 8, 9].map(event)).toEqual([true, true, true, true, true]);
  expect(event(1)).toBe(true);
});
