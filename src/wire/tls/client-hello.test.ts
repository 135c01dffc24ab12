import fc from "fast-check";
import { expect, test } from "vitest";
import { parseClientHello } from "./client-hello.ts";
import { capturedHellos } from "./testdata/captured-hellos.ts";

/** A hello with the given extensions, each as type and body in hexadecimal. */
function helloWith(...extensions: readonly (readonly [number, string])[]): Buffer {
  const body = Buffer.concat(
    extensions.map(([type, hex]) => {
      const bytes = Buffer.from(hex, "hex");
      return Buffer.concat([Buffer.from([type >> 8, type & 255, bytes.length >> 8, bytes.length & 255]), bytes]);
    }),
  );
  const fixed = Buffer.concat([Buffer.from([3, 3]), Buffer.alloc(32), Buffer.from([0, 0, 2, 0x13, 0x01, 1, 0])]);
  const length = Buffer.from([body.length >> 8, body.length & 255]);
  const message = Buffer.concat([fixed, length, body]);
  return Buffer.concat([Buffer.from([1, 0, message.length >> 8, message.length & 255]), message]);
}

test("captured hellos are read whole and without oddities", () => {
  for (const captured of capturedHellos()) {
    const hello = parseClientHello(captured.record.subarray(5));
    expect(hello).toMatchObject({ serverName: captured.serverName, alpn: captured.alpn, oddities: [] });
  }
});

test("a name with bytes no host has is kept as evidence and named", () => {
  const name = (text: string): string => {
    const bytes = Buffer.from(text, "latin1");
    const length = (count: number): string => count.toString(16).padStart(4, "0");
    return `${length(bytes.length + 3)}00${length(bytes.length)}${bytes.toString("hex")}`;
  };
  expect(parseClientHello(helloWith([0, name("a.example")]))).toMatchObject({ serverName: "a.example", oddities: [] });
  expect(parseClientHello(helloWith([0, name("a\0b")]))).toMatchObject({ oddities: ["tls-server-name-bytes"] });
  expect(parseClientHello(helloWith([0, name("a".repeat(255))])).oddities).toEqual([]);
  expect(parseClientHello(helloWith([0, name("a".repeat(256))]))).toMatchObject({
    serverName: "a".repeat(255),
    oddities: ["tls-server-name-length"],
  });
});

test("extensions that lie about their length, or come twice, are named", () => {
  expect(parseClientHello(helloWith([16, "0009026832"])).oddities).toEqual(["tls-extension-malformed"]);
  expect(parseClientHello(helloWith([23, ""], [23, ""])).oddities).toEqual(["tls-extension-duplicate"]);
  const overrun = helloWith([23, "00"]);
  overrun.writeUInt16BE(500, overrun.length - 3);
  expect(parseClientHello(overrun).oddities).toEqual(["tls-extension-overrun"]);
  expect(parseClientHello(helloWith([23, ""]).subarray(0, 20)).oddities).toContain("tls-hello-truncated");
});

test("no message makes the parser throw or invent bytes (property)", () => {
  const whole = capturedHellos()[0]?.record.subarray(5) ?? Buffer.alloc(0);
  const mutated = fc
    .tuple(fc.nat(whole.length), fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 8 }))
    .map(([length, changes]) => {
      const copy = Buffer.from(whole);
      for (const [at, value] of changes) copy[at] = value;
      return copy.subarray(0, length);
    });
  fc.assert(
    fc.property(mutated, (message) => {
      const hello = parseClientHello(message);
      return (
        hello.extensions.length * 4 + hello.cipherSuites.length * 2 <= message.length && hello.oddities.length <= 16
      );
    }),
    { numRuns: 1_000 },
  );
});
