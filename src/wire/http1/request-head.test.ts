import fc from "fast-check";
import { expect, test } from "vitest";
import { type OracleRequest, readWithLlhttp } from "../testdata/llhttp-oracle.ts";
import { ChunkedDecoder } from "./chunked.ts";
import { findHeadEnd } from "./fields.ts";
import { isRefusal, type Refusal, type RequestHead } from "./head.ts";
import { createHeadMemory } from "./head-memory.ts";
import { parseRequestHead } from "./request-head.ts";

const limits = { headersMax: 100, targetBytesMax: 8_192 };

function parse(text: string): RequestHead | Refusal {
  const bytes = Buffer.from(text, "latin1");
  const end = findHeadEnd(bytes, 0, 0);
  if (end < 0) return { status: 400, code: "incomplete" };
  return parseRequestHead(bytes, 0, end, limits);
}

function codeOf(text: string): string {
  const result = parse(text);
  return isRefusal(result) ? `${result.status} ${result.code}` : "accepted";
}

const request = (lines: string, line = "GET / HTTP/1.1"): string => `${line}\r\n${lines}\r\n\r\n`;

test("an ordinary request is read as it is", () => {
  const head = parse(
    "POST /a/b?c=d&e HTTP/1.1\r\nHost: Shop.Test:8080\r\nuser-agent:  x y \t\r\nX-Odd:\r\nContent-Length: 5\r\n\r\n",
  );
  expect(head).toMatchObject({
    method: "POST",
    target: "/a/b?c=d&e",
    path: "/a/b",
    query: "c=d&e",
    authority: "Shop.Test:8080",
    framing: "length",
    contentLength: 5,
    persistent: true,
    fields: { names: ["Host", "user-agent", "X-Odd", "Content-Length"], values: ["Shop.Test:8080", "x y", "", "5"] },
  });
});

const refused: readonly (readonly [string, string])[] = [
  ["400 host-missing", request("A: b")],
  ["400 host-twice", request("Host: a\r\nHost: a")],
  ["400 host", request("Host: ")],
  ["400 host", request("Host: a b")],
  ["400 host", request("Host: user@a")],
  ["400 host", request("Host: a:99999")],
  ["400 host", request("Host: .")],
  ["400 host", request("Host: a..b")],
  ["400 host", request("Host: .a:80")],
  ["400 host-disagrees", request("Host: a", "GET http://b/ HTTP/1.1")],
  ["400 length-and-chunked", request("Host: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked")],
  ["400 length-twice", request("Host: a\r\nContent-Length: 1\r\nContent-Length: 1")],
  ["400 length", request("Host: a\r\nContent-Length: 010")],
  ["400 length", request("Host: a\r\nContent-Length: +1")],
  ["400 length", request("Host: a\r\nContent-Length: 1,1")],
  ["400 length", request("Host: a\r\nContent-Length: 0x1")],
  ["400 length", request("Host: a\r\nContent-Length: 9999999999999999")],
  ["400 length", request("Host: a\r\nContent-Length:")],
  ["501 transfer-encoding", request("Host: a\r\nTransfer-Encoding: ,chunked")],
  ["501 transfer-encoding", request("Host: a\r\nTransfer-Encoding: gzip, chunked")],
  ["501 transfer-encoding", request("Host: a\r\nTransfer-Encoding: \x0bchunked".replace("\x0b", "x"))],
  ["400 control-in-value", request("Host: a\r\nTransfer-Encoding: \x0bchunked")],
  ["400 transfer-encoding-twice", request("Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked")],
  ["400 chunked-in-1.0", request("Host: a\r\nTransfer-Encoding: chunked", "POST / HTTP/1.0")],
  ["400 space-before-colon", request("Host: a\r\nContent-Length : 1")],
  ["400 folded-line", request("Host: a\r\nX: a\r\n b")],
  ["400 empty-header-name", request("Host: a\r\n: b")],
  ["400 header-name", request("Host: a\r\nX(y): b")],
  ["400 header-name", request("Host: a\r\nno colon here".replaceAll(" ", ""))],
  ["400 bare-lf", request("Host: a\nX: b")],
  ["400 bare-cr", request("Host: a\r\nX: a\rb")],
  ["400 control-in-value", request("Host: a\r\nX: a\x00b")],
  ["400 control-in-value", request("Host: a\r\nX: a\x7fb")],
  ["400 underscore-twin", request("Host: a\r\nContent_Length: 1")],
  ["400 underscore-twin", request("Host: a\r\nX_Forwarded_For: 1.2.3.4")],
  ["400 connection-names-header", request("Host: a\r\nConnection: close, Content-Length")],
  ["400 connection-names-header", request("Host: a\r\nConnection: Cookie")],
  ["400 connection-names-header", request("Host: a\r\nConnection: X-Forwarded-For")],
  ["400 connection", request("Host: a\r\nConnection: close;x")],
  ["400 upgrade-h2c", request("Host: a\r\nConnection: Upgrade\r\nUpgrade: h2c")],
  ["400 upgrade-h2c", request("Host: a\r\nHTTP2-Settings: AAMAAABk")],
  ["400 upgrade-key", request("Host: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13")],
  ["417 expect", request("Host: a\r\nExpect: y 100-continue")],
  ["400 request-line", "GET\r\n\r\n"],
  ["400 http-0.9", "GET /\r\n\r\n"],
  ["400 target-character", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["400 target-fragment", "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["400 target-character", "GET /\xe9 HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["400 target-form", "GET * HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["400 target-form", "GET a/b HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["400 target-authority", "GET http://u:p@a/ HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["400 version", "GET / http/1.1\r\nHost: a\r\n\r\n"],
  ["400 version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"],
  ["505 version", "GET / HTTP/1.2\r\nHost: a\r\n\r\n"],
  ["505 version", "GET / HTTP/2.0\r\nHost: a\r\n\r\n"],
  ["501 method-unknown", "get / HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["405 method-connect", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["400 method", "G\x01T / HTTP/1.1\r\nHost: a\r\n\r\n"],
];

test.each(refused)("%s: %j", (code, text) => {
  expect(codeOf(text)).toBe(code);
});

test("both sides of every cap of a head", () => {
  const headers = (count: number): string =>
    request(["Host: a", ...new Array<string>(count - 1).fill("A: b")].join("\r\n"));
  expect(codeOf(headers(limits.headersMax))).toBe("accepted");
  expect(codeOf(headers(limits.headersMax + 1))).toBe("431 too-many-headers");
  const target = (bytes: number): string => request("Host: a", `GET /${"a".repeat(bytes - 1)} HTTP/1.1`);
  expect(codeOf(target(limits.targetBytesMax))).toBe("accepted");
  expect(codeOf(target(limits.targetBytesMax + 1))).toBe("414 target-length");
});

test("the structural fingerprint sees order and case and nothing situational", () => {
  const structure = (lines: string): number => {
    const head = parse(request(lines));
    return isRefusal(head) ? -1 : head.structure;
  };
  const base = structure("Host: a\r\nAccept: x\r\nUser-Agent: y");
  expect(structure("Host: other\r\nAccept: z\r\nCookie: a=b\r\nUser-Agent: q\r\nReferer: r")).toBe(base);
  expect(structure("Host: a\r\nUser-Agent: y\r\nAccept: x")).not.toBe(base);
  expect(structure("host: a\r\nAccept: x\r\nUser-Agent: y")).not.toBe(base);
});

/** Our reading of a whole byte string, in the oracle's words; undefined where we refuse or want more. */
function readOurs(bytes: Buffer): OracleRequest | undefined {
  const end = findHeadEnd(bytes, 0, 0);
  if (end < 0) return undefined;
  const head = parseRequestHead(bytes, 0, end, limits);
  if (isRefusal(head)) return undefined;
  const body = Buffer.from(bytes.subarray(end));
  const headers = head.fields.names.flatMap((name, i) => [name, head.fields.values[i] ?? ""]);
  const known = { method: head.method, target: head.target, headers };
  if (head.framing === "length") {
    if (body.length < head.contentLength) return undefined;
    return { ...known, body: body.toString("latin1", 0, head.contentLength) };
  }
  if (head.framing === "none") return { ...known, body: "" };
  const decoder = new ChunkedDecoder({ trailersMax: 8, trailerBytesMax: 1_024 });
  decoder.decode(body, 0, body.length);
  if (!decoder.done || decoder.fault !== "") return undefined;
  return { ...known, body: body.toString("latin1", 0, decoder.payloadEnd) };
}

const line = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom("GET / HTTP/1.1", "POST /a?b HTTP/1.1", "PUT /%2e%2e/x HTTP/1.1", "OPTIONS * HTTP/1.1"),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      "GET http://a/x HTTP/1.1",
      "POST / HTTP/1.0",
      "QUERY / HTTP/1.1",
      "PATCH /| HTTP/1.1",
      "GET /a\\b HTTP/1.1",
    ),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
);
const header = fc.oneof(
  fc.constantFrom("Host: a", "Host: b:80", "host:a", "Host: a", "Host: [::1]:80"),
  fc.constantFrom(
    "Content-Length: 3",
    "Content-Length: 0",
    "Content-Length: 03",
    "content-length:\t3 ",
    "Content-Length: 3, 3",
  ),
  fc.constantFrom(
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: Chunked",
    "Transfer-Encoding: identity",
    "transfer-encoding:chunked",
  ),
  fc.constantFrom(
    "Connection: close",
    "Connection: keep-alive, Upgrade",
    "Upgrade: foo",
    "Expect: 100-continue",
    "TE: trailers",
  ),
  fc
    .tuple(fc.string({ maxLength: 6 }), fc.string({ unit: "binary-ascii", maxLength: 8 }))
    .map(([name, value]) => `${name}: ${value}`),
);
const body = fc.oneof(
  fc.constantFrom(
    "",
    "abc",
    "3\r\nabc\r\n0\r\n\r\n",
    "3;x\r\nabc\r\n0\r\n\r\n",
    "03\r\nabc\r\n0\r\nX: y\r\n\r\n",
    "3\r\nabcX0\r\n\r\n",
    "3\nabc\r\n0\r\n\r\n",
  ),
  fc.string({ maxLength: 12 }),
);
const message = fc
  .tuple(line, fc.array(header, { maxLength: 6 }), body, fc.constantFrom("\r\n", "\r\n", "\r\n", "\n", "\r"))
  .map(
    ([first, headers, rest, ending]) =>
      `${first}\r\n${["Host: a", ...headers].slice(headers.length > 3 ? 1 : 0).join(ending)}\r\n\r\n${rest}`,
  );
const mutation = fc.tuple(
  fc.nat(),
  fc.integer({ min: 0, max: 255 }),
  fc.constantFrom("none", "none", "set", "insert", "delete"),
);
const mutated = fc.tuple(message, mutation).map(([text, [at, byte, kind]]) => {
  const bytes = [...Buffer.from(text, "latin1")];
  const index = at % Math.max(1, bytes.length);
  if (kind === "set") bytes[index] = byte;
  else if (kind === "insert") bytes.splice(index, 0, byte);
  else if (kind === "delete") bytes.splice(index, 1);
  return Buffer.from(bytes);
});

/** What the oracle says against our reading; "" when it agrees. */
async function disagreement(bytes: Buffer, ours: OracleRequest | undefined): Promise<string> {
  if (ours === undefined) return "";
  const oracle = await readWithLlhttp(bytes);
  const [theirs] = oracle.requests;
  if (theirs === undefined) return "we accept, llhttp does not";
  const origin = theirs.target.replace(/^http:\/\/[^/?]*/i, "");
  const target = origin.startsWith("/") || theirs.target === "*" ? origin : `/${origin}`;
  const same = JSON.stringify({ ...theirs, target }) === JSON.stringify(ours);
  return same ? "" : `${JSON.stringify(ours)} but llhttp read ${JSON.stringify(theirs)}`;
}

test("whatever we accept, llhttp in strict mode accepts with the same meaning", async () => {
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(mutated, async (bytes) => {
      const ours = readOurs(bytes);
      if (ours !== undefined) accepted++;
      expect(await disagreement(bytes, ours)).toBe("");
    }),
    { numRuns: 10_000 },
  );
  expect(accepted).toBeGreaterThan(500);
}, 60_000);

test("the comparison with llhttp sees a lenient reading", async () => {
  const lenient = Buffer.from("GET / HTTP/1.1\r\nHost : a\r\n\r\n");
  expect(await disagreement(lenient, { method: "GET", target: "/", headers: ["Host", "a"], body: "" })).toContain(
    "does not",
  );
  const other = Buffer.from("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
  expect(
    await disagreement(other, {
      method: "POST",
      target: "/",
      headers: ["Host", "a", "Content-Length", "3"],
      body: "ab",
    }),
  ).toContain("llhttp read");
});

test("a head is read the same whether or not its header section was read before, under whatever request line", () => {
  const memory = createHeadMemory();
  let accepted = 0;
  fc.assert(
    fc.property(mutated, line, (bytes, otherLine) => {
      // The same section under another line first, so that the memory may hold it.
      const lineEnd = bytes.indexOf("\r\n");
      const other = Buffer.concat([Buffer.from(otherLine, "latin1"), bytes.subarray(Math.max(0, lineEnd))]);
      for (const one of [other, bytes, other, bytes]) {
        const end = findHeadEnd(one, 0, 0);
        if (end < 0) continue;
        const plain = parseRequestHead(one, 0, end, limits);
        const remembered = parseRequestHead(one, 0, end, { ...limits, memory });
        expect(remembered).toEqual(plain);
        if (!isRefusal(plain)) accepted++;
      }
    }),
    { numRuns: 5_000 },
  );
  expect(accepted).toBeGreaterThan(500);
}, 60_000);

test("one byte more, less or other is another section, and a lower limit still holds", () => {
  const memory = createHeadMemory();
  const read = (text: string, headersMax = 100): RequestHead | Refusal => {
    const bytes = Buffer.from(text, "latin1");
    return parseRequestHead(bytes, 0, bytes.length, { headersMax, targetBytesMax: 100, memory });
  };
  const section = `Host: a\r\nX-Long: ${"v".repeat(600)}\r\nCookie: a=b\r\n\r\n`;
  const first = read(`GET /1 HTTP/1.1\r\n${section}`);
  const second = read(`GET /2 HTTP/1.1\r\n${section}`);
  if (isRefusal(first) || isRefusal(second)) throw new Error("both were to be accepted");
  expect(second.fields).toBe(first.fields);
  expect(second).toMatchObject({ method: "GET", target: "/2", path: "/2", query: "" });
  for (let at = 0; at < section.length - 2; at++) {
    const bad = `${section.slice(0, at)}\x01${section.slice(at + 1)}`;
    expect(isRefusal(read(`GET /3 HTTP/1.1\r\n${bad}`))).toBe(true);
  }
  expect(read(`GET /4 HTTP/1.1\r\n${section}`, 2)).toEqual({ status: 431, code: "too-many-headers" });
  expect(read(`GET /5 HTTP/1.0\r\n${section}`)).toMatchObject({ protocol: "HTTP/1.0", persistent: false });
});
