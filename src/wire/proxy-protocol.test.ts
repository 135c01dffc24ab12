import fc from "fast-check";
import { expect, test } from "vitest";
import { addressPrefix, createNetworkSet } from "./address.ts";
import { parseProxyHeader } from "./proxy-protocol.ts";

const signature = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];

test("version 1 names the client", () => {
  const line = "PROXY TCP4 203.0.113.7 10.0.0.1 4711 443\r\n";
  expect(parseProxyHeader(Buffer.from(`${line}GET /`))).toEqual({
    address: "203.0.113.7",
    port: 4711,
    bytes: line.length,
  });
  expect(parseProxyHeader(Buffer.from("PROXY UNKNOWN\r\n"))).toMatchObject({ address: "" });
  for (let cut = 1; cut < line.length; cut++) expect(parseProxyHeader(Buffer.from(line.slice(0, cut)))).toBe("more");
});

test("version 2 names the client", () => {
  const v4 = Buffer.from([...signature, 0x21, 0x11, 0, 12, 203, 0, 113, 7, 10, 0, 0, 1, 0x12, 0x67, 1, 187]);
  expect(parseProxyHeader(v4)).toEqual({ address: "203.0.113.7", port: 4711, bytes: 28 });
  const v6 = Buffer.from([
    ...signature,
    0x21,
    0x21,
    0,
    36,
    0x20,
    1,
    0xd,
    0xb8,
    ...new Array<number>(11).fill(0),
    1,
    ...new Array<number>(16).fill(0),
    0,
    1,
    0,
    2,
  ]);
  expect(parseProxyHeader(v6)).toMatchObject({ address: "2001:db8:0:0:0:0:0:1", port: 1, bytes: 52 });
  for (let cut = 1; cut < v4.length; cut++) expect(parseProxyHeader(v4.subarray(0, cut))).toBe("more");
});

test.each([
  "GET / HTTP/1.1\r\n",
  "PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n",
  "PROXY TCP4 ::1 ::1 1 2\r\n",
  "PROXY TCP4 1.2.3.4 1.2.3.4 01 70000\r\n",
  `PROXY ${"x".repeat(200)}`,
])("%j is no PROXY header", (text) => {
  expect(parseProxyHeader(Buffer.from(text))).toBe("bad");
});

test("any bytes are read without throwing", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 80 }),
      (bytes) => parseProxyHeader(Buffer.from([...signature.slice(0, bytes.length % 13), ...bytes])) !== undefined,
    ),
  );
});

test("networks hold what is inside them; what is none is named", () => {
  const set = createNetworkSet(["10.0.0.0/8", "2001:db8::/32", "192.0.2.1"]);
  if ("bad" in set) throw new Error(set.bad);
  expect(
    ["10.255.0.1", "2001:db8::9", "192.0.2.1", "192.0.2.2", "11.0.0.1", "x"].map((address) => set.has(address)),
  ).toEqual([true, true, true, false, false, false]);
  for (const bad of ["10.0.0.0/33", "x", "10.0.0.0/8/8", "::/129", "1.2.3.4/"])
    expect(createNetworkSet([bad])).toEqual({ bad });
  expect([addressPrefix("192.0.2.7"), addressPrefix("2001:db8:1:2::3"), addressPrefix("::1")]).toEqual([
    "192.0.2",
    "2001:db8:1",
    "",
  ]);
});
