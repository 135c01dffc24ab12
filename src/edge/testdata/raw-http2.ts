import { connect, type Socket } from "node:net";
import { connectionPreface } from "#wire";

/** Frame types of RFC 9113 section 6. */
export const frames = {
  data: 0,
  headers: 1,
  priority: 2,
  rst: 3,
  settings: 4,
  push: 5,
  ping: 6,
  goaway: 7,
  window: 8,
  continuation: 9,
} as const;

export const flags = { ack: 1, endStream: 1, endHeaders: 4, padded: 8, priority: 32 } as const;

/** One frame, whatever its fields say. */
export function frame(type: number, flag: number, stream: number, body: Buffer | string = ""): Buffer {
  const bytes = typeof body === "string" ? Buffer.from(body, "latin1") : body;
  const head = Buffer.alloc(9);
  head.writeUIntBE(bytes.length, 0, 3);
  head[3] = type;
  head[4] = flag;
  head.writeUInt32BE(stream >>> 0, 5);
  return Buffer.concat([head, bytes]);
}

/** A 32-bit number as bytes. */
export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

/** One SETTINGS frame with the given entries. */
export function settings(...entries: readonly (readonly [id: number, value: number])[]): Buffer {
  const body = Buffer.concat(
    entries.map(([id, value]) => Buffer.concat([Buffer.from([id >> 8, id & 255]), u32(value)])),
  );
  return frame(frames.settings, 0, 0, body);
}

/** A header block of literals without indexing and without Huffman coding (RFC 7541 section 6.2.2): any bytes go. */
export function block(...list: readonly (readonly [name: string, value: string])[]): Buffer {
  return Buffer.concat(list.flatMap(([name, value]) => [Buffer.from([0]), literal(name), literal(value)]));
}

function literal(text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  if (bytes.length < 127) return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  const length = [127];
  let rest = bytes.length - 127;
  for (; rest >= 128; rest >>>= 7) length.push((rest & 127) | 128);
  return Buffer.concat([Buffer.from([...length, rest]), bytes]);
}

/** The pseudo-headers of a GET. */
export const get: readonly (readonly [string, string])[] = [
  [":method", "GET"],
  [":scheme", "http"],
  [":path", "/"],
  [":authority", "a.example"],
];

/** The pseudo-headers of a POST. */
export const post: readonly (readonly [string, string])[] = [[":method", "POST"], ...get.slice(1)];

/** A frame as it came. */
export interface FrameSeen {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly body: Buffer;
}

/** A client that speaks in frames and believes nothing. */
export class RawHttp2 {
  readonly socket: Socket;
  readonly seen: FrameSeen[] = [];
  closed = false;
  #rest: Buffer = Buffer.alloc(0);
  readonly #waiters = new Set<() => void>();

  constructor(port: number) {
    this.socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.socket.on("error", () => {});
    this.socket.on("close", () => {
      this.closed = true;
      this.#wake();
    });
    this.socket.on("data", (chunk: Buffer) => {
      this.#rest = Buffer.concat([this.#rest, chunk]);
      while (this.#rest.length >= 9) {
        const length = this.#rest.readUIntBE(0, 3);
        if (this.#rest.length < 9 + length) break;
        const [type = 0, flag = 0] = [this.#rest[3], this.#rest[4]];
        const stream = this.#rest.readUInt32BE(5) & 0x7fffffff;
        this.seen.push({ type, flags: flag, stream, body: this.#rest.subarray(9, 9 + length) });
        this.#rest = this.#rest.subarray(9 + length);
      }
      this.#wake();
    });
  }

  send(...parts: readonly Buffer[]): this {
    if (!this.closed) this.socket.write(Buffer.concat(parts));
    return this;
  }

  /** Preface, SETTINGS, and the acknowledgement of the server's. */
  async open(...entries: readonly (readonly [number, number])[]): Promise<this> {
    this.send(connectionPreface, settings(...entries));
    await this.until(() => this.first(frames.settings) !== undefined);
    return this.send(frame(frames.settings, flags.ack, 0));
  }

  request(stream: number, list: readonly (readonly [string, string])[], end = true): this {
    const flag = flags.endHeaders | (end ? flags.endStream : 0);
    return this.send(frame(frames.headers, flag, stream, block(...list)));
  }

  first(type: number, stream?: number): FrameSeen | undefined {
    return this.seen.find((one) => one.type === type && (stream === undefined || one.stream === stream));
  }

  /** Status of the first answer of the connection; 0 when there is none. */
  status(): number {
    const found = this.first(frames.headers);
    return found === undefined ? 0 : statusOf(found.body);
  }

  async until(done: () => boolean, waitMs = 1_500): Promise<boolean> {
    const end = Date.now() + waitMs;
    while (!done()) {
      const left = end - Date.now();
      if (left <= 0 || (this.closed && !done())) return done();
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#waiters.add(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    return true;
  }

  close(): void {
    this.socket.destroy();
  }

  #wake(): void {
    for (const waiter of this.#waiters) waiter();
    this.#waiters.clear();
  }
}

const staticStatus = [200, 204, 206, 304, 400, 404, 500];

/** `:status` of a first header block: an indexed field, or a literal of three digits with the name indexed. */
function statusOf(body: Buffer): number {
  let at = 0;
  while (((body[at] ?? 0) & 0xe0) === 0x20) {
    const long = ((body[at] ?? 0) & 0x1f) === 0x1f;
    at++;
    while (long && (body[at++] ?? 0) >= 128);
  }
  const first = body[at] ?? 0;
  if (first >= 0x88 && first <= 0x8e) return staticStatus[first - 0x88] ?? 0;
  const length = body[at + 1] ?? 0;
  const text = body.subarray(at + 2, at + 2 + (length & 0x7f));
  if ((length & 0x80) === 0) return Number(text.toString("latin1"));
  let bits = [...text].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  let digits = "";
  while (digits.length < 3) {
    const short = bits.startsWith("000");
    digits += short ? Number.parseInt(bits.slice(0, 5), 2) : Number.parseInt(bits.slice(0, 6), 2) - 0b011001 + 3;
    bits = bits.slice(short ? 5 : 6);
  }
  return Number(digits);
}
