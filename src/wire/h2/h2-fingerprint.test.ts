import fc from "fast-check";
import { expect, test } from "vitest";
import { pseudoOrderOf, renderH2Fingerprint } from "./h2-fingerprint.ts";
import { pseudoHeaderOrder } from "./hpack-names.ts";
import { connectionPreface, type OpeningProgress, OpeningReader } from "./preface-reader.ts";

const limits = { prefaceBytesMax: 32_768, prefaceFramesMax: 64, prefaceSettingsMax: 32, prefacePrioritiesMax: 16 };

function frame(type: number, flags: number, stream: number, body: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(body.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, body]);
}

function settings(...entries: readonly (readonly [number, number])[]): Buffer {
  const body = Buffer.alloc(entries.length * 6);
  for (const [i, [id, value]] of entries.entries()) {
    body.writeUInt16BE(id, i * 6);
    body.writeUInt32BE(value, i * 6 + 2);
  }
  return frame(4, 0, 0, body);
}

function windowUpdate(increment: number): Buffer {
  const body = Buffer.alloc(4);
  body.writeUInt32BE(increment);
  return frame(8, 0, 0, body);
}

function priority(stream: number, dependsOn: number, weight: number): Buffer {
  const body = Buffer.alloc(5);
  body.writeUInt32BE(dependsOn);
  body[4] = weight - 1;
  return frame(2, 0, stream, body);
}

/** `:method GET, :authority a.example, :scheme https, :path /` with literals, then `user-agent x`. */
const chromeBlock = Buffer.from("824109612e6578616d706c6587847a0178", "hex");
const chrome = [
  connectionPreface,
  settings([1, 65_536], [2, 0], [4, 6_291_456], [6, 262_144]),
  windowUpdate(15_663_105),
  frame(1, 0x25, 1, Buffer.concat([Buffer.from([0x80, 0, 0, 0, 255]), chromeBlock])),
];

function read(
  bytes: Buffer,
  size = bytes.length,
  caps = limits,
): { end: OpeningProgress; print: string; oddities: string } {
  const reader = new OpeningReader(caps);
  let end: OpeningProgress = "more";
  for (let at = 0; at < bytes.length && end !== "done"; at += size) end = reader.push(bytes.subarray(at, at + size));
  const opening = reader.opening();
  return { end, print: renderH2Fingerprint(opening), oddities: opening.oddities.join() };
}

test("a browser's opening gives the published layout, in any segmentation", () => {
  for (const size of [1, 7, 24, 1_000]) {
    expect(read(Buffer.concat(chrome), size)).toEqual({
      end: "done",
      print: "1:65536;2:0;4:6291456;6:262144|15663105|0|m,a,s,p",
      oddities: "",
    });
  }
});

test("order, unknown settings and priorities are kept as they came", () => {
  const opening = Buffer.concat([
    connectionPreface,
    settings([4, 131_072], [0x0a0a, 7], [1, 65_536], [5, 16_384]),
    windowUpdate(12_517_377),
    priority(3, 0, 201),
    priority(5, 0x80000003, 1),
    frame(1, 0x4, 15, Buffer.from("8284870161", "hex")),
  ]);
  expect(read(opening).print).toBe("4:131072;2570:7;1:65536;5:16384|12517377|3:0:0:201,5:1:3:1|m,p,s");
});

test("an opening without its first HEADERS is settled, and the engine's raw headers complete it", () => {
  expect(read(Buffer.concat(chrome.slice(0, 2)))).toMatchObject({
    end: "settled",
    print: expect.stringMatching(/\|00\|0\|$/),
  });
  expect(pseudoOrderOf([":method", "GET", ":path", "/", ":scheme", "https", ":authority", "a", "x", ":y"])).toBe(
    "m,p,s,a",
  );
  expect(pseudoOrderOf([":method", "CONNECT", ":protocol", "websocket", ":odd", ""])).toBe("m,o,?");
});

test("headers over CONTINUATION frames, padded and with priority are read", () => {
  const padded = Buffer.concat([Buffer.from([3, 0, 0, 0, 0, 15]), chromeBlock.subarray(0, 1), Buffer.alloc(3)]);
  const split = Buffer.concat([
    ...chrome.slice(0, 3),
    frame(1, 0x28, 1, padded),
    frame(9, 4, 1, chromeBlock.subarray(1)),
  ]);
  expect(read(split, 5).print).toMatch(/\|m,a,s,p$/);
});

test.each([
  ["no preface", Buffer.from("GET / HTTP/1.1\r\n"), "h2-no-preface"],
  ["no SETTINGS", Buffer.concat([connectionPreface, windowUpdate(1)]), "h2-settings-missing"],
  ["SETTINGS of odd length", Buffer.concat([connectionPreface, frame(4, 0, 0, Buffer.alloc(7))]), "h2-settings-length"],
  ["a frame of 16 MiB", Buffer.concat([connectionPreface, Buffer.alloc(9, 255)]), "h2-frame-size"],
  [
    "HEADERS of padding only",
    Buffer.concat([...chrome.slice(0, 2), frame(1, 8, 1, Buffer.from([9]))]),
    "h2-headers-length",
  ],
  [
    "HEADERS interrupted",
    Buffer.concat([...chrome.slice(0, 2), frame(1, 0, 1, chromeBlock.subarray(0, 1)), windowUpdate(1)]),
    "h2-headers-interrupted",
  ],
])("%s ends the reading with its oddity", (_what, bytes, oddity) => {
  expect(read(bytes)).toMatchObject({ end: "done", oddities: oddity });
});

test("settings, priorities, frames and bytes are read up to their caps and not beyond", () => {
  const many = (count: number): Buffer =>
    Buffer.concat([
      connectionPreface,
      settings(...Array.from({ length: count }, () => [9, 1] as const)),
      windowUpdate(1),
    ]);
  expect(read(many(32))).toMatchObject({ end: "settled", oddities: "" });
  expect(read(many(33))).toMatchObject({ end: "settled", oddities: "h2-settings-many" });
  const waits = (count: number): Buffer =>
    Buffer.concat([...chrome.slice(0, 2), ...Array.from({ length: count }, () => priority(3, 0, 1))]);
  expect(read(waits(16)).print.split(",")).toHaveLength(16);
  expect(read(waits(17)).print.split(",")).toHaveLength(16);
  expect(read(waits(63)).end).toBe("settled");
  expect(read(waits(64))).toMatchObject({ end: "done", oddities: "h2-opening-frames" });
  const small = { ...limits, prefaceBytesMax: 60 };
  expect(read(waits(1), 1, { ...limits, prefaceBytesMax: 71 }).end).toBe("settled");
  expect(read(waits(1), 1, small)).toMatchObject({ end: "done", oddities: "h2-opening-bytes" });
});

test.each([
  ["82848741016141", "m,p,s,a"],
  ["3fe11f8286", "m,s"],
  ["00073a6d6574686f6403474554", "m"],
  // Huffman-coded ":protocol" and ":method", as nghttp2 writes them.
  ["0087b95d8749c87a3f03616263", "o"],
  ["0085b9495339e403474554", "m"],
  ["40033a78790161be82", "?,?,m"],
  ["", ""],
])("block %s has the order %j", (hex, order) => {
  expect(pseudoHeaderOrder(Buffer.from(hex, "hex"), true)).toBe(order);
});

test("no bytes make the readers throw or read without end (property)", () => {
  const heads = fc.constantFrom(Buffer.alloc(0), connectionPreface, Buffer.concat(chrome.slice(0, 2)));
  fc.assert(
    fc.property(heads, fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 1, max: 60 }), (head, tail, size) => {
      const { end } = read(Buffer.concat([head, Buffer.from(tail)]), size);
      const order = pseudoHeaderOrder(Buffer.from(tail), true) ?? "";
      return ["more", "settled", "done"].includes(end) && order.length < 40;
    }),
  );
});
