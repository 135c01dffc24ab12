import fc from "fast-check";
import { expect, test } from "vitest";
import { type HelloProgress, HelloReader } from "./hello-reader.ts";
import { capturedHellos, inRecordsOf } from "./testdata/captured-hellos.ts";

const limits = { helloBytesMax: 65_536, helloRecordsMax: 2_048 };

/** Feeds the bytes in segments of `size` and tells how it ended and what the reader then held. */
function dribble(bytes: Buffer, size: number, caps = limits): { end: HelloProgress; held: Buffer; pushed: number } {
  const reader = new HelloReader(caps);
  let end: HelloProgress = { kind: "more" };
  let pushed = 0;
  for (let at = 0; at < bytes.length && end.kind === "more"; at += size) {
    const part = bytes.subarray(at, at + size);
    pushed += part.length;
    end = reader.push(part);
  }
  return { end, held: reader.bytes(), pushed };
}

function refusal(bytes: Buffer, caps = limits): string {
  const { end } = dribble(bytes, bytes.length, caps);
  return end.kind === "refused" ? end.code : end.kind;
}

test("a hello in one segment is whole at once", () => {
  for (const { record } of capturedHellos()) {
    const { end } = dribble(record, record.length);
    expect(end).toMatchObject({ kind: "hello", records: 1 });
    expect(end.kind === "hello" && end.message.equals(record.subarray(5))).toBe(true);
  }
});

test("a hello is the same over 37-byte segments, over many records and over both together", () => {
  for (const { record } of capturedHellos()) {
    for (const bytes of [record, inRecordsOf(500, record), inRecordsOf(15, record), inRecordsOf(1, record)]) {
      for (const size of [1, 37, 1_460]) {
        const { end, held } = dribble(bytes, size);
        expect(end.kind).toBe("hello");
        expect(end.kind === "hello" && end.message.equals(record.subarray(5))).toBe(true);
        expect(held.equals(bytes.subarray(0, held.length))).toBe(true);
      }
    }
  }
});

test("any cutting into records and segments gives the same message (property)", () => {
  const hello = capturedHellos()[0]?.record ?? Buffer.alloc(0);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 1, max: 3_000 }), (recordSize, segmentSize) => {
      const { end } = dribble(inRecordsOf(recordSize, hello), segmentSize);
      return end.kind === "hello" && end.message.equals(hello.subarray(5));
    }),
  );
});

test("garbage is refused from its first telling byte", () => {
  expect(refusal(Buffer.from("GET / HTTP/1.1\r\n"))).toBe("tls-not-a-handshake");
  expect(refusal(Buffer.from([22, 9]))).toBe("tls-record-version");
  expect(refusal(Buffer.from([22, 3, 1, 0, 0]))).toBe("tls-record-length");
  expect(refusal(Buffer.from([22, 3, 1, 0x40, 1]))).toBe("tls-record-length");
  expect(refusal(Buffer.from([22, 3, 1, 0x40, 0]))).toBe("more");
  expect(refusal(Buffer.from([22, 3, 1, 0, 4, 2, 0, 0, 0]))).toBe("tls-not-a-hello");
  expect(refusal(Buffer.from([22, 3, 1, 0, 1, 1, 23]))).toBe("tls-not-a-handshake");
});

test("a claimed length is refused above the cap and awaited at it", () => {
  const claim = (bytes: number): Buffer =>
    Buffer.from([22, 3, 1, 0x40, 0, 1, bytes >> 16, (bytes >> 8) & 255, bytes & 255]);
  expect(refusal(claim(65_536 - 4))).toBe("more");
  expect(refusal(claim(65_536 - 3))).toBe("tls-hello-too-large");
  expect(refusal(claim(0xffffff))).toBe("tls-hello-too-large");
});

test("a dribble of tiny records ends at the cap on bytes or on records, whichever comes first", () => {
  const endless = inRecordsOf(1, Buffer.concat([Buffer.alloc(5), Buffer.from([1, 0, 255, 0]), Buffer.alloc(30_000)]));
  const byRecords = dribble(endless, 37);
  expect(byRecords.end).toMatchObject({ kind: "refused", code: "tls-hello-too-many-records" });
  expect(byRecords.pushed).toBeLessThan(2_049 * 6 + 37);
  const byBytes = dribble(endless, 37, { helloBytesMax: 65_536, helloRecordsMax: 1_000_000 });
  expect(byBytes.end).toMatchObject({ kind: "refused", code: "tls-hello-too-large" });
  expect(byBytes.pushed).toBeLessThan(65_536 + 38);
});

test("no bytes make the reader throw (property)", () => {
  const start = fc.constantFrom(Buffer.alloc(0), Buffer.from([22, 3, 1]), Buffer.from([22, 3, 1, 0, 9, 1, 0, 0]));
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 50 }), (head, tail, size) => {
      const { end } = dribble(Buffer.concat([head, Buffer.from(tail)]), size);
      return ["more", "hello", "refused"].includes(end.kind);
    }),
  );
});
