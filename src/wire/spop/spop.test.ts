import fc from "fast-check";
import { expect, test } from "vitest";
import { AckWriter } from "./ack-writer.ts";
import { FrameHead, frameType, readPairs, renderAgentHello } from "./frames.ts";
import { MessageReader, noMessage } from "./message-reader.ts";
import { lengthAndText, numberData, textData, varint } from "./typed-data.ts";
import { readVarint, writeVarint } from "./varint.ts";

test.each([
  [0, [0]],
  [239, [239]],
  [240, [240, 0]],
  [2287, [255, 127]],
  [2288, [240, 128, 0]],
  [264_432, [240, 128, 128, 0]],
])("%i is written as HAProxy writes it", (value, bytes) => {
  expect([...varint(value)]).toEqual(bytes);
});

test("every integer comes back as it was written", () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => {
      const bytes = new Uint8Array(10);
      const end = writeVarint(value, bytes, 0);
      const cursor = { bytes, at: 0, end };
      expect(readVarint(cursor)).toBe(value);
      expect(cursor.at).toBe(end);
    }),
  );
});

function notify(
  messages: readonly (readonly [name: string, values: Readonly<Record<string, string | number>>])[],
): Buffer {
  return Buffer.concat(
    messages.flatMap(([name, values]) => [
      lengthAndText(name),
      Buffer.of(Object.keys(values).length),
      ...Object.entries(values).flatMap(([key, value]) => [
        lengthAndText(key),
        typeof value === "number" ? numberData(value) : textData(value),
      ]),
    ]),
  );
}

const names = { "gait-request": ["method", "path", "size", "ip", "https"], "gait-response": ["status"] } as const;

function readerOf(payload: Buffer): MessageReader {
  const reader = new MessageReader(names);
  reader.open(payload, 0, payload.length);
  return reader;
}

test("messages come back with their arguments, in whatever order; unknown ones are passed over", () => {
  const reader = readerOf(
    notify([
      ["gait-request", { path: "/a\xe9", other: "x", size: 70_000, method: "GET" }],
      ["empty", {}],
      ["gait-response", { status: 404 }],
    ]),
  );
  expect(reader.next()).toBe(0);
  expect([reader.text(0), reader.text(1), reader.number(2)]).toEqual(["GET", "/a\xe9", 70_000]);
  expect([reader.has(3), reader.text(3), reader.number(3), reader.flag(4)]).toEqual([false, "", -1, false]);
  const into = Buffer.alloc(8);
  expect(reader.copy(1, into, 2)).toBe(5);
  expect(into.toString("latin1", 2, 5)).toBe("/a\xe9");
  expect(reader.next()).toBe(noMessage.unknown);
  expect(reader.next()).toBe(1);
  // Nothing of the message before is left.
  expect([reader.number(0), reader.text(1)]).toEqual([404, ""]);
  expect(reader.next()).toBe(noMessage.end);
});

test("addresses are read as text, booleans as such", () => {
  const argument = (name: string, value: readonly number[]): Buffer =>
    Buffer.concat([lengthAndText(name), Buffer.from(value)]);
  const message = (...list: readonly Buffer[]): Buffer =>
    Buffer.concat([lengthAndText("gait-request"), Buffer.of(list.length), ...list]);
  const four = readerOf(message(argument("ip", [6, 203, 0, 113, 9]), argument("https", [0x11])));
  expect(four.next()).toBe(0);
  expect([four.text(3), four.flag(4)]).toEqual(["203.0.113.9", true]);
  const six = readerOf(message(argument("ip", [7, 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])));
  expect(six.next()).toBe(0);
  expect(six.text(3)).toBe("2001:db8:0:0:0:0:0:1");
});

test("a message cut anywhere is refused whole, and no garbage throws", () => {
  const whole = notify([["gait-request", { method: "GET", path: "/" }]]);
  for (let end = 1; end < whole.length; end++) {
    expect([end, readerOf(whole.subarray(0, end)).next()]).toEqual([end, noMessage.broken]);
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      new FrameHead().read(bytes, 0, bytes.length);
      readPairs(bytes);
      const reader = readerOf(Buffer.from(bytes));
      for (let i = 0; i < 200 && reader.next() !== noMessage.end; i++) if (reader.next() === noMessage.broken) break;
    }),
  );
});

test("every message is read as it was written, whatever its arguments", () => {
  const value = fc.oneof(
    fc.maxSafeNat(),
    fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 400 }),
  );
  fc.assert(
    fc.property(fc.record({ method: value, path: value, size: value }, { requiredKeys: [] }), (values) => {
      const reader = readerOf(notify([["gait-request", values]]));
      expect(reader.next()).toBe(0);
      for (const [place, name] of (["method", "path", "size"] as const).entries()) {
        const expected = values[name];
        expect(reader.has(place)).toBe(expected !== undefined);
        expect(reader.text(place)).toBe(typeof expected === "string" ? expected : "");
        expect(reader.number(place)).toBe(typeof expected === "number" ? expected : -1);
      }
      expect(reader.next()).toBe(noMessage.end);
    }),
  );
});

/** Head of the one frame at the beginning of some bytes. */
function headOf(bytes: Buffer): FrameHead {
  const head = new FrameHead();
  expect(head.read(bytes, 4, 4 + bytes.readUInt32BE(0))).toBe(true);
  return head;
}

test("answers are frames that carry their variables, one behind the other; one taken back leaves nothing", () => {
  const acks = new AckWriter();
  acks.begin(300, 7);
  acks.text("action", "block");
  acks.number("score", 91);
  acks.end();
  acks.begin(1, 1);
  acks.text("action", "x".repeat(40_000));
  acks.drop();
  acks.begin(301, 8);
  acks.end();
  const bytes = acks.take() ?? Buffer.alloc(0);
  const first = headOf(bytes);
  expect(first).toMatchObject({ type: frameType.ack, fin: true, streamId: 300, frameId: 7 });
  const variables = bytes.toString("latin1", first.payload, 4 + bytes.readUInt32BE(0));
  expect(variables).toBe("\x01\x03\x02\x06action\x08\x05block\x01\x03\x02\x05score\x03\x5b");
  const second = bytes.subarray(4 + bytes.readUInt32BE(0));
  expect(headOf(second)).toMatchObject({ streamId: 301, frameId: 8 });
  expect(second.length).toBe(4 + second.readUInt32BE(0));
  expect(acks.take()).toBeUndefined();
});

test("the hello offers what we can", () => {
  const bytes = renderAgentHello(16_380, "pipelining");
  const hello = headOf(bytes);
  expect(Object.fromEntries(readPairs(bytes.subarray(hello.payload)) ?? [])).toEqual({
    version: "2.0",
    "max-frame-size": 16_380,
    capabilities: "pipelining",
  });
});
