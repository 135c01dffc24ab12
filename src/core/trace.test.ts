import { expect, test } from "vitest";
import { keyedHash, testHashKey } from "./keyed-hash.ts";
import { readTrace } from "./trace.ts";

test("a trace becomes exchanges with times, addresses and cookies", () => {
  const trace = readTrace(`
    // a person opens the shop and logs in
    GET /login 200 < sid=abc; Path=/; HttpOnly
    +12.5 #ann POST /login 302 > sid=abc < sid=def; Path=/ "<Location: /account"
    GET /account?tab=1 200 > sid=def "Referer: https://shop.example/login"

    @2001:db8::1 GET / - "User-Agent: curl/8"
  `);
  expect(trace).toHaveLength(4);
  const [page, login, account, other] = trace;
  expect(page?.response?.setCookies[0]).toMatchObject({
    name: "sid",
    path: "/",
    httpOnly: true,
    value: keyedHash(testHashKey, "abc"),
  });
  expect((login?.at ?? 0) - (page?.at ?? 0)).toBe(12_500);
  expect(login?.request.account).toBe(keyedHash(testHashKey, "ann"));
  expect(login?.response?.location).toBe("/account");
  expect(account?.request).toMatchObject({ path: "/account", query: "tab=1", referer: "https://shop.example/login" });
  expect(account?.client.ip).toBe("192.0.2.1");
  expect(other?.client.ip).toBe("2001:db8::1");
  expect(other?.response).toBeUndefined();
  expect(other?.request.userAgent).toBe("curl/8");
});

test("a line outside the grammar is refused with its number", () => {
  expect(() => readTrace("GET / 200\nnot a request")).toThrow(/trace line 2: expected/);
});
