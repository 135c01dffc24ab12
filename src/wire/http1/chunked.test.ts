import fc from "fast-check";
import { expect, test } from "vitest";
import { ChunkedDecoder } from "./chunked.ts";

const limits = { trailersMax: 2, trailerBytesMax: 64 };

/** Decodes a text cut at the given places. */
function decode(text: string, cuts: readonly number[] = []): { body: string; decoder: ChunkedDecoder; rest: string } {
  const bytes = Buffer.from(text, "latin1");
  const decoder = new ChunkedDecoder(limits);
  const edges = [...new Set([...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b);
  let from = 0;
  let body = "";
  let rest = "";
  for (const edge of edges) {
    if (edge <= from) continue;
    const piece = Buffer.from(bytes.subarray(from, edge));
    const consumed = decoder.decode(piece, 0, piece.length);
    body += piece.toString("latin1", 0, decoder.payloadEnd);
    if (decoder.done) rest += piece.toString("latin1", consumed);
    from = edge;
  }
  return { body, decoder, rest };
}

test("chunks become their payload, wherever the bytes are cut", () => {
  const chunks = fc.array(fc.string({ minLength: 1, maxLength: 40 }), { maxLength: 6 });
  fc.assert(
    fc.property(chunks, fc.array(fc.nat(), { maxLength: 30 }), fc.boolean(), (parts, cuts, trailer) => {
      const latin = parts.map((part) => Buffer.from(part, "latin1").toString("latin1"));
      const text = `${latin.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join("")}0\r\n${trailer ? "X-A: b\r\n" : ""}\r\nNEXT`;
      const { body, decoder, rest } = decode(text, cuts);
      expect(decoder.fault).toBe("");
      expect(decoder.done).toBe(true);
      expect(body).toBe(latin.join(""));
      expect(rest).toBe("NEXT");
      expect(decoder.trailers.names).toEqual(trailer ? ["X-A"] : []);
    }),
  );
});

test.each([
  ["chunk-extension", "3;a=b\r\nabc\r\n0\r\n\r\n"],
  ["chunk-size", "\r\nabc"],
  ["chunk-size", " 3\r\nabc"],
  ["chunk-size", "0x3\r\nabc"],
  ["chunk-size", "-3\r\nabc"],
  ["chunk-size", "3\nabc"],
  ["chunk-size", "3\r\rabc"],
  ["chunk-size", "123456789\r\n"],
  ["chunk-end", "3\r\nabcd\r\n"],
  ["chunk-end", "3\r\nabc\n0\r\n\r\n"],
  ["chunk-end", "3\r\nabc\r0\r\n\r\n"],
  ["trailer", "0\r\nA: b\n\r\n"],
  ["trailer-name", "0\r\nContent-Length: 3\r\n\r\n"],
  ["trailer-name", "0\r\nHost: a\r\n\r\n"],
  ["trailer-name", "0\r\nX_Y: a\r\n\r\n"],
  ["too-many-headers", "0\r\nA: 1\r\nA: 1\r\nA: 1\r\n\r\n"],
  ["trailer-bytes", `0\r\nA: ${"b".repeat(100)}`],
])("%s: %j", (fault, text) => {
  expect(decode(text).decoder.fault).toBe(fault);
  expect(
    decode(
      text,
      Array.from({ length: text.length }, (_, i) => i),
    ).decoder.fault,
  ).toBe(fault);
});

test("as many trailers as the cap, and not one more", () => {
  expect(decode("0\r\nA: 1\r\nB: 2\r\n\r\n").decoder.trailers.values).toEqual(["1", "2"]);
});
