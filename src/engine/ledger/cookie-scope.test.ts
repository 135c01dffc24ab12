import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cookieSetFrom, testHashKey } from "#core";
import { defaultPath, domainMatches, hostWithoutPort, isStorable, pathMatches } from "./cookie-scope.ts";

const segment = fc.string({ unit: fc.constantFrom("a", "b", "%", "2", "F", "."), maxLength: 4 });
const path = fc.array(segment, { maxLength: 5 }).map((parts) => `/${parts.join("/")}`);
const label = fc.string({ unit: fc.constantFrom("a", "b", "1", "-"), minLength: 1, maxLength: 4 });
const host = fc.array(label, { minLength: 1, maxLength: 4 }).map((parts) => `${parts.join(".")}.example`);

describe("default-path", () => {
  test.each([
    ["", "/"],
    ["/", "/"],
    ["/login", "/"],
    ["/account/", "/account"],
    ["/account/orders", "/account"],
    ["/a/b/c", "/a/b"],
    ["*", "/"],
  ])("of %j is %j", (request, expected) => {
    expect(defaultPath(request)).toBe(expected);
  });

  test("a cookie set without Path always comes back to the path that set it", () => {
    fc.assert(fc.property(path, (request) => pathMatches(request, defaultPath(request))));
  });
});

describe("path-match", () => {
  test.each([
    ["/", "/", true],
    ["/account", "/", true],
    ["/account", "/account", true],
    ["/account/orders", "/account", true],
    ["/account/orders", "/account/", true],
    ["/account", "/account/", false],
    ["/accounting", "/account", false],
    ["/Account", "/account", false],
    ["/", "/account", false],
    ["*", "/", false],
  ])("%s against %s: %s", (request, cookie, expected) => {
    expect(pathMatches(request, cookie)).toBe(expected);
  });

  test("is the prefix rule of RFC 6265 section 5.1.4 and nothing else", () => {
    fc.assert(
      fc.property(path, path, (request, cookie) => {
        const byRule =
          request === cookie ||
          (request.startsWith(cookie) && (cookie.endsWith("/") || request.slice(cookie.length).startsWith("/")));
        return pathMatches(request, cookie) === byRule;
      }),
    );
  });

  test("is transitive: what lies below a path below another lies below that", () => {
    fc.assert(
      fc.property(path, path, path, (a, b, c) => {
        const joined = `${a}${b}`.replace(/\/+/g, "/");
        const longer = `${joined}${c}`.replace(/\/+/g, "/");
        return !(pathMatches(longer, joined) && pathMatches(joined, a)) || pathMatches(longer, a);
      }),
    );
  });
});

describe("domain-match", () => {
  test.each([
    ["shop.example", "shop.example", true],
    ["www.shop.example", "shop.example", true],
    ["evilshop.example", "shop.example", false],
    ["shop.example", "www.shop.example", false],
    ["192.0.2.1", "2.1", false],
    ["192.0.2.1", "192.0.2.1", true],
    ["[2001:db8::1]", "db8::1]", false],
  ])("%s against %s: %s", (name, domain, expected) => {
    expect(domainMatches(name, domain)).toBe(expected);
  });

  test("holds exactly for the host itself and its subdomains", () => {
    fc.assert(
      fc.property(host, host, (name, domain) => {
        expect(domainMatches(name, domain)).toBe(name === domain || name.endsWith(`.${domain}`));
        expect(domainMatches(`x.${domain}`, domain)).toBe(true);
        expect(domainMatches(`x${domain}`, domain)).toBe(false);
      }),
    );
  });
});

test("the port is not part of the host", () => {
  expect(hostWithoutPort("shop.example:8443")).toBe("shop.example");
  expect(hostWithoutPort("shop.example")).toBe("shop.example");
  expect(hostWithoutPort("[2001:db8::1]:443")).toBe("[2001:db8::1]");
  expect(hostWithoutPort("[2001:db8::1]")).toBe("[2001:db8::1]");
});

describe("a conforming client throws away", () => {
  const stored = (header: string, scheme: "http" | "https" = "https", name = "www.shop.example"): boolean =>
    isStorable(cookieSetFrom(header, testHashKey), name, scheme);

  test.each([
    ["a foreign domain", "a=1; Domain=evil.example", false],
    ["nothing about its own domain", "a=1; Domain=shop.example", true],
    ["__Host- with a domain", "__Host-a=1; Secure; Path=/; Domain=shop.example", false],
    ["__Host- below the root", "__Host-a=1; Secure; Path=/x", false],
    ["__Host- without Secure", "__Host-a=1; Path=/", false],
    ["nothing about a whole __Host-", "__Host-a=1; Path=/; Secure", true],
    ["__secure- in lower case without Secure", "__secure-a=1", false],
    ["nothing about __Secure- with Secure", "__Secure-a=1; Secure", true],
  ])("%s", (_, header, expected) => {
    expect(stored(header)).toBe(expected);
  });

  test("Secure on a plain channel, except on loopback", () => {
    expect(stored("a=1; Secure", "http")).toBe(false);
    expect(stored("a=1; Secure", "http", "127.0.0.1")).toBe(true);
    expect(stored("a=1; Secure", "http", "localhost")).toBe(true);
  });
});
