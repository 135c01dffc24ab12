import fc from "fast-check";
import { expect, test } from "vitest";
import { frameType, readFrame, readMessages, readPairs, renderAck, renderAgentHello } from "./frames.ts";
import { lengthAndText, numberData, readTypedData, textData, varint } from "./typed-data.ts";
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

test("messages come back with their arguments", () => {
  const messages = readMessages(
    notify([
      ["gait-request", { method: "GET", path: "/a\xe9", size: 70_000 }],
      ["empty", {}],
    ]),
  );
  expect(messages?.map(({ name }) => name)).toEqual(["gait-request", "empty"]);
  expect(Object.fromEntries(messages?.[0]?.values ?? [])).toEqual({ method: "GET", path: "/a\xe9", size: 70_000 });
});

test("addresses are read as text", () => {
  expect(readTypedData({ bytes: Uint8Array.of(6, 203, 0, 113, 9), at: 0, end: 5 })).toBe("203.0.113.9");
  const six = Uint8Array.of(7, 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
  expect(readTypedData({ bytes: six, at: 0, end: six.length })).toBe("2001:db8:0:0:0:0:0:1");
});

test("a message cut anywhere is refused whole, and no garbage throws", () => {
  const whole = notify([["gait-request", { method: "GET", path: "/" }]]);
  for (let end = 1; end < whole.length; end++) expect(readMessages(whole.subarray(0, end))).toBeUndefined();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      readFrame(bytes);
      readMessages(bytes);
      readPairs(bytes);
    }),
  );
});

test("an answer is a frame that carries its variables", () => {
  const ack = renderAck(300, 7, [
    { name: "action", value: "block" },
    { name: "score", value: 91 },
  ]);
  expect(ack.readUInt32BE(0)).toBe(ack.length - 4);
  expect(readFrame(ack.subarray(4))).toMatchObject({ type: frameType.ack, fin: true, streamId: 300, frameId: 7 });
  const hello = readFrame(renderAgentHello(16_380, "pipelining").subarray(4));
  expect(Object.fromEntries(readPairs(hello?.payload ?? new Uint8Array()) ?? [])).toEqual({
    version: "2.0",
    "max-frame-size": 16_380,
    capabilities: "pipelining",
  });
});
