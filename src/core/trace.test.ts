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

test("loops count, draw the same numbers at every reading, and name the line they came from", () => {
  const text = `
    3x +2 #user{n}:pw{n%2} POST /login {401|200} "<Duration-Ms: 80"
    repeat 2
      2x GET /product/{m*100+n}?zip={~10..99} 200
    end`;
  const trace = readTrace(text);
  expect(trace.map(({ request }) => request.path)).toEqual([
    "/login",
    "/login",
    "/login",
    "/product/101",
    "/product/102",
    "/product/201",
    "/product/202",
  ]);
  expect(trace.map(({ response }) => response?.status).slice(0, 3)).toEqual([401, 200, 401]);
  expect(trace[0]?.response?.durationMs).toBe(80);
  expect(trace[0]?.request.password).toBe(trace[2]?.request.password);
  expect(trace[0]?.request.password).not.toBe(trace[1]?.request.password);
  expect(readTrace(text)).toEqual(trace);
  expect(() => readTrace("2x GET / 200\nrepeat 2\nnonsense\nend")).toThrow(/trace line 3/);
  expect(() => readTrace("repeat 2\nGET /")).toThrow(/trace line 1: "repeat" has no "end"/);
  expect(() => readTrace(`${"repeat 99\n".repeat(3)}${"99x GET /\n"}${"end\n".repeat(3)}`)).toThrow(/200000 lines/);
});

test("a person browses as browsers do: parts, referers, one cookie, pauses", () => {
  const trace = readTrace("browse / /product/7\nsubmit #ann POST /login 302");
  const [home, style, , , product, , login] = trace;
  expect(home?.response?.setCookies[0]?.name).toBe("sid");
  expect(style?.request.referer).toBe("https://shop.example/");
  expect(product?.request.cookies[0]?.value).toBe(home?.response?.setCookies[0]?.value);
  expect((product?.at ?? 0) - (home?.at ?? 0)).toBeGreaterThan(3_000);
  expect(login?.request).toMatchObject({ method: "POST", referer: "https://shop.example/product/7" });
});
