import { afterAll, beforeAll, expect, test } from "vitest";
import { openRawOrigin, openRig, type Rig } from "../testdata/gateway-rig.ts";
import { flags, frame, frames, get, post, RawHttp2 } from "../testdata/raw-http2.ts";

let rig: Rig;
let upstreamBytes = 0;
let upstreamText = "";
let closeOrigin: () => void;

beforeAll(async () => {
  const origin = await openRawOrigin((socket) => {
    socket.on("data", (chunk) => {
      upstreamBytes += chunk.length;
      upstreamText += chunk.toString("latin1");
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
  });
  closeOrigin = origin.close;
  rig = await openRig(origin.port);
});

afterAll(async () => {
  await rig.close();
  closeOrigin();
});

type Pairs = readonly (readonly [string, string])[];

async function send(list: Pairs, ...bodies: readonly string[]): Promise<{ refused: boolean; upstream: string }> {
  upstreamBytes = 0;
  upstreamText = "";
  const client = await new RawHttp2(rig.port).open();
  client.request(1, list, bodies.length === 0);
  for (const [i, body] of bodies.entries()) {
    client.send(frame(frames.data, i === bodies.length - 1 ? flags.endStream : 0, 1, body));
  }
  const refused = (): boolean =>
    client.closed ||
    client.first(frames.goaway) !== undefined ||
    client.first(frames.rst) !== undefined ||
    client.status() >= 400;
  await client.until(() => refused() || client.status() === 200);
  await new Promise((resolve) => setTimeout(resolve, 20));
  client.close();
  return { refused: refused() && client.status() !== 200, upstream: upstreamText };
}

const but = (changes: Readonly<Record<string, string>>, from: Pairs = get): Pairs =>
  from.map(([name, value]) => [name, changes[name] ?? value] as const);
const smuggled = "\r\nHost: evil\r\n\r\nGET /admin HTTP/1.1\r\nHost: evil\r\n\r\n";

test.each<readonly [string, Pairs, readonly string[]]>([
  ["CR LF in the method", but({ ":method": `GET / HTTP/1.1${smuggled}` }), []],
  ["a space in the method", but({ ":method": "GET /admin HTTP/1.1" }), []],
  ["CR LF in the path", but({ ":path": `/ HTTP/1.1${smuggled}` }), []],
  ["a space in the path", but({ ":path": "/ HTTP/1.1" }), []],
  ["a tab in the path", but({ ":path": "/\tx" }), []],
  ["an absolute path", but({ ":path": "http://evil/" }), []],
  ["a fragment in the path", but({ ":path": "/a#b" }), []],
  ["CR LF in the authority", but({ ":authority": `a${smuggled}` }), []],
  ["a path in the authority", but({ ":authority": "a/b" }), []],
  ["a user in the authority", but({ ":authority": "a@b" }), []],
  ["CR LF in the scheme", but({ ":scheme": `http${smuggled}` }), []],
  ["a scheme that carries an authority", but({ ":scheme": "https://evil/" }), []],
  ["two methods", [[":method", "POST"], ...get], []],
  ["two paths", [[":path", "/admin"], ...get], []],
  ["two authorities", [[":authority", "evil"], ...get], []],
  ["a late path", [...get, ["x", "1"], [":path", "/admin"]], []],
  ["an unknown pseudo-header", [...get, [":host", "evil"]], []],
  ["transfer-encoding", [...post, ["transfer-encoding", "chunked"]], ["0\r\n\r\nGET /admin HTTP/1.1\r\n\r\n"]],
  ["connection", [...get, ["connection", "transfer-encoding"]], []],
  ["upgrade to h2c", [...get, ["upgrade", "h2c"]], []],
  ["Host against authority", [...get, ["host", "evil"]], []],
  ["Host twice", [...get, ["host", "a.example"], ["host", "evil"]], []],
  ["a length above the DATA", [...post, ["content-length", "10"]], ["12345"]],
  ["a length below the DATA (H2.CL)", [...post, ["content-length", "0"]], ["GET /admin HTTP/1.1\r\n\r\n"]],
  ["a short length below the DATA", [...post, ["content-length", "5"]], ["12345GET /admin HTTP/1.1\r\n\r\n"]],
  ["a length below the DATA of two frames", [...post, ["content-length", "5"]], ["12345", "6"]],
  ["a length and no DATA", [...post, ["content-length", "5"]], []],
  ["two lengths", [...post, ["content-length", "5"], ["content-length", "6"]], ["12345"]],
  ["a length of octal looks", [...post, ["content-length", "05"]], ["12345"]],
  ["a length with a sign", [...post, ["content-length", "+5"]], ["12345"]],
  ["an underscore twin", [...post, ["transfer_encoding", "chunked"]], ["12345"]],
  ["an unknown method", but({ ":method": "BREW" }), []],
  [
    "CONNECT",
    [
      [":method", "CONNECT"],
      [":authority", "evil:22"],
    ],
    ["SSH"],
  ],
])("%s is refused and not one byte goes upstream", async (_what, list, bodies) => {
  const { refused, upstream } = await send(list, ...bodies);
  expect({ refused, upstream }).toEqual({ refused: true, upstream: "" });
});

/** nghttp2 drops a field whose name or value holds a forbidden byte and serves the rest; the injection itself is gone. */
test.each<readonly [string, string, string]>([
  ["CR LF in a value", "x-evil", `1${smuggled}`],
  ["LF in a value", "x-evil", "1\nTransfer-Encoding: chunked"],
  ["NUL in a value", "x-evil", "1\x00"],
  ["CR LF in a name", `x-evil: 1${smuggled}`, "1"],
  ["a colon in a name", "x-evil:transfer-encoding", "chunked"],
  ["a space in a name", "x-evil transfer-encoding", "chunked"],
])("%s never arrives upstream", async (_what, name, value) => {
  const { upstream } = await send([...get, [name, value]]);
  expect(upstream).not.toMatch(/evil|chunked|admin/i);
  expect(upstream.split("\r\n\r\n").length).toBeLessThanOrEqual(2);
});

test("a false length that shows only later never goes upstream either", async () => {
  const client = await new RawHttp2(rig.port).open();
  upstreamText = "";
  client.request(1, [...post, ["content-length", "10"]], false);
  await new Promise((resolve) => setTimeout(resolve, 100));
  client.send(frame(frames.data, flags.endStream, 1, "12345"));
  await client.until(() => client.first(frames.rst) !== undefined || client.closed);
  await new Promise((resolve) => setTimeout(resolve, 50));
  client.close();
  expect(upstreamText).toBe("");
});

test("a request between two injections is served as it is", async () => {
  const { refused, upstream } = await send([...post, ["content-length", "5"]], "123", "45");
  expect(refused).toBe(false);
  expect(upstream).toMatch(/^POST \/ HTTP\/1\.1\r\nHost: a\.example\r\n/);
  expect(upstreamBytes).toBeGreaterThan(0);
});

test("a long body that ends early never completes upstream, and its connection is not used again", async () => {
  const client = await new RawHttp2(rig.port).open();
  upstreamText = "";
  client.request(1, [...post, ["content-length", "100000"]], false);
  client.send(frame(frames.data, 0, 1, "x".repeat(16_000)), frame(frames.data, flags.endStream, 1, "short"));
  await client.until(() => client.first(frames.rst) !== undefined || client.closed);
  await expect.poll(() => rig.gateway.stats().totals.openUpstreamConnections).toBeLessThanOrEqual(1);
  client.close();
  expect(upstreamText.length).toBeLessThan(17_000);
});
