import { Buffer } from "node:buffer";
import { pseudoHeaderOrder } from "./hpack-names.ts";

/** What every HTTP/2 client says first (RFC 9113 section 3.4). */
export const connectionPreface: Buffer = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

/** Caps of one reader; the defaults are `http2Limits` in core. */
export interface PrefaceLimits {
  readonly prefaceBytesMax: number;
  readonly prefaceFramesMax: number;
  readonly prefaceSettingsMax: number;
  readonly prefacePrioritiesMax: number;
}

/** How a client opened an HTTP/2 connection, in wire order. */
export interface H2Opening {
  /** Identifier and value of every entry of the first SETTINGS frame, unknown identifiers included. */
  readonly settings: readonly (readonly [id: number, value: number])[];
  /** Increment of the first WINDOW_UPDATE of the connection before the first request; 0 when there was none. */
  readonly windowUpdate: number;
  readonly priorities: readonly H2Priority[];
  /** "m,a,s,p" and the like; empty when the first HEADERS were not seen. */
  readonly pseudoOrder: string;
  readonly oddities: readonly string[];
}

/** One PRIORITY frame (RFC 7540 section 5.3; deprecated, still sent, still telling). */
export interface H2Priority {
  readonly stream: number;
  readonly exclusive: boolean;
  readonly dependsOn: number;
  /** 1 to 256. */
  readonly weight: number;
}

/** "settled": SETTINGS were read, the first HEADERS not yet. "done": nothing more will be learned. */
export type OpeningProgress = "more" | "settled" | "done";

const frameType = { headers: 1, priority: 2, settings: 4, windowUpdate: 8, continuation: 9 } as const;
const flag = { ack: 0x1, endHeaders: 0x4, padded: 0x8, priority: 0x20 } as const;
const frameHeaderBytes = 9;
/** RFC 9113 section 4.2: before our SETTINGS are acknowledged nobody may send larger frames. */
const frameBytesMax = 16_384;

/**
 * Reads the frames with which a client opens a connection, for its fingerprint only: whatever breaks the grammar ends
 * the reading with an oddity, and the HTTP/2 engine behind answers it. The opening is lost in `node:http2`, which
 * reports SETTINGS by name, without their order and without the unknown ones that browsers send as GREASE.
 */
export class OpeningReader {
  readonly #limits: PrefaceLimits;
  #raw: Buffer = Buffer.alloc(0);
  #filled = 0;
  #at = 0;
  #frames = 0;
  #settings: (readonly [number, number])[] | undefined;
  #windowUpdate = 0;
  readonly #priorities: H2Priority[] = [];
  #block: Buffer | undefined;
  #pseudoOrder = "";
  readonly #oddities: string[] = [];

  constructor(limits: PrefaceLimits) {
    this.#limits = limits;
  }

  /** Everything pushed so far. Valid until the next push. */
  bytes(): Buffer {
    return this.#raw.subarray(0, this.#filled);
  }

  opening(): H2Opening {
    return {
      settings: this.#settings ?? [],
      windowUpdate: this.#windowUpdate,
      priorities: this.#priorities,
      pseudoOrder: this.#pseudoOrder,
      oddities: this.#oddities,
    };
  }

  /** Takes the next bytes of the connection. After "done" the reader is spent. */
  push(chunk: Buffer): OpeningProgress {
    this.#append(chunk);
    if (this.#at === 0) {
      const seen = Math.min(this.#filled, connectionPreface.length);
      if (connectionPreface.compare(this.#raw, 0, seen, 0, seen) !== 0) return this.#end("h2-no-preface");
      if (seen < connectionPreface.length) return "more";
      this.#at = connectionPreface.length;
    }
    while (this.#filled - this.#at >= frameHeaderBytes) {
      const length = this.#raw.readUIntBE(this.#at, 3);
      if (length > frameBytesMax) return this.#end("h2-frame-size");
      const end = this.#at + frameHeaderBytes + length;
      if (end > this.#filled) break;
      if (++this.#frames > this.#limits.prefaceFramesMax) return this.#end("h2-opening-frames");
      if (this.#takeFrame(this.#at, end) === "done") return "done";
      this.#at = end;
    }
    if (this.#filled > this.#limits.prefaceBytesMax) return this.#end("h2-opening-bytes");
    return this.#settings === undefined ? "more" : "settled";
  }

  #append(chunk: Buffer): void {
    if (this.#filled === 0) {
      this.#raw = chunk;
      this.#filled = chunk.length;
      return;
    }
    const needed = this.#filled + chunk.length;
    if (needed > this.#raw.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.#raw.length * 2));
      this.#raw.copy(grown, 0, 0, this.#filled);
      this.#raw = grown;
    }
    chunk.copy(this.#raw, this.#filled);
    this.#filled = needed;
  }

  #takeFrame(at: number, end: number): OpeningProgress {
    const type = this.#raw.readUInt8(at + 3);
    const flags = this.#raw.readUInt8(at + 4);
    const stream = this.#raw.readUInt32BE(at + 5) & 0x7fffffff;
    const body = this.#raw.subarray(at + frameHeaderBytes, end);
    if (this.#settings === undefined && type !== frameType.settings) return this.#end("h2-settings-missing");
    if (this.#block !== undefined && type !== frameType.continuation) return this.#end("h2-headers-interrupted");
    switch (type) {
      case frameType.settings:
        return (flags & flag.ack) === 0 ? this.#takeSettings(body) : "more";
      case frameType.windowUpdate:
        if (stream === 0 && body.length === 4 && this.#windowUpdate === 0) {
          this.#windowUpdate = body.readUInt32BE(0) & 0x7fffffff;
        }
        return "more";
      case frameType.priority:
        this.#takePriority(stream, body);
        return "more";
      case frameType.headers:
        return this.#takeHeaders(flags, body);
      case frameType.continuation:
        return this.#takeBlock(body, (flags & flag.endHeaders) !== 0);
      default:
        return "more";
    }
  }

  #takeSettings(body: Buffer): OpeningProgress {
    if (body.length % 6 !== 0) return this.#end("h2-settings-length");
    if (this.#settings !== undefined) return "more";
    const settings: (readonly [number, number])[] = [];
    const entries = Math.min(body.length / 6, this.#limits.prefaceSettingsMax);
    if (entries < body.length / 6) this.#oddities.push("h2-settings-many");
    for (let i = 0; i < entries; i++) settings.push([body.readUInt16BE(i * 6), body.readUInt32BE(i * 6 + 2)]);
    this.#settings = settings;
    return "more";
  }

  #takePriority(stream: number, body: Buffer): void {
    if (body.length !== 5 || this.#priorities.length >= this.#limits.prefacePrioritiesMax) return;
    const dependency = body.readUInt32BE(0);
    this.#priorities.push({
      stream,
      exclusive: dependency >>> 31 === 1,
      dependsOn: dependency & 0x7fffffff,
      weight: body.readUInt8(4) + 1,
    });
  }

  #takeHeaders(flags: number, body: Buffer): OpeningProgress {
    const padding = (flags & flag.padded) === 0 ? 0 : (body[0] ?? 0);
    const from = ((flags & flag.padded) === 0 ? 0 : 1) + ((flags & flag.priority) === 0 ? 0 : 5);
    if (from + padding > body.length) return this.#end("h2-headers-length");
    return this.#takeBlock(body.subarray(from, body.length - padding), (flags & flag.endHeaders) !== 0);
  }

  #takeBlock(fragment: Buffer, whole: boolean): OpeningProgress {
    if (this.#block === undefined && this.#settings === undefined) return this.#end("h2-settings-missing");
    this.#block = this.#block === undefined ? fragment : Buffer.concat([this.#block, fragment]);
    const order = pseudoHeaderOrder(this.#block, whole);
    if (order === undefined) return "more";
    this.#pseudoOrder = order;
    return "done";
  }

  #end(oddity: string): "done" {
    this.#oddities.push(oddity);
    return "done";
  }
}
