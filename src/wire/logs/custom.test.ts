import { expect, test } from "vitest";
import { GaitError, keyedHash, testHashKey } from "#core";
import { readLine, readLines } from "./testdata/read-lines.ts";

const main =
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" "$http_x_forwarded_for"';

test("nginx's own main format reads like combined", () => {
  const exchange = readLine(
    main,
    '10.0.0.7 - - [22/Jan/2019:03:56:14 +0330] "GET /a?b=1 HTTP/2.0" 200 30577 "-" "Mozilla \\x22X\\x22" "203.0.113.5"',
  );
  expect(exchange).toMatchObject({
    client: { ip: "203.0.113.5" },
    at: Date.UTC(2019, 0, 22, 0, 26, 14),
    request: { method: "GET", path: "/a", query: "b=1", protocol: "HTTP/2.0", referer: "", userAgent: 'Mozilla "X"' },
    response: { status: 200, bytes: 30577 },
  });
});

test("extra fields are used where the format has them", () => {
  const format =
    '$msec $host $remote_addr "$request" $status $request_time "$http_cookie" "$sent_http_set_cookie" $ssl_ja4 "$http_accept_language" $upstream_status $' +
    "{cookie_sid}";
  const exchange = readLine(
    format,
    '1767603600.250 shop.example 192.0.2.1 "POST /login HTTP/1.1" 302 0.125 "sid=abc; theme=dark" "sid=new; Path=/; HttpOnly" t13d1516h2_8daaf6152771_b186095e22b6 "de-DE,de" 302 abc',
  );
  expect(exchange).toMatchObject({
    at: 1767603600250,
    client: { fingerprint: { ja4: "t13d1516h2_8daaf6152771_b186095e22b6" } },
    request: {
      host: "shop.example",
      headers: { names: ["Accept-Language"], values: ["de-DE,de"] },
      cookies: [
        { name: "sid", value: keyedHash(testHashKey, "abc") },
        { name: "theme", value: keyedHash(testHashKey, "dark") },
        { name: "sid", value: keyedHash(testHashKey, "abc") },
      ],
    },
    response: { status: 302, durationMs: 125, setCookies: [{ name: "sid", path: "/", httpOnly: true }] },
    observes: { cookies: true, setCookie: "first", tls: true, referer: false, headers: "none" },
  });
  expect(JSON.stringify(exchange)).not.toContain("abc;");
});

test("an Apache LogFormat is read, modifiers and all", () => {
  const format =
    '%v:%p %h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\" %D %{ms}T \\"%{Cookie}i\\" %%';
  const exchange = readLine(
    format,
    'shop.example:443 192.0.2.1 - jane [22/Jan/2019:03:56:14 +0000] "GET / HTTP/1.1" 200 512 "-" "curl/8" 125000 125 "a=b" %',
  );
  expect(exchange).toMatchObject({
    client: { ip: "192.0.2.1" },
    request: { host: "shop.example", account: keyedHash(testHashKey, "jane"), userAgent: "curl/8" },
    response: { status: 200, bytes: 512, durationMs: 125 },
    observes: { cookies: true },
  });
});

test("a line that ends early or begins otherwise is rejected, a hostile one is not", () => {
  const lines = [
    "nonsense",
    '192.0.2.1 - - [22/Jan/2019:03:56:14 +0330] "GET',
    '192.0.2.1 - - [22/Jan/2019:03:56:14 +0330] "" 400 0 "-" "-" "-"',
    "",
  ].join("\n");
  const [first, second, third] = readLines(main, lines);
  expect([first, second]).toEqual(["cut off", "cut off"]);
  expect(third).toMatchObject({ request: { oddities: ["empty-request"] } });
});

test.each([
  ["$remote_addr $request", /does not hold the time/],
  ["[$time_local] $request", /client's address/],
  ["$remote_addr$time_local $request", /values 1 and 2 touch/],
])("format %j is refused with the reason", (format, reason) => {
  expect(() => readLines(format, "x")).toThrow(GaitError);
  expect(() => readLines(format, "x")).toThrow(reason);
});

test("an unknown format name is answered with the names there are", () => {
  expect(() => readLines("nginx", "x")).toThrow(/did you mean combined\?/);
});
