import type { Socket } from "node:net";
import { besideLimits } from "#core";
import {
  AckWriter,
  disconnectStatus,
  FrameHead,
  frameType,
  readPairs,
  renderAgentDisconnect,
  renderAgentHello,
} from "#wire";

const frameBytesMax = besideLimits.spoeFrameBytesMax.default;
const fragmentsMax = besideLimits.spoeFragmentsMax.default;
const fragmentBytesMax = besideLimits.spoeFragmentBytesMax.default;
const writeBytesMax = besideLimits.spoeWriteBytesMax.default;

/** Answers the messages of one NOTIFY, bytes[start, end). False when they are broken; throws where no answer may go out. */
export interface NotifyAnswerer {
  answer(bytes: Buffer, range: { readonly start: number; readonly end: number }, acks: AckWriter): boolean;
}

/** One head and one writer serve every connection: a chunk is answered before the next one is looked at. */
const head = new FrameHead();
const acks = new AckWriter();
const range = { start: 0, end: 0 };
const noBytes: Buffer = Buffer.alloc(0);

/**
 * One connection from HAProxy (SPOP 2.0): frames in, acknowledgements out. Frames that arrive together are answered with
 * one write; pipelining makes a decision cost a microsecond instead of a round trip. Fragmented NOTIFY frames are joined
 * up to the frame cap. Anything malformed ends the connection with a reason: HAProxy then applies its own fail mode.
 */
export class SpoeConnection {
  readonly #socket: Socket;
  readonly #answerer: NotifyAnswerer;
  #held: Buffer = noBytes;
  #greeted = false;
  /** Payload of a NOTIFY whose last fragment has not come, by stream and frame. */
  readonly #fragments = new Map<string, Buffer>();

  constructor(socket: Socket, answerer: NotifyAnswerer) {
    this.#socket = socket;
    this.#answerer = answerer;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#data(chunk));
    socket.on("error", () => socket.destroy());
  }

  #data(chunk: Buffer): void {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = noBytes;
    let at = 0;
    while (bytes.length - at >= 4) {
      const length = bytes.readUInt32BE(at);
      if (length > frameBytesMax) {
        this.#end(disconnectStatus.tooBig, `a frame of ${length} bytes`);
        return;
      }
      const start = at + 4;
      const end = start + length;
      if (bytes.length < end) break;
      at = end;
      if (!head.read(bytes, start, end)) {
        this.#end(disconnectStatus.invalid, "a frame without a head");
        return;
      }
      if (!this.#frame(bytes, end)) return;
    }
    if (at < bytes.length) this.#held = Buffer.from(bytes.subarray(at));
    this.#flush();
  }

  /** Takes the frame whose head was read. False when the connection ended. */
  #frame(bytes: Buffer, end: number): boolean {
    if (!this.#greeted) return this.#hello(bytes, end);
    if (head.type === frameType.notify && head.fin && this.#fragments.size === 0)
      return this.#notify(bytes, head.payload, end);
    if (head.type === frameType.notify || head.type === 0) return this.#fragment(bytes, end);
    if (head.type === frameType.haproxyDisconnect) this.#end(disconnectStatus.normal, "goodbye");
    else this.#end(disconnectStatus.invalid, `a frame of type ${head.type}`);
    return false;
  }

  #hello(bytes: Buffer, end: number): boolean {
    const pairs = head.type === frameType.haproxyHello ? readPairs(bytes.subarray(head.payload, end)) : undefined;
    const versions = String(pairs?.get("supported-versions") ?? "");
    if (!versions.split(",").some((version) => version.trim().startsWith("2."))) {
      this.#end(disconnectStatus.version, `expected a hello for version 2.0, found ${JSON.stringify(versions)}`);
      return false;
    }
    const asked = Number(pairs?.get("max-frame-size") ?? frameBytesMax);
    this.#socket.write(renderAgentHello(Math.min(asked, frameBytesMax), "pipelining,fragmentation"));
    if (pairs?.get("healthcheck") === true) {
      this.#socket.end();
      return false;
    }
    this.#greeted = true;
    return true;
  }

  #fragment(bytes: Buffer, end: number): boolean {
    const key = `${head.streamId}.${head.frameId}`;
    const before = this.#fragments.get(key);
    if (head.abort) {
      this.#fragments.delete(key);
      return true;
    }
    const part = bytes.subarray(head.payload, end);
    const payload = before === undefined ? Buffer.from(part) : Buffer.concat([before, part]);
    if (payload.length > fragmentBytesMax || (before === undefined && this.#fragments.size >= fragmentsMax)) {
      this.#end(disconnectStatus.tooBig, "too many or too large fragments");
      return false;
    }
    if (!head.fin) {
      this.#fragments.set(key, payload);
      return true;
    }
    this.#fragments.delete(key);
    return this.#notify(payload, 0, payload.length);
  }

  #notify(bytes: Buffer, start: number, end: number): boolean {
    range.start = start;
    range.end = end;
    acks.begin(head.streamId, head.frameId);
    let whole = false;
    try {
      whole = this.#answerer.answer(bytes, range, acks);
    } catch {
      // No answer is better than a wrong one: HAProxy's own fail mode takes over.
      acks.drop();
      acks.take();
      this.#socket.destroy();
      return false;
    }
    if (whole) {
      acks.end();
      return true;
    }
    acks.drop();
    this.#end(disconnectStatus.invalid, "a message that ends too early");
    return false;
  }

  #flush(): void {
    const bytes = acks.take();
    if (bytes === undefined) return;
    this.#socket.write(bytes);
    // HAProxy that asks and never reads would make us hold its answers for ever.
    if (this.#socket.writableLength > writeBytesMax) this.#socket.destroy();
  }

  #end(status: number, message: string): void {
    this.#flush();
    this.#socket.end(renderAgentDisconnect(status, message));
    this.#socket.removeAllListeners("data");
  }
}
