import { connectionPreface } from "#wire";
import { block, flags, frame, frames, get, post, type RawHttp2, settings, u32 } from "../../testdata/raw-http2.ts";

/**
 * What RFC 9113 asks for. A connection error is GOAWAY or a closed connection; a stream error may also be met with a
 * connection error, or, for malformed requests, with an answer of 4xx (section 8.1.1).
 */
export type Expected = "connection-error" | "stream-error" | "answer" | "open";

export interface ConformanceCase {
  /** Section of RFC 9113 and what is done. */
  readonly name: string;
  readonly expected: Expected;
  /** Does not open the connection for the case: it sends its own preface. */
  readonly bare?: boolean;
  readonly run: (client: RawHttp2) => unknown;
}

const { data, headers, priority, rst, push, ping, goaway, window, continuation } = frames;
const whole = flags.endHeaders | flags.endStream;
const getBlock = block(...get);
const postBlock = block(...post);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function sends(name: string, expected: Expected, ...parts: readonly Buffer[]): ConformanceCase {
  return { name, expected, run: (client) => client.send(...parts) };
}

/** A whole GET, its answer awaited, and then the frames. */
function afterAnswer(name: string, expected: Expected, ...parts: readonly Buffer[]): ConformanceCase {
  return {
    name,
    expected,
    run: async (client) => {
      client.request(1, get);
      await client.until(() => client.seen.some((one) => one.stream === 1 && (one.flags & flags.endStream) !== 0));
      client.send(...parts);
    },
  };
}

/** A malformed request: the given fields behind the pseudo-headers of a GET, or instead of them. */
function malformed(name: string, list: readonly (readonly [string, string])[], end = true): ConformanceCase {
  return sends(name, "stream-error", frame(headers, end ? whole : flags.endHeaders, 1, block(...list)));
}

const without = (name: string): readonly (readonly [string, string])[] => get.filter(([known]) => known !== name);

const connectionCases: readonly ConformanceCase[] = [
  { name: "3.4 garbage for a preface", expected: "connection-error", bare: true, run: (c) => c.send(Buffer.from("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n")) },
  { name: "3.4 no SETTINGS behind the preface", expected: "connection-error", bare: true, run: (c) => c.send(connectionPreface, frame(headers, whole, 1, getBlock)) },
  { name: "3.4 the preface in single bytes", expected: "open", bare: true, run: async (c) => {
    for (const byte of connectionPreface) { c.send(Buffer.from([byte])); await pause(1); }
    c.send(settings());
  } },
  sends("4.1 unknown frame type is ignored", "open", frame(0xee, 0, 0, "12345678")),
  sends("4.1 undefined flags are ignored", "open", frame(ping, 0x16, 0, "12345678")),
  sends("4.1 the reserved bit is ignored", "open", frame(ping, 0, 0x80000000, "12345678")),
  sends("4.2 DATA of the largest size", "answer", frame(headers, flags.endHeaders, 1, postBlock), frame(data, 1, 1, Buffer.alloc(16_384))),
  sends("4.2 DATA above the largest size", "stream-error", frame(headers, flags.endHeaders, 1, postBlock), frame(data, 1, 1, Buffer.alloc(16_385))),
  sends("4.2 HEADERS above the largest size", "connection-error", frame(headers, whole, 1, Buffer.concat([getBlock, block(["x", "y".repeat(16_384)])]))),
  sends("4.3 a header block that cannot be decoded", "connection-error", frame(headers, whole, 1, Buffer.from([0xff, 0xff, 0xff, 0xff, 0x7f]))),
  sends("4.3 an index beyond the table", "connection-error", frame(headers, whole, 1, Buffer.from([0x80 | 70]))),
  sends("4.3 index zero", "connection-error", frame(headers, whole, 1, Buffer.from([0x80]))),
  sends("4.3 a table size above what was agreed", "connection-error", frame(headers, whole, 1, Buffer.concat([Buffer.from([0x3f, 0xff, 0xff, 0x7f]), getBlock]))),
  sends("4.3 PRIORITY between HEADERS and CONTINUATION", "connection-error", frame(headers, 1, 1, getBlock.subarray(0, 5)), frame(priority, 0, 1, Buffer.from([0, 0, 0, 0, 1])), frame(continuation, 4, 1, getBlock.subarray(5))),
  sends("4.3 HEADERS of another stream in between", "connection-error", frame(headers, 1, 1, getBlock.subarray(0, 5)), frame(headers, whole, 3, getBlock)),
  sends("5.1 DATA on an idle stream", "connection-error", frame(data, 1, 1, "x")),
  sends("5.1 RST_STREAM on an idle stream", "connection-error", frame(rst, 0, 1, u32(8))),
  sends("5.1 WINDOW_UPDATE on an idle stream", "connection-error", frame(window, 0, 1, u32(1))),
  sends("5.1 CONTINUATION on an idle stream", "connection-error", frame(continuation, 4, 1, getBlock)),
  sends("5.1 DATA behind END_STREAM", "stream-error", frame(headers, whole, 1, getBlock), frame(data, 1, 1, "x")),
  sends("5.1 HEADERS behind END_STREAM", "stream-error", frame(headers, whole, 1, getBlock), frame(headers, whole, 1, getBlock)),
  sends("5.1 CONTINUATION behind END_STREAM", "connection-error", frame(headers, whole, 1, getBlock), frame(continuation, 4, 1, getBlock)),
  sends("5.1 DATA behind RST_STREAM", "stream-error", frame(headers, flags.endHeaders, 1, postBlock), frame(rst, 0, 1, u32(8)), frame(data, 1, 1, "x")),
  sends("5.1 HEADERS behind RST_STREAM", "stream-error", frame(headers, flags.endHeaders, 1, postBlock), frame(rst, 0, 1, u32(8)), frame(headers, whole, 1, getBlock)),
  sends("5.1 CONTINUATION behind RST_STREAM", "connection-error", frame(headers, flags.endHeaders, 1, postBlock), frame(rst, 0, 1, u32(8)), frame(continuation, 4, 1, getBlock)),
  afterAnswer("5.1 DATA on a closed stream", "stream-error", frame(data, 1, 1, "x")),
  afterAnswer("5.1 HEADERS on a closed stream", "connection-error", frame(headers, whole, 1, getBlock)),
  afterAnswer("5.1 CONTINUATION on a closed stream", "connection-error", frame(continuation, 4, 1, getBlock)),
  afterAnswer("5.1 WINDOW_UPDATE on a closed stream is taken", "open", frame(window, 0, 1, u32(1))),
  afterAnswer("5.1 PRIORITY on a closed stream is taken", "open", frame(priority, 0, 1, Buffer.from([0, 0, 0, 0, 1]))),
  sends("5.1.1 an even stream id", "connection-error", frame(headers, whole, 2, getBlock)),
  sends("5.1.1 a stream id below the last", "connection-error", frame(headers, whole, 5, getBlock), frame(headers, whole, 3, getBlock)),
  sends("5.1.2 more streams than allowed", "stream-error", ...Array.from({ length: 300 }, (_, i) => frame(headers, flags.endHeaders, 1 + i * 2, postBlock))),
  sends("5.4 GOAWAY from the client", "open", frame(goaway, 0, 0, Buffer.concat([u32(0), u32(0)]))),
  sends("5.5 an unknown frame inside a header block", "connection-error", frame(headers, 1, 1, getBlock.subarray(0, 5)), frame(0xee, 0, 1, "12345678"), frame(continuation, 4, 1, getBlock.subarray(5))),
];

const frameCases: readonly ConformanceCase[] = [
  sends("6.1 DATA on stream 0", "connection-error", frame(data, 1, 0, "x")),
  sends("6.1 DATA with more padding than payload", "connection-error", frame(headers, flags.endHeaders, 1, postBlock), frame(data, 9, 1, Buffer.from([5, 1, 1]))),
  sends("6.1 padded DATA", "answer", frame(headers, flags.endHeaders, 1, postBlock), frame(data, 9, 1, Buffer.from([2, 65, 0, 0]))),
  sends("6.2 HEADERS on stream 0", "connection-error", frame(headers, whole, 0, getBlock)),
  sends("6.2 HEADERS with more padding than payload", "connection-error", frame(headers, whole | flags.padded, 1, Buffer.concat([Buffer.from([255]), getBlock]))),
  sends("6.2 padded HEADERS", "answer", frame(headers, whole | flags.padded, 1, Buffer.concat([Buffer.from([2]), getBlock, Buffer.alloc(2)]))),
  sends("6.2 HEADERS with priority", "answer", frame(headers, whole | flags.priority, 1, Buffer.concat([u32(0x80000000), Buffer.from([255]), getBlock]))),
  sends("6.3 PRIORITY on stream 0", "connection-error", frame(priority, 0, 0, Buffer.from([0, 0, 0, 0, 1]))),
  sends("6.3 PRIORITY of four bytes", "stream-error", frame(headers, flags.endHeaders, 1, postBlock), frame(priority, 0, 1, Buffer.alloc(4))),
  sends("6.4 RST_STREAM on stream 0", "connection-error", frame(rst, 0, 0, u32(8))),
  sends("6.4 RST_STREAM of three bytes", "connection-error", frame(headers, flags.endHeaders, 1, postBlock), frame(rst, 0, 1, Buffer.alloc(3))),
  sends("6.5 acknowledgement with a payload", "connection-error", frame(frames.settings, 1, 0, Buffer.alloc(6))),
  sends("6.5 SETTINGS on a stream", "connection-error", frame(frames.settings, 0, 1, Buffer.alloc(6))),
  sends("6.5 SETTINGS of three bytes", "connection-error", frame(frames.settings, 0, 0, Buffer.alloc(3))),
  sends("6.5.2 ENABLE_PUSH of 2", "connection-error", settings([2, 2])),
  sends("6.5.2 INITIAL_WINDOW_SIZE of 2^31", "connection-error", settings([4, 0x80000000])),
  sends("6.5.2 MAX_FRAME_SIZE of 16383", "connection-error", settings([5, 16_383])),
  sends("6.5.2 MAX_FRAME_SIZE of 2^24", "connection-error", settings([5, 16_777_216])),
  sends("6.5.2 an unknown setting is ignored", "open", settings([0xabcd, 1])),
  sends("6.6 PUSH_PROMISE from a client", "connection-error", frame(push, 4, 1, Buffer.concat([u32(2), getBlock]))),
  sends("6.7 PING is answered", "open"),
  sends("6.7 an answered PING nobody sent", "open", frame(ping, 1, 0, "abcdefgh")),
  sends("6.7 PING on a stream", "connection-error", frame(ping, 0, 1, "abcdefgh")),
  sends("6.7 PING of six bytes", "connection-error", frame(ping, 0, 0, "abcdef")),
  sends("6.8 GOAWAY on a stream", "connection-error", frame(goaway, 0, 1, Buffer.concat([u32(0), u32(0)]))),
  sends("6.9 WINDOW_UPDATE of 0 on the connection", "connection-error", frame(window, 0, 0, u32(0))),
  sends("6.9 WINDOW_UPDATE of 0 on a stream", "stream-error", frame(headers, flags.endHeaders, 1, postBlock), frame(window, 0, 1, u32(0))),
  sends("6.9 WINDOW_UPDATE of three bytes", "connection-error", frame(window, 0, 0, Buffer.alloc(3))),
  sends("6.9.1 the connection's window overflows", "connection-error", frame(window, 0, 0, u32(0x7fffffff)), frame(window, 0, 0, u32(0x7fffffff))),
  sends("6.9.1 a stream's window overflows", "stream-error", frame(headers, flags.endHeaders, 1, postBlock), frame(window, 0, 1, u32(0x7fffffff)), frame(window, 0, 1, u32(0x7fffffff))),
  sends("6.9.2 INITIAL_WINDOW_SIZE overflows open windows", "connection-error", frame(headers, flags.endHeaders, 1, postBlock), frame(window, 0, 1, u32(0x7fff0000)), settings([4, 0x7fffffff])),
  sends("6.10 several CONTINUATIONs", "answer", frame(headers, 1, 1, getBlock.subarray(0, 5)), frame(continuation, 0, 1, getBlock.subarray(5, 9)), frame(continuation, 4, 1, getBlock.subarray(9))),
  sends("6.10 CONTINUATION, then something else", "connection-error", frame(headers, 1, 1, getBlock.subarray(0, 5)), frame(continuation, 0, 1, getBlock.subarray(5, 9)), frame(data, 1, 1, "x")),
  sends("6.10 CONTINUATION on stream 0", "connection-error", frame(headers, 1, 1, getBlock.subarray(0, 5)), frame(continuation, 4, 0, getBlock.subarray(5))),
  sends("6.10 CONTINUATION behind END_HEADERS", "connection-error", frame(headers, flags.endHeaders, 1, postBlock), frame(continuation, 4, 1, getBlock)),
  sends("6.10 CONTINUATION behind DATA", "connection-error", frame(headers, flags.endHeaders, 1, postBlock), frame(data, 0, 1, "x"), frame(continuation, 4, 1, getBlock)),
];

const messageCases: readonly ConformanceCase[] = [
  sends("8.1 HEADERS in the middle of a request", "stream-error", frame(headers, flags.endHeaders, 1, postBlock), frame(headers, flags.endHeaders, 1, block(["x", "y"]))),
  sends("8.1 trailers", "answer", frame(headers, flags.endHeaders, 1, postBlock), frame(data, 0, 1, "x"), frame(headers, whole, 1, block(["x-sum", "1"]))),
  sends("8.1 pseudo-headers in trailers", "stream-error", frame(headers, flags.endHeaders, 1, postBlock), frame(headers, whole, 1, block([":method", "GET"]))),
  malformed("8.2.1 upper case in a name", [...get, ["X-Test", "1"]]),
  malformed("8.2.1 a space in a name", [...get, ["x test", "1"]]),
  malformed("8.2.1 a colon in a name", [...get, ["x:test", "1"]]),
  malformed("8.2.1 an empty name", [...get, ["", "1"]]),
  malformed("8.2.1 CR in a value", [...get, ["x", "a\rb"]]),
  malformed("8.2.1 LF in a value", [...get, ["x", "a\nb"]]),
  malformed("8.2.1 NUL in a value", [...get, ["x", "a\0b"]]),
  malformed("8.2.2 connection", [...get, ["connection", "keep-alive"]]),
  malformed("8.2.2 keep-alive", [...get, ["keep-alive", "timeout=5"]]),
  malformed("8.2.2 proxy-connection", [...get, ["proxy-connection", "keep-alive"]]),
  malformed("8.2.2 transfer-encoding", [...get, ["transfer-encoding", "chunked"]]),
  malformed("8.2.2 upgrade", [...get, ["upgrade", "h2c"]]),
  malformed("8.2.2 te other than trailers", [...get, ["te", "gzip"]]),
  sends("8.2.2 te: trailers", "answer", frame(headers, whole, 1, block(...get, ["te", "trailers"]))),
  malformed("8.3 an unknown pseudo-header", [...get, [":test", "1"]]),
  malformed("8.3 a pseudo-header of answers", [...get, [":status", "200"]]),
  malformed("8.3 a pseudo-header behind a field", [...get.slice(0, 3), ["x", "1"], [":authority", "a.example"]]),
  malformed("8.3.1 no :method", without(":method")),
  malformed("8.3.1 no :scheme", without(":scheme")),
  malformed("8.3.1 no :path", without(":path")),
  malformed("8.3.1 an empty :path", [...without(":path"), [":path", ""]]),
  malformed("8.3.1 :method twice", [[":method", "GET"], ...get]),
  malformed("8.3.1 :scheme twice", [[":scheme", "http"], ...get]),
  malformed("8.3.1 :path twice", [[":path", "/"], ...get]),
  malformed("8.3.1 :authority twice", [[":authority", "b.example"], ...get]),
  malformed("8.5 CONNECT with :path", [[":method", "CONNECT"], ...get.slice(1)]),
  { name: "8.1.1 a length above the DATA", expected: "stream-error", run: (c) => c.request(1, [...post, ["content-length", "5"]], false).send(frame(data, 1, 1, "1234")) },
  { name: "8.1.1 a length below the DATA", expected: "stream-error", run: (c) => c.request(1, [...post, ["content-length", "3"]], false).send(frame(data, 1, 1, "1234")) },
  { name: "8.1.1 a length below the DATA of several frames", expected: "stream-error", run: (c) => c.request(1, [...post, ["content-length", "3"]], false).send(frame(data, 0, 1, "12"), frame(data, 1, 1, "34")) },
  { name: "8.1.1 a length and no DATA", expected: "stream-error", run: (c) => c.request(1, [...post, ["content-length", "3"]]) },
  { name: "6.9 DATA within a window of one byte", expected: "answer", run: async (c) => {
    c.send(settings([4, 1]));
    c.request(1, get);
    await c.until(() => c.first(data) !== undefined);
    if ((c.first(data)?.body.length ?? 0) > 1) c.close();
  } },
];

/** Own cases from the text of RFC 9113, section by section. */
export const conformanceCases: readonly ConformanceCase[] = [...connectionCases, ...frameCases, ...messageCases];
