import { afterEach, expect, test } from "vitest";
import { edgeLimits, keyedHash, testHashKey, tokensUnseen } from "#core";
import { exchangeRaw, openOrigin, openRig, type Rig } from "../testdata/gateway-rig.ts";
import { looksDrawn, tokensOfQuery } from "./state-tokens.ts";

const closers: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const nonce = "8d1f4c6ae0b27395";
const hash = (text: string): number => keyedHash(testHashKey, text);

async function answering(body: string, type: string, more: Record<string, string> = {}): Promise<Rig> {
  const origin = await openOrigin((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": type, ...more }).end(body);
  });
  closers.push(() => origin.close());
  const rig = await openRig(origin.port, { hashKey: testHashKey, mode: "observe" });
  closers.push(() => rig.close());
  return rig;
}

async function issued(body: string, type: string, more: Record<string, string> = {}): Promise<readonly number[]> {
  const rig = await answering(body, type, more);
  await exchangeRaw(rig.port, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  return rig.guard.observed[0]?.response?.tokens ?? [];
}

test("values drawn at random are told from words, dates, numbers, short and endless ones", () => {
  for (const drawn of [
    nonce,
    "0b9fe2f0-7f7e-4a52-9d0f-2f6cbb4c0e11",
    "Zk3v9QeXh2LpTa8W_-cR",
    `aB3${"x7Yq9w".repeat(10)}`,
  ])
    expect(looksDrawn(drawn), drawn).toBe(true);
  const others = [
    nonce.slice(1),
    "application-settings-page",
    "2026-01-05T09:00:00Z",
    "12345678901234567890",
    "aaaaaaaaaaaaaaaa1111",
    "/static/app.8d1f4c6ae0b27395.js",
    `aB3${"x7Yq9w".repeat(60)}`,
    "Zk3v9QeXh2LpTa8W cR",
  ];
  for (const other of others) expect(looksDrawn(other), other).toBe(false);
});

test("a query's tokens are its drawn values, sixteen at most", () => {
  expect(tokensOfQuery(`a=1&state=${nonce}&b`, testHashKey)).toEqual([hash(nonce)]);
  expect(tokensOfQuery("page=2&sort=price-ascending-first", testHashKey)).toEqual([]);
  const many = Array.from({ length: 40 }, (_, i) => `t${i}=${nonce}${i}`).join("&");
  expect(tokensOfQuery(many, testHashKey)).toHaveLength(16);
});

test("what JSON and forms issue is known when the answer is over; file names and checksums are no tokens", async () => {
  expect(await issued(`{"id":"${nonce}","n":5,"next":"/orders/${nonce}"}`, "application/json; charset=utf-8")).toEqual([
    hash(nonce),
  ]);
  const page = `<script src="app.${nonce}.js" integrity="sha384-${nonce}ABC"></script>
    <meta name="csrf" content="${nonce}A"><input type="hidden" name="t" value="${nonce}B"><i class="${nonce}C">
    <script>const state = {"nonce": "${nonce}D"}</script>`;
  expect(await issued(page, "text/html")).toEqual([hash(`${nonce}A`), hash(`${nonce}B`), hash(`${nonce}D`)]);
  expect(await issued(`"${nonce}"`, "image/svg+xml")).toEqual([]);
});

test("an answer that could issue and is not read whole leaves its session unknown", async () => {
  const limit = edgeLimits.tokenSampleBytes.default;
  const fits = `{"id":"${nonce}","x":"${" ".repeat(limit - 32)}"}`.slice(0, limit);
  expect(await issued(fits, "application/json")).toEqual([hash(nonce)]);
  expect(await issued(`${fits} `.padEnd(limit + 1), "application/json")).toEqual(tokensUnseen);
  expect(await issued("not really", "text/html", { "content-encoding": "gzip" })).toEqual(tokensUnseen);
});

test("what a form brings goes with the request, and no hash is made of a person's secrets", async () => {
  const rig = await answering("ok", "text/plain");
  const post = (body: string, type: string): string =>
    `POST /orders HTTP/1.1\r\nHost: a\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
  const form = `csrf=${nonce}&email=ann%40example.org&password=${nonce}P&otp=${nonce}O&card=${nonce}K`;
  await exchangeRaw(rig.port, post(form, "application/x-www-form-urlencoded"));
  await exchangeRaw(rig.port, post(`{"order":{"nonce":"${nonce}"},"secretAnswer":"${nonce}S"}`, "application/json"));
  expect(rig.guard.inspected.map(({ request }) => request.tokens)).toEqual([[hash(nonce)], [hash(nonce)]]);
});
