import fc from "fast-check";
import { expect, test } from "vitest";
import { isRefusal, type RequestHead } from "../http1/head.ts";
import { renderH2Answer, renderH2Fields } from "./answer-head.ts";
import { parseH2Request, parseH2Trailers } from "./request-head.ts";

const limits = { headersMax: 128, targetBytesMax: 8_192 };
const websocketKey = "dGhlIHNhbXBsZSBub25jZQ==";
const pseudo = { ":method": "GET", ":scheme": "https", ":path": "/", ":authority": "a.example" };

function parse(
  list: readonly string[],
  known: { readonly endStream?: boolean; readonly headersMax?: number } = {},
): RequestHead | string {
  const caps = { ...limits, headersMax: known.headersMax ?? limits.headersMax };
  const head = parseH2Request(list, {
    limits: caps,
    endStream: known.endStream ?? true,
    scheme: "https",
    websocketKey,
  });
  return isRefusal(head) ? `${head.status} ${head.code}` : head;
}

/** A GET with some pseudo-headers replaced (undefined: left out) and fields behind them. */
function request(changes: Readonly<Record<string, string | undefined>> = {}, fields: readonly string[] = []): string[] {
  const list = Object.entries({ ...pseudo, ...changes }).flatMap(([name, value]) =>
    value === undefined ? [] : [name, value],
  );
  return [...list, ...fields];
}

test("a browser's request is read like an HTTP/1.1 request", () => {
  const head = parse(request({ ":path": "/a?b=c" }, ["user-agent", "x", "cookie", "a=1", "cookie", "b=2"]));
  expect(head).toMatchObject({
    method: "GET",
    target: "/a?b=c",
    path: "/a",
    query: "b=c",
    protocol: "HTTP/2.0",
    authority: "a.example",
    framing: "none",
    contentLength: 0,
    websocket: false,
    oddities: [],
  });
});

test.each<readonly [string, Readonly<Record<string, string | undefined>>, readonly string[], string]>([
  ["CR and LF in a value", {}, ["x", "a\r\nHost: evil"], "400 control-in-value"],
  ["LF in a value", {}, ["x", "a\nb"], "400 control-in-value"],
  ["NUL in a value", {}, ["x", "a\0b"], "400 control-in-value"],
  ["a blank before a value", {}, ["x", " a"], "400 control-in-value"],
  ["a tab behind a value", {}, ["x", "a\t"], "400 control-in-value"],
  ["a character no byte can be", {}, ["x", "\u0100"], "400 control-in-value"],
  ["CR and LF in a name", {}, ["x: y\r\nz", "1"], "400 header-name"],
  ["a colon in a name", {}, ["transfer-encoding: chunked\r\nx", "1"], "400 header-name"],
  ["a colon alone in a name", {}, ["a:b", "1"], "400 header-name"],
  ["a space in a name", {}, ["a b", "1"], "400 header-name"],
  ["a space behind a name", {}, ["content-length ", "1"], "400 header-name"],
  ["upper case in a name", {}, ["Content-Length", "1"], "400 header-name"],
  ["no name", {}, ["", "1"], "400 header-name"],
  ["a space in the method", { ":method": "GET / HTTP/1.1\r\nHost: evil\r\n\r\nGET" }, [], "400 method"],
  ["a method of two words", { ":method": "GET /admin" }, [], "400 method"],
  ["an unknown method", { ":method": "BREW" }, [], "501 method-unknown"],
  ["TRACE", { ":method": "TRACE" }, [], "405 method-trace"],
  ["CONNECT", { ":method": "CONNECT" }, [], "405 method-connect"],
  ["a space in the path", { ":path": "/ HTTP/1.1\r\nHost: evil" }, [], "400 target-character"],
  ["a line in the path", { ":path": "/\r\nx:" }, [], "400 target-character"],
  ["a byte above ASCII in the path", { ":path": "/\xe9" }, [], "400 target-character"],
  ["a fragment", { ":path": "/a#b" }, [], "400 target-fragment"],
  ["an absolute path", { ":path": "http://evil/" }, [], "400 target-form"],
  ["a path without its slash", { ":path": "admin" }, [], "400 target-form"],
  ["an empty path", { ":path": "" }, [], "400 target-form"],
  ["an asterisk for GET", { ":path": "*" }, [], "400 target-form"],
  ["no path", { ":path": undefined }, [], "400 pseudo-header-missing"],
  ["no method", { ":method": undefined }, [], "400 pseudo-header-missing"],
  ["no scheme", { ":scheme": undefined }, [], "400 pseudo-header-missing"],
  ["a scheme with a line in it", { ":scheme": "http://evil/\r\n" }, [], "400 scheme"],
  ["a scheme that is none", { ":scheme": "ftp" }, [], "400 scheme"],
  ["no authority and no Host", { ":authority": undefined }, [], "400 host-missing"],
  ["an empty authority", { ":authority": "" }, [], "400 host"],
  ["an authority with a path", { ":authority": "a.example/x" }, [], "400 host"],
  ["an authority with a user", { ":authority": "a@b" }, [], "400 host"],
  ["an authority with a line", { ":authority": "a\r\nx: y" }, [], "400 host"],
  ["Host against authority", {}, ["host", "evil.example"], "400 host-disagrees"],
  ["Host twice", {}, ["host", "a.example", "host", "a.example"], "400 host-twice"],
  ["an unknown pseudo-header", { ":foo": "1" }, [], "400 pseudo-header-unknown"],
  ["a pseudo-header of answers", { ":status": "200" }, [], "400 pseudo-header-unknown"],
  ["a late pseudo-header", {}, ["x", "1", ":path", "/admin"], "400 pseudo-header-late"],
  ["a protocol without CONNECT", { ":protocol": "websocket" }, [], "400 protocol-without-connect"],
  ["transfer-encoding", {}, ["transfer-encoding", "chunked"], "400 connection-header"],
  ["connection", {}, ["connection", "close"], "400 connection-header"],
  ["keep-alive", {}, ["keep-alive", "1"], "400 connection-header"],
  ["proxy-connection", {}, ["proxy-connection", "close"], "400 connection-header"],
  ["upgrade", {}, ["upgrade", "websocket"], "400 connection-header"],
  ["http2-settings", {}, ["http2-settings", "AAMAAABk"], "400 connection-header"],
  ["te", {}, ["te", "trailers, deflate"], "400 te"],
  ["content-length twice", {}, ["content-length", "0", "content-length", "0"], "400 length-twice"],
  ["content-length of octal looks", {}, ["content-length", "010"], "400 length"],
  ["content-length with a sign", {}, ["content-length", "+1"], "400 length"],
  ["a length without a body", {}, ["content-length", "1"], "400 length-without-body"],
  ["an underscore twin", {}, ["transfer_encoding", "chunked"], "400 underscore-twin"],
  ["an obfuscated expectation", {}, ["expect", "y 100-continue"], "417 expect"],
])("%s is refused", (_what, changes, fields, expected) => {
  expect(parse(request(changes, fields))).toBe(expected);
});

test("a pseudo-header twice is refused, whichever it is", () => {
  for (const [name, value] of Object.entries(pseudo))
    expect(parse([name, value, ...request()])).toBe("400 pseudo-header-twice");
});

test("fields and target are taken up to their caps", () => {
  const fields = (count: number): string[] => Array.from({ length: count }, (_, i) => [`x-${i}`, "1"]).flat();
  expect(parse(request({}, fields(3)), { headersMax: 3 })).toHaveProperty("method");
  expect(parse(request({}, fields(4)), { headersMax: 3 })).toBe("431 too-many-headers");
  expect(parse(request({ ":path": `/${"a".repeat(8_191)}` }))).toHaveProperty("method");
  expect(parse(request({ ":path": `/${"a".repeat(8_192)}` }))).toBe("414 target-length");
});

test("the framing follows what was announced and whether a body can come", () => {
  const framing = (fields: readonly string[], endStream: boolean): unknown => {
    const head = parse(request({ ":method": "POST" }, fields), { endStream });
    return typeof head === "string" ? head : [head.framing, head.contentLength];
  };
  expect(framing([], true)).toEqual(["none", 0]);
  expect(framing([], false)).toEqual(["chunked", -1]);
  expect(framing(["content-length", "7"], false)).toEqual(["length", 7]);
  expect(framing(["content-length", "0"], false)).toEqual(["none", 0]);
  expect(framing(["content-length", "0"], true)).toEqual(["none", 0]);
});

test("a WebSocket becomes a GET with the key that HTTP/1.1 wants", () => {
  const changes = { ":method": "CONNECT", ":protocol": "websocket" };
  const head = parse(request(changes, ["sec-websocket-version", "13"]), { endStream: false });
  expect(head).toMatchObject({ method: "GET", websocket: true, framing: "none" });
  expect(typeof head === "string" ? [] : head.fields.values).toContain(websocketKey);
  expect(parse(request(changes), { endStream: false })).toBe("426 upgrade-version");
  expect(parse(request(changes, ["sec-websocket-version", "13"]))).toBe("400 upgrade-with-body");
  const given = ["sec-websocket-version", "13", "sec-websocket-key", "x"];
  expect(parse(request(changes, given), { endStream: false })).toBe("400 upgrade-key");
  expect(parse(request({ ...changes, ":protocol": "connect-udp" }), { endStream: false })).toBe("501 protocol-unknown");
});

test("a scheme other than the connection's is noted", () => {
  expect(parse(request({ ":scheme": "http" }))).toMatchObject({ oddities: ["scheme-disagrees"] });
});

test("whatever is accepted can be written as one HTTP/1.1 head (property)", () => {
  const text = fc.string({ unit: "binary", maxLength: 20 });
  const hostile = fc.oneof(
    text,
    fc.constantFrom("a", "/", "GET", "https", "a.example", "\r\n", "x: y", "chunked", " ", "1"),
  );
  const name = fc.oneof(
    text,
    fc.constantFrom(":method", ":path", ":authority", ":scheme", "x", "host", "content-length", "te"),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(name, hostile), { maxLength: 6 }),
      fc.boolean(),
      fc.boolean(),
      (pairs, whole, endStream) => {
        const head = parse([...(whole ? request() : []), ...pairs.flat()], { endStream });
        if (typeof head === "string") return true;
        const lines = head.fields.names.map((field, i) => `${field}: ${head.fields.values[i]}`);
        const written = [`${head.method} ${head.target} HTTP/1.1`, `Host: ${head.authority}`, ...lines].join("\r\n");
        return written.split(/\r\n|\r|\n|\0/).length === lines.length + 2 && head.target.split(" ").length === 1;
      },
    ),
    { numRuns: 2_000 },
  );
});

test("trailers decide nothing: framing, routing and identity are refused there", () => {
  const caps = { trailersMax: 2, trailerBytesMax: 100 };
  const read = (...list: readonly string[]): unknown => {
    const trailers = parseH2Trailers(list, caps);
    return isRefusal(trailers) ? trailers.code : trailers.names;
  };
  expect(read()).toEqual([]);
  expect(read("x-sum", "1", "y", "2")).toEqual(["x-sum", "y"]);
  expect(read("a", "1", "b", "2", "c", "3")).toBe("trailer-too-many-headers");
  expect(read("a", "x".repeat(99))).toEqual(["a"]);
  expect(read("a", "x".repeat(100))).toBe("trailers-size");
  for (const name of ["host", "content-length", "authorization", "cookie", "x-forwarded-for", "trailer"]) {
    expect(read(name, "1")).toBe("trailer-forbidden");
  }
  expect(read("x", "a\r\nb")).toBe("trailer-control-in-value");
  expect(read(":path", "/")).toBe("trailer-pseudo-header-late");
});

test("an answer loses what belongs to the upstream's connection and gains our reference", () => {
  const fields = {
    names: ["Content-Type", "Connection", "X-Hop", "Transfer-Encoding", "Trailer", "X-Request-Id", "Set-Cookie"],
    values: ["text/plain", "X-Hop", "1", "chunked", "x-sum", "theirs", "a=1"],
    ids: [28, 4, 0, 3, 8, 20, 23],
  };
  expect(renderH2Answer({ status: 200, fields, contentLength: 5, nominated: ["x-hop"] }, "ours")).toEqual([
    ":status",
    "200",
    "content-type",
    "text/plain",
    "trailer",
    "x-sum",
    "set-cookie",
    "a=1",
    "content-length",
    "5",
    "x-request-id",
    "ours",
  ]);
  expect(renderH2Fields({ names: ["Link"], values: ["</a>"], ids: [0] })).toEqual(["link", "</a>"]);
});
