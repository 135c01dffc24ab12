import { Buffer } from "node:buffer";

/** Caps of one reader; the defaults are `tlsLimits` in core. */
export interface HelloReaderLimits {
  readonly helloBytesMax: number;
  readonly helloRecordsMax: number;
}

/** How far the bytes of a connection have come towards a whole ClientHello. */
export type HelloProgress =
  | { readonly kind: "more" }
  | { readonly kind: "hello"; readonly message: Buffer; readonly records: number }
  | { readonly kind: "refused"; readonly code: HelloRefusal; readonly found: string };

/** Why the opening bytes of a connection can never become a ClientHello. */
export type HelloRefusal =
  | "tls-not-a-handshake"
  | "tls-record-version"
  | "tls-record-length"
  | "tls-not-a-hello"
  | "tls-hello-too-large"
  | "tls-hello-too-many-records";

const recordHeaderBytes = 5;
const messageHeaderBytes = 4;
/** RFC 8446 section 5.1: the length of a plaintext record must not exceed 2^14. */
const recordBytesMax = 16_384;
const more: HelloProgress = Object.freeze({ kind: "more" });

/**
 * Reassembles the first handshake message of a connection from any number of TCP segments and TLS records.
 *
 * Post-quantum key shares make a hello larger than one segment, and nothing forbids a client to spread it over
 * records of one byte. Attacks met here: a stalled or dribbling client (bytes are copied into one buffer, so a
 * segment of one byte costs one byte and not a buffer object), a claimed length of 16 MiB (refused from the
 * header), endless empty records (refused at once), and garbage (refused from its first byte). Time is the
 * caller's to bound: there is no clock here.
 */
export class HelloReader {
  readonly #limits: HelloReaderLimits;
  #raw: Buffer = Buffer.alloc(0);
  #filled = 0;
  /** Where the header of the record under way starts. */
  #record = 0;
  /** Handshake bytes in the finished records. */
  #carried = 0;
  #records = 0;
  /** Length of the whole handshake message with its header; -1 until known. */
  #needed = -1;

  constructor(limits: HelloReaderLimits) {
    this.#limits = limits;
  }

  /** Everything pushed so far, to be handed on to whoever terminates TLS. Valid until the next push. */
  bytes(): Buffer {
    return this.#raw.subarray(0, this.#filled);
  }

  /** Copies what was pushed, where it was lent for the time of the push. */
  own(): void {
    this.#raw = Buffer.from(this.bytes());
  }

  /** Takes the next bytes of the connection. After "hello" or "refused" the reader is spent. */
  push(chunk: Buffer): HelloProgress {
    this.#append(chunk);
    for (;;) {
      const refusal = this.#refuseRecord();
      if (refusal !== undefined) return refusal;
      if (this.#filled < this.#record + recordHeaderBytes) return this.#moreOrTooLarge();
      const length = this.#raw.readUInt16BE(this.#record + 3);
      const seen = Math.min(length, this.#filled - this.#record - recordHeaderBytes);
      const carried = this.#carried + seen;
      const finished = this.#inspectMessage(carried);
      if (finished !== undefined) return finished;
      if (seen < length) return this.#moreOrTooLarge();
      this.#records++;
      this.#carried = carried;
      this.#record += recordHeaderBytes + length;
    }
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

  #refuseRecord(): HelloProgress | undefined {
    const at = this.#record;
    const left = this.#filled - at;
    if (left >= 1 && this.#raw[at] !== 22) return refused("tls-not-a-handshake", `content type ${this.#raw[at]}`);
    if (left >= 2 && this.#raw[at + 1] !== 3)
      return refused("tls-record-version", `major version ${this.#raw[at + 1]}`);
    if (left < recordHeaderBytes) return undefined;
    const length = this.#raw.readUInt16BE(at + 3);
    if (length === 0 || length > recordBytesMax) return refused("tls-record-length", `record of ${length} bytes`);
    if (this.#records >= this.#limits.helloRecordsMax) {
      return refused("tls-hello-too-many-records", `more than ${this.#limits.helloRecordsMax} records`);
    }
    return undefined;
  }

  #inspectMessage(carried: number): HelloProgress | undefined {
    if (this.#needed < 0) {
      if (carried >= 1 && this.#gather(1)[0] !== 1) {
        return refused("tls-not-a-hello", `handshake message of type ${this.#gather(1)[0]}`);
      }
      if (carried < messageHeaderBytes) return undefined;
      this.#needed = messageHeaderBytes + this.#gather(messageHeaderBytes).readUIntBE(1, 3);
      if (this.#needed > this.#limits.helloBytesMax) {
        return refused("tls-hello-too-large", `a hello of ${this.#needed} bytes`);
      }
    }
    if (carried < this.#needed) return undefined;
    return { kind: "hello", message: this.#gather(this.#needed), records: this.#records + 1 };
  }

  /** The cap counts record headers too, so that a dribble of tiny records ends. */
  #moreOrTooLarge(): HelloProgress {
    if (this.#filled <= this.#limits.helloBytesMax) return more;
    return refused("tls-hello-too-large", `${this.#filled} bytes without a whole hello`);
  }

  /** The first `count` handshake bytes, without the record headers between them. */
  #gather(count: number): Buffer {
    const first = this.#raw.readUInt16BE(3);
    if (first >= count) return this.#raw.subarray(recordHeaderBytes, recordHeaderBytes + count);
    const message = Buffer.allocUnsafe(count);
    let filled = 0;
    let at = 0;
    while (filled < count) {
      const take = Math.min(this.#raw.readUInt16BE(at + 3), count - filled);
      this.#raw.copy(message, filled, at + recordHeaderBytes, at + recordHeaderBytes + take);
      filled += take;
      at += recordHeaderBytes + this.#raw.readUInt16BE(at + 3);
    }
    return message;
  }
}

function refused(code: HelloRefusal, found: string): HelloProgress {
  return { kind: "refused", code, found };
}
