import fc from "fast-check";
import { expect, test } from "vitest";
import { keyedHash, testHashKey } from "#core";
import { CombinedParser } from "./combined.ts";
import { readLine, readLines, testOptions } from "./testdata/read-lines.ts";

const line =
  '192.0.2.1 - - [22/Jan/2019:03:56:14 +0330] "GET /a/b?page=2 HTTP/1.1" 200 30577 "https://shop.example/" "Mozilla/5.0 (X11)"';

test("a combined line gives every field it holds", () => {
  const exchange = readLine("combined", line);
  expect(exchange).toMatchObject({
    at: Date.UTC(2019, 0, 22, 0, 26, 14),
    client: { ip: "192.0.2.1" },
    request: {
      method: "GET",
      path: "/a/b",
      query: "page=2",
      protocol: "HTTP/1.1",
      referer: "https://shop.example/",
      userAgent: "Mozilla/5.0 (X11)",
      oddities: [],
    },
    response: { status: 200, bytes: 30577, durationMs: -1 },
    observes: { cookies: false, setCookie: "none", referer: true, headers: "logged", tls: false },
  });
});

test("a common line shows neither referer nor user agent, and says so", () => {
  const exchange = readLine("common", line.slice(0, line.indexOf(' "https')));
  expect(exchange.request).toMatchObject({ path: "/a/b", userAgent: "", referer: "" });
  expect(exchange.observes).toMatchObject({ referer: false, headers: "none" });
});

test.each([
  ["a trailing dash", `${line} "-"`, "192.0.2.1"],
  ["a user", line.replace("- -", "- jane"), "192.0.2.1"],
  ["a user with spaces and brackets", line.replace("- -", "- jane [the] doe"), "192.0.2.1"],
  ["a virtual host in front", `shop.example:443 ${line}`, "192.0.2.1"],
  ["a syslog head", `Jul  8 11:07:07 web-1 nginx[2869]: ${line}`, "192.0.2.1"],
  ["words between user and time", line.replace("- -", "- 95386da81aa13b6a -"), "192.0.2.1"],
  ["an IPv6 address", line.replace("192.0.2.1", "2001:DB8::0:1"), "2001:db8::1"],
  ["a mapped address", line.replace("192.0.2.1", "::ffff:192.0.2.9"), "192.0.2.9"],
])("%s is read as well", (_name, text, ip) => {
  expect(readLine("combined", text)).toMatchObject({ client: { ip }, request: { path: "/a/b" } });
});

test("a virtual host becomes the host, and a user is hashed", () => {
  expect(readLine("combined", `shop.example:80 ${line}`).request.host).toBe("shop.example");
  const { request } = readLine("combined", line.replace("- -", "- jane"));
  expect(request.account).toBe(keyedHash(testHashKey, "jane"));
  expect(JSON.stringify(request)).not.toContain("jane");
});

test("the last forwarded address counts only when the peer is inside our own network", () => {
  const inside = line.replace("192.0.2.1", "10.0.0.7");
  expect(readLine("combined", `${inside} "198.51.100.1, 203.0.113.5"`).client.ip).toBe("203.0.113.5");
  expect(readLine("combined", `${line} "198.51.100.1, 203.0.113.5"`).client.ip).toBe("192.0.2.1");
  expect(readLine("combined", `${line} "203.0.113.5"`, { forwarded: "always" }).client.ip).toBe("203.0.113.5");
  expect(readLine("combined", `${inside} "203.0.113.5"`, { forwarded: "never" }).client.ip).toBe("10.0.0.7");
});

test("a request time at the end is used, a port is not", () => {
  expect(readLine("combined", `${line} 0.125`).response?.durationMs).toBe(125);
  expect(readLine("combined", `${line} 12 "svc@docker" "http://172.17.0.3:80" 7ms`).response?.durationMs).toBe(7);
  expect(readLine("combined", `${line} 443`).response?.durationMs).toBe(-1);
});

const agentCase = (written: string): string => line.replace("Mozilla/5.0 (X11)", written);

test.each([
  ["hex escapes of nginx", "a\\x22b\\x5Cc", 'a"b\\c'],
  ["quotes escaped by Apache", 'a\\"b\\"', 'a"b"'],
  ["a backslash at the end", "a\\\\", "a\\"],
  ["UTF-8", "браузер", "браузер"],
  ["escaped UTF-8", "\\xD0\\xB1", "б"],
])("%s are taken back", (_name, written, meant) => {
  expect(readLine("combined", agentCase(written)).request.userAgent).toBe(meant);
});

test("Latin-1 bytes that are no UTF-8 are still text", () => {
  const bytes = Buffer.concat([Buffer.from(agentCase("").slice(0, -1)), Buffer.from([0x63, 0xe9]), Buffer.from('"')]);
  const [exchange] = readLines("combined", bytes);
  expect(exchange).toMatchObject({ request: { userAgent: "cé" } });
});

const requestCase = (written: string): string => line.replace("GET /a/b?page=2 HTTP/1.1", written);

test.each([
  ["\\x16\\x03\\x01\\x02\\x00", ["tls-on-plain-port"]],
  ["", ["empty-request"]],
  ["-", ["empty-request"]],
  ["GET /a\\x00b HTTP/1.1", ["nul-byte", "binary-request-line"]],
  ["Gh0st\\xAD\\x00\\x00", ["nul-byte", "binary-request-line", "garbled-request-line"]],
  ["GET /", ["no-http-version"]],
  ["GET /a b c HTTP/1.1", ["space-in-target"]],
  ["quit", ["garbled-request-line"]],
  ["GET http://other.example/x HTTP/1.1", ["absolute-target"]],
  ["get /lower HTTP/1.1", []],
])("request line %j is parsed and its oddities kept: %j", (written, oddities) => {
  expect(readLine("combined", requestCase(written)).request.oddities).toEqual(oddities);
});

test("an absolute target gives its host and path", () => {
  const { request } = readLine("combined", requestCase("GET http://Other.example:80/x?y HTTP/1.1"));
  expect(request).toMatchObject({ host: "other.example", path: "/x", query: "y" });
});

test("secrets in queries and referers are masked", () => {
  const text = requestCase("GET /reset?token=abc123&x=1 HTTP/1.1").replace(
    "https://shop.example/",
    "https://u:p@shop.example/in?password=hunter2",
  );
  const { request } = readLine("combined", text);
  expect(request.query).toBe("token=***&x=1");
  expect(request.referer).toBe("https://shop.example/in?password=***");
});

test.each([
  ["", "blank line"],
  ["hello", "no client address"],
  [line.replace("192.0.2.1", "web.example"), "no client address"],
  [line.replace("192.0.2.1", "192.0.2.256"), "no client address"],
  [line.replace("22/Jan", "32/Jan"), "unreadable time"],
  [line.replace("22/Jan", "31/Feb"), "unreadable time"],
  [line.replace("03:56:14", "03:61:14"), "unreadable time"],
  [line.replace('"GET', "GET"), "unreadable request"],
  [line.replace(" 200 ", " abc "), "unreadable status"],
  [line.slice(0, 70), "cut off"],
  [line.slice(0, -3), "cut off"],
])("%j is rejected with its reason", (text, reason) => {
  expect(readLines("combined", `${text}\n`)).toEqual([reason]);
});

test("nothing of a line shines through into the next", () => {
  const [first, second] = readLines(
    "combined",
    `shop.example ${line.replace("- -", "- jane")} 0.125\n198.51.100.2 - - [22/Jan/2019:03:56:15 +0330] "" 400 0 "-" "-"`,
  );
  expect(first).toMatchObject({ request: { host: "shop.example" } });
  expect(second).toMatchObject({
    client: { ip: "198.51.100.2" },
    request: { host: "", account: 0, userAgent: "", referer: "", path: "*", method: "", query: "" },
    response: { status: 400, durationMs: -1 },
  });
});

test("status 000 and a dash mean that nothing was answered", () => {
  expect(readLine("combined", line.replace(" 200 ", " 000 ")).response).toBeUndefined();
  expect(readLine("combined", line.replace(" 200 30577", " - -")).response).toBeUndefined();
});

test("no bytes whatever make the parser throw or loop", () => {
  const parser = new CombinedParser("combined", testOptions);
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.tuple(fc.nat(line.length), fc.nat(255), fc.nat(line.length)).map(([at, byte, cut]) => {
      const bytes = Buffer.from(line);
      bytes[at] = byte;
      return bytes.subarray(0, cut);
    }),
  );
  fc.assert(
    fc.property(noise, (bytes) => {
      const outcome = parser.parse(bytes, 0, bytes.length);
      if (outcome === "parsed") expect(parser.record.client.ip).not.toBe("");
    }),
    { numRuns: 2_000 },
  );
});

test("a user agent recognised from an earlier line is read as it would be read anew", () => {
  const agents = ["curl/8.5.0", String.raw`say \"hi\" once`, String.raw`ends in a slash \\`, "Mozilla/5.0 (X11)"];
  const tails = ["", ' "-"', ' "203.0.113.9" 0.012', ' "curl/8.5.0"'];
  const lines = agents.flatMap((agent) =>
    tails.map((tail) => `${line.slice(0, line.lastIndexOf(' "'))} "${agent}"${tail}`),
  );
  const parser = new CombinedParser("combined", testOptions);
  const agentOf = (reader: CombinedParser, text: string): string => {
    const bytes = Buffer.from(text);
    expect(reader.parse(bytes, 0, bytes.length)).toBe("parsed");
    return reader.record.request.userAgent;
  };
  for (const text of [...lines, ...lines.toReversed(), ...lines]) {
    expect(agentOf(parser, text)).toBe(agentOf(new CombinedParser("combined", testOptions), text));
  }
});
