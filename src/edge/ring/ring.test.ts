import fc from "fast-check";
import { expect, test } from "vitest";
import { type Exchange, type HttpResponse, limitValues, tokensUnseen, workerLimits } from "#core";
import { LiveExchange } from "../proxy/exchange-facts.ts";
import { verdictOf } from "../testdata/gateway-rig.ts";
import { readAnswer, writeAnswer } from "./answer-record.ts";
import { AskingGuard } from "./asking-guard.ts";
import { ByteRing } from "./byte-ring.ts";
import { readRequest, writeRequest } from "./request-record.ts";
import { allocateRings } from "./ring-pair.ts";
import { readVerdict, writeVerdict } from "./verdict-record.ts";

const latin1 = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 60,
});
const hashed = fc.nat({ max: Number.MAX_SAFE_INTEGER });

const exchanges: fc.Arbitrary<LiveExchange> = fc
  .record({
    id: fc.stringMatching(/^[0-9a-f]{16}$/),
    at: fc.double({ min: 0, max: 2e12, noNaN: true }),
    tls: fc.boolean(),
    texts: fc.array(latin1, { minLength: 11, maxLength: 11 }),
    headers: fc.array(fc.tuple(latin1, latin1), { maxLength: 20 }),
    cookies: fc.array(fc.record({ name: latin1, value: hashed }), { maxLength: 8 }),
    numbers: fc.tuple(hashed, hashed, hashed, fc.integer({ min: -1, max: 1e9 })),
    oddities: fc.array(latin1, { maxLength: 4 }),
    tokens: fc.array(hashed, { maxLength: 16 }),
    https: fc.boolean(),
    verified: fc.boolean(),
  })
  .map(({ id, at, tls, texts, headers, cookies, numbers, oddities, tokens, https, verified }) => {
    const [ja4, form, h2, structure, host, path, query, userAgent, referer, method, ip] =
      texts as readonly string[] as string[] & {
        length: 11;
      };
    const client = {
      ip: ip ?? "",
      fingerprint: { ja4: ja4 ?? "", tls: form ?? "", h2: h2 ?? "", headers: structure ?? "" },
      ...(verified ? { verified: { name: "bot", operator: "Büro", method: "dns" as const } } : {}),
    };
    const request = {
      method: method ?? "",
      scheme: https ? ("https" as const) : ("http" as const),
      host: host ?? "",
      path: path ?? "",
      query: query ?? "",
      protocol: "HTTP/1.1",
      headers: { names: headers.map(([name]) => name), values: headers.map(([, value]) => value) },
      userAgent: userAgent ?? "",
      referer: referer ?? "",
      cookies,
      bodyBytes: numbers[3],
      token: numbers[0],
      account: numbers[1],
      password: numbers[2] % 2 ** 20,
      tokens,
      oddities,
    };
    return new LiveExchange(id, "app", { at, client, request, tls });
  });

const responses: fc.Arbitrary<HttpResponse> = fc.record({
  status: fc.integer({ min: 100, max: 599 }),
  bytes: fc.integer({ min: -1, max: 2 ** 40 }),
  durationMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
  contentType: latin1,
  location: latin1,
  tokens: fc.oneof(fc.array(hashed, { maxLength: 16 }), fc.constant(tokensUnseen)),
  setCookies: fc.array(
    fc.record({
      name: fc.string({ maxLength: 20 }),
      value: hashed,
      domain: fc.constantFrom("", "example.org"),
      path: fc.constantFrom("", "/"),
      maxAgeSeconds: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: -1, max: 1e9 })),
      secure: fc.boolean(),
      httpOnly: fc.boolean(),
      sameSite: fc.constantFrom("", "lax", "strict", "none"),
    }),
    { maxLength: 4 },
  ),
});

test("requests and answers come out of the ring as they went in, however often it wraps", () => {
  const ring = new ByteRing(ByteRing.allocate(16_384));
  fc.assert(
    fc.property(exchanges, responses, (exchange, response) => {
      expect(writeRequest(ring, exchange, { slot: 3, ticket: -5 })).not.toBe("full");
      ring.drain(1, (_, payload) => expect(readRequest(ring, payload)).toEqual({ slot: 3, ticket: -5, exchange }));
      exchange.response = response;
      expect(writeAnswer(ring, exchange, { slot: 9, ticket: 1 })).not.toBe("full");
      ring.drain(1, (_, payload) =>
        expect(readAnswer(ring, payload)).toEqual({ slot: 9, ticket: 1, response, ownStatus: 0 }),
      );
      expect(ring.used).toBe(0);
    }),
    { numRuns: 400 },
  );
});

test("a verdict that acts crosses whole, one that lets pass crosses with its kind and score", () => {
  const ring = new ByteRing(ByteRing.allocate(4_096));
  const [exchange] = fc.sample(exchanges, { numRuns: 1, seed: 1 }) as unknown as [Exchange];
  const acting = verdictOf(exchange, {
    action: "block",
    rule: "größer",
    watched: ["a"],
    score: { total: 90, behaviour: 80, presentation: 1 },
  });
  const passing = verdictOf(exchange, {
    kind: "human",
    score: { total: 1.5, behaviour: 1, presentation: 0 },
    revision: 4,
  });
  for (const verdict of [acting, passing]) {
    writeVerdict(ring, verdict, { slot: 0, ticket: 1 });
    ring.drain(1, (_, payload) => expect(readVerdict(ring, payload, exchange.id)).toEqual(verdict));
  }
});

test("a ring that is not read fills up and says so, and tells the writer to wake a reader that sleeps, once", () => {
  const ring = new ByteRing(ByteRing.allocate(1_024));
  expect(ring.sleep()).toBe(true);
  const wakes: boolean[] = [];
  let written = 0;
  while (ring.reserve(100) >= 0) {
    wakes.push(ring.commit(1, 100));
    written++;
  }
  expect(written).toBe(9);
  expect(wakes.filter(Boolean)).toHaveLength(1);
  expect(wakes[0]).toBe(true);
  expect(ring.sleep()).toBe(false);
  expect(ring.drain(100, () => undefined)).toBe(9);
  expect(ring.sleep()).toBe(true);
});

test("open requests are capped, and a place that is free is used again", () => {
  const limits = { ...limitValues(workerLimits, {}), openExchangesMax: 2 };
  const [exchange] = fc.sample(exchanges, { numRuns: 1, seed: 2 }) as unknown as [Exchange];
  const asking = new AskingGuard({
    rings: allocateRings(limits),
    clock: { now: () => 0, monotonic: () => 0 },
    limits,
    standing: () => undefined,
    wake: () => undefined,
    count: () => undefined,
  });
  const ignore = (): void => undefined;
  expect(asking.tell(exchange, ignore)).toBe(0);
  expect(asking.tell(exchange, ignore)).toBe(1);
  expect(asking.tell(exchange, ignore)).toBe("verdict-busy");
  asking.observe(0, exchange);
  expect(asking.tell(exchange, ignore)).toBe(0);
  asking.close();
});
