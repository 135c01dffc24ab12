import { expect, test } from "vitest";
import { keyedHash, testHashKey } from "#core";
import { readLine, readLines } from "./testdata/read-lines.ts";

const at = Date.UTC(2026, 0, 5, 9);

test("JSON of nginx is read by nginx's names", () => {
  const text = JSON.stringify({
    time_iso8601: "2026-01-05T09:00:00+00:00",
    remote_addr: "192.0.2.1",
    request: "GET /a?b=1 HTTP/1.1",
    status: 200,
    body_bytes_sent: "512",
    request_time: "0.250",
    http_user_agent: "curl/8",
    http_referer: "",
    http_cookie: "sid=x",
    host: "shop.example",
    ssl_ja4: "t13d",
  });
  expect(readLine("json", text)).toMatchObject({
    at,
    client: { ip: "192.0.2.1", fingerprint: { ja4: "t13d" } },
    request: { method: "GET", path: "/a", query: "b=1", userAgent: "curl/8", host: "shop.example" },
    response: { status: 200, bytes: 512, durationMs: 250 },
    observes: { cookies: true, headers: "logged" },
  });
});

test.each([
  [
    "Traefik",
    {
      ClientHost: "192.0.2.1",
      StartUTC: "2026-01-05T09:00:00Z",
      RequestMethod: "GET",
      RequestPath: "/a",
      DownstreamStatus: 404,
      Duration: 250000000,
      "request_User-Agent": "curl/8",
    },
  ],
  [
    "Elastic Common Schema",
    {
      "@timestamp": "2026-01-05T09:00:00Z",
      source: { ip: "192.0.2.1" },
      url: { path: "/a" },
      http: { request: { method: "GET" }, response: { status_code: 404 } },
      user_agent: { original: "curl/8" },
      event: { duration: 250000000 },
    },
  ],
  [
    "flat Elastic names",
    {
      "@timestamp": "2026-01-05T09:00:00Z",
      "source.ip": "192.0.2.1",
      "url.path": "/a",
      "http.request.method": "GET",
      "http.response.status_code": 404,
      "user_agent.original": "curl/8",
      "event.duration": 250000000,
    },
  ],
  [
    "Google Cloud",
    {
      timestamp: "2026-01-05T09:00:00Z",
      httpRequest: {
        remoteIp: "192.0.2.1",
        requestMethod: "GET",
        requestUrl: "https://shop.example/a",
        status: 404,
        userAgent: "curl/8",
        latency: "0.25s",
      },
    },
  ],
  [
    "Cloudflare",
    {
      EdgeStartTimestamp: at * 1e6,
      ClientIP: "192.0.2.1",
      ClientRequestMethod: "GET",
      ClientRequestURI: "/a",
      EdgeResponseStatus: 404,
      ClientRequestUserAgent: "curl/8",
      duration: 250,
    },
  ],
  [
    "Envoy",
    {
      start_time: "2026-01-05T09:00:00.000Z",
      downstream_remote_address: "192.0.2.1:4242",
      method: "GET",
      "x-envoy-origin-path": "/a",
      response_code: 404,
      "user-agent": "curl/8",
      duration: 250,
    },
  ],
  [
    "pino",
    {
      time: at,
      req: { method: "GET", url: "/a", remoteAddress: "::ffff:192.0.2.1", headers: { "user-agent": "curl/8" } },
      res: { statusCode: 404 },
      responseTime: 250,
    },
  ],
])("JSON of %s is read without being told", (_name, object) => {
  expect(readLine("json", JSON.stringify(object))).toMatchObject({
    at,
    client: { ip: "192.0.2.1" },
    request: { method: "GET", path: "/a", userAgent: "curl/8" },
    response: { status: 404, durationMs: 250 },
  });
});

test("a field map says where odd names stand, and a container's prefix is passed over", () => {
  const line = `2026-01-05T09:00:00.1Z stdout F {"who":{"addr":"192.0.2.1"},"when":${at / 1000},"what":"/a","code2":201,"took":0.25}`;
  const exchange = readLine("json", line, { fields: "ip=who.addr,time=when,target=what,status=code2,seconds=took" });
  expect(exchange).toMatchObject({ at, client: { ip: "192.0.2.1" }, response: { status: 201, durationMs: 250 } });
  expect(() => readLine("json", line, { fields: "adress=x" })).toThrow(/expected "field=path"/);
});

test("fields that first show later are found", () => {
  const base = { remote_addr: "192.0.2.1", msec: at / 1000, request: "GET / HTTP/1.1", status: 200 };
  const [first, second] = readLines(
    "json",
    `${JSON.stringify(base)}\n${JSON.stringify({ ...base, http_user_agent: "curl/8" })}`,
  );
  expect(first).toMatchObject({ request: { userAgent: "" }, observes: { headers: "none" } });
  expect(second).toMatchObject({ request: { userAgent: "curl/8" }, observes: { headers: "logged" } });
});

test("JSON that is no access record is rejected with its reason", () => {
  const lines = [
    "{",
    "[1]",
    '{"msg":"started"}',
    '{"remote_addr":"192.0.2.1","time":"x","request":"GET / HTTP/1.1"}',
    "null",
  ];
  expect(readLines("json", lines.join("\n"))).toEqual([
    "not JSON",
    "not JSON",
    "no client address",
    "unreadable time",
    "not JSON",
  ]);
});

const caddy = {
  ts: at / 1000,
  request: {
    remote_ip: "192.0.2.1",
    proto: "HTTP/2.0",
    method: "GET",
    host: "shop.example",
    uri: "/a?b=1",
    headers: { "User-Agent": ["curl/8"], Accept: ["*/*"], Cookie: ["REDACTED"], Authorization: ["REDACTED"] },
    tls: { version: 772 },
  },
  status: 200,
  size: 12,
  duration: 0.25,
  resp_headers: { "Content-Type": ["text/html; charset=utf-8"], "Set-Cookie": ["REDACTED"] },
};

test("Caddy's log is read; redacted cookies are not observed", () => {
  expect(readLine("caddy", JSON.stringify(caddy))).toMatchObject({
    at,
    request: {
      scheme: "https",
      host: "shop.example",
      path: "/a",
      cookies: [],
      token: 0,
      headers: { names: ["User-Agent", "Accept", "Cookie", "Authorization"], values: ["curl/8", "*/*", "", ""] },
    },
    response: { status: 200, contentType: "text/html", durationMs: 250, setCookies: [] },
    observes: { cookies: false, setCookie: "none" },
  });
});

test("Caddy's cookies are observed once one was seen in clear", () => {
  const shown = structuredClone(caddy);
  shown.request.headers.Cookie = ["sid=secret"];
  const [first, second] = readLines("caddy", `${JSON.stringify(shown)}\n${JSON.stringify(caddy)}`);
  expect(first).toMatchObject({ observes: { cookies: true, setCookie: "all" } });
  expect(second).toMatchObject({ observes: { cookies: true } });
  expect(JSON.stringify(first)).not.toContain("secret");
  expect(readLines("caddy", '{"level":"error","msg":"x"}')).toEqual(["not an access record"]);
});

test("HAProxy's log is read with its timers, captures and captured cookies", () => {
  const line =
    'Apr  4 14:30:19 lb haproxy[39]: 192.0.2.1:55032 [05/Jan/2026:09:00:00.885] front~ back/web 0/0/1/7/+250 200 +2750 sid=x sid=y; --VN 1/1/1/1/0 0/0 {Mozilla/5.0 (X11)|shop.example} {} "GET /a?b=1 HTTP/1.1"';
  expect(readLine("haproxy", line, { captures: ["User-Agent", "Host"] })).toMatchObject({
    at: at + 885,
    client: { ip: "192.0.2.1" },
    request: {
      scheme: "https",
      path: "/a",
      userAgent: "Mozilla/5.0 (X11)",
      host: "shop.example",
      cookies: [{ name: "sid", value: keyedHash(testHashKey, "x") }],
    },
    response: { status: 200, bytes: 2750, durationMs: 250, setCookies: [{ name: "sid" }] },
    observes: { cookies: true, setCookie: "first", headers: "logged" },
  });
});

test("HAProxy's unreadable requests are evidence, its connection errors no records", () => {
  const bad =
    '192.0.2.1:5 [05/Jan/2026:09:00:00.885] f f/<NOSRV> -1/-1/-1/-1/5000 400 187 - - PR-- 2/2/0/0/3 0/0 "<BADREQ>"';
  expect(readLine("haproxy", bad)).toMatchObject({
    request: { oddities: ["garbled-request-line"] },
    response: { status: 400 },
  });
  expect(readLines("haproxy", "192.0.2.1:5 [28/Feb/2025:02:43:10.123] f/b: SSL handshake failure")).toEqual([
    "not an access record",
  ]);
});

test("an AWS load balancer's line is read, absolute targets without oddity", () => {
  const line =
    'h2 2026-01-05T09:00:00.000000Z app/lb/50dc 192.0.2.1:2817 10.0.0.1:80 0.000 0.125 0.125 200 200 34 366 "GET https://Shop.example:443/a?b=1 HTTP/2.0" "Mozilla \\"X\\"" TLS TLSv1.2 arn "Root=1" "shop.example" "arn" 0 2026-01-05T09:00:00Z "forward" "-" "-" "-" "-" "-" "-"';
  expect(readLine("alb", line)).toMatchObject({
    at,
    client: { ip: "192.0.2.1" },
    request: { scheme: "https", host: "shop.example", path: "/a", query: "b=1", protocol: "HTTP/2.0", oddities: [] },
    response: { status: 200, bytes: 366, durationMs: 250 },
  });
});

test("CloudFront's lines are read by their #Fields and decoded twice", () => {
  const fields =
    "#Version: 1.0\n#Fields: date time c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) sc-bytes time-taken cs-protocol";
  const row =
    "2026-01-05\t09:00:00\t192.0.2.1\tGET\td1.cloudfront.net\t/a%20b\t200\t-\tMozilla/5.0%2520(X11)\tb=1&token=s3cret\tsid=x\t512\t0.250\thttps";
  const [version, names, exchange] = readLines("cloudfront", `${fields}\n${row}`);
  expect([version, names]).toEqual(["directive", "directive"]);
  expect(exchange).toMatchObject({
    at,
    request: { path: "/a%20b", query: "b=1&token=***", userAgent: "Mozilla/5.0 (X11)", host: "d1.cloudfront.net" },
    response: { status: 200, bytes: 512, durationMs: 250 },
    observes: { cookies: true, setCookie: "none" },
  });
});

test("IIS writes W3C with spaces and plus signs", () => {
  const text =
    "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken\n2026-01-05 09:00:00 10.0.0.1 GET /a b=1 443 - 192.0.2.1 Mozilla/5.0+(X11) - 200 0 0 250";
  expect(readLines("w3c", text)[1]).toMatchObject({
    at,
    client: { ip: "192.0.2.1" },
    request: { userAgent: "Mozilla/5.0 (X11)", path: "/a", query: "b=1" },
    response: { durationMs: 250 },
  });
});

test("a HAR entry gives headers, cookies and every Set-Cookie", () => {
  const entry = {
    startedDateTime: "2026-01-05T09:00:00.000Z",
    time: 250,
    _clientIPAddress: "192.0.2.1",
    request: {
      method: "GET",
      url: "https://shop.example/a?b=1",
      httpVersion: "h2",
      headers: [
        { name: ":method", value: "GET" },
        { name: "user-agent", value: "Chrome" },
        { name: "cookie", value: "sid=x" },
      ],
      cookies: [],
      bodySize: 0,
    },
    response: {
      status: 200,
      headers: [{ name: "set-cookie", value: "a=1; Path=/\nb=2; Path=/" }],
      content: { size: 77, mimeType: "text/html; charset=utf-8" },
      redirectURL: "",
      bodySize: -1,
    },
  };
  const exchange = readLine("har", JSON.stringify(entry));
  expect(exchange).toMatchObject({
    at,
    client: { ip: "192.0.2.1" },
    request: {
      scheme: "https",
      host: "shop.example",
      path: "/a",
      query: "b=1",
      protocol: "HTTP/2.0",
      userAgent: "Chrome",
      headers: { names: ["user-agent", "cookie"], values: ["Chrome", ""] },
      oddities: [],
    },
    response: { status: 200, bytes: 77, contentType: "text/html", setCookies: [{ name: "a" }, { name: "b" }] },
    observes: { cookies: true, setCookie: "all", headers: "all" },
  });
  const { _clientIPAddress: _, ...browser } = entry;
  expect(readLine("har", JSON.stringify(browser)).client.ip).toBe("0.0.0.0");
});
