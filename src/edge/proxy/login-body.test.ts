import { afterEach, expect, test } from "vitest";
import { testHashKey } from "#core";
import { exchangeRaw, openOrigin, openRig, RawClient, type Rig, verdictOf } from "../testdata/gateway-rig.ts";
import { hashAccount, loginBodyBytesMax } from "./login-body.ts";

const closers: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A gateway whose origin answers with the body it got. */
async function echoing(): Promise<Rig> {
  const origin = await openOrigin((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => response.end(Buffer.concat(chunks)));
  });
  closers.push(() => origin.close());
  const rig = await openRig(origin.port, { hashKey: testHashKey, mode: "enforce" });
  closers.push(() => rig.close());
  return rig;
}

const form = "application/x-www-form-urlencoded";

function post(body: string, type: string, more = ""): string {
  return `POST /login HTTP/1.1\r\nHost: a\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n${more}\r\n${body}`;
}

const named = hashAccount(testHashKey, "ann@example.org");

test("a login's account and password are known when it is judged, and the body arrives unchanged", async () => {
  const cases: readonly (readonly [body: string, type: string])[] = [
    ["csrf=1&user=ann%40example.org&password=secret", form],
    ["user[email]=%20Ann@Example.org&user[password]=secret", form],
    ['{"email":"ann@example.org","password":"secret"}', "application/json; charset=utf-8"],
    ['{"data":{"attributes":{"userName":"ann@example.org","pass_word":"secret"}}}', "application/vnd.api+json"],
  ];
  const passwords = new Set<number>();
  for (const [body, type] of cases) {
    const rig = await echoing();
    expect(await exchangeRaw(rig.port, post(body, type)), body).toContain(body);
    expect(rig.guard.inspected[0]?.request.account, body).toBe(named);
    passwords.add(rig.guard.inspected[0]?.request.password ?? 0);
  }
  expect(passwords.size).toBe(1);
  expect([...passwords][0]).toBeGreaterThan(0);
});

test("what is no login claims nobody: one field of the two, other types, broken JSON, a body too large", async () => {
  const large = `user=ann@example.org&password=secret&x=${"x".repeat(loginBodyBytesMax)}`;
  const cases: readonly (readonly [body: string, type: string])[] = [
    ["user=ann@example.org", form],
    ["password=secret", form],
    ["user=ann@example.org&password=secret", "text/plain"],
    ['{"email":"ann@example.org","password":"secret"', "application/json"],
    ['["email","password"]', "application/json"],
    [large, form],
  ];
  for (const [body, type] of cases) {
    const rig = await echoing();
    expect(await exchangeRaw(rig.port, post(body, type)), body.slice(0, 60)).toContain(body);
    expect(rig.guard.inspected[0]?.request, body.slice(0, 60)).toMatchObject({ account: 0, password: 0 });
  }
});

test("a body that comes in pieces is waited for; who waits for 100 Continue is judged at once", async () => {
  const rig = await echoing();
  const body = "user=ann@example.org&password=secret";
  const whole = post(body, form);
  const client = new RawClient(rig.port);
  client.send(whole.slice(0, -20));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(rig.guard.inspected).toHaveLength(0);
  client.send(whole.slice(-20));
  expect(await client.until((seen) => seen.includes(body))).toContain("200 OK");
  expect(rig.guard.inspected[0]?.request.account).toBe(named);
  client.close();
  const waiting = new RawClient(rig.port);
  waiting.send(post(body, form, "Expect: 100-continue\r\n").slice(0, -body.length));
  await waiting.until((seen) => seen.includes("100 Continue"));
  waiting.send(body);
  expect(await waiting.until((seen) => seen.includes(body))).toContain("200 OK");
  expect(rig.guard.inspected[1]?.request.account).toBe(0);
  waiting.close();
});

test("a refused login never reaches the origin, and a client that leaves in the middle of its body costs nothing", async () => {
  const rig = await echoing();
  rig.guard.decide = (exchange) => verdictOf(exchange, { action: "block" });
  const body = "user=ann@example.org&password=secret";
  const answer = await exchangeRaw(rig.port, post(body, form));
  expect(answer).toContain("403 Forbidden");
  expect(answer).not.toContain(body);
  const leaver = new RawClient(rig.port);
  leaver.send(post(body, form).slice(0, -10));
  await new Promise((resolve) => setTimeout(resolve, 30));
  leaver.close();
  expect(await exchangeRaw(rig.port, post(body, form))).toContain("403 Forbidden");
  expect(rig.guard.inspected).toHaveLength(2);
});
