import type { Socket } from "node:net";
import { besideLimits } from "#core";
import {
  disconnectStatus,
  type Frame,
  frameType,
  readFrame,
  readMessages,
  readPairs,
  renderAck,
  renderAgentDisconnect,
  renderAgentHello,
  type SetVariable,
  type SpopMessage,
} from "#wire";

const frameBytesMax = besideLimits.spoeFrameBytesMax.default;
const fragmentsMax = besideLimits.spoeFragmentsMax.default;
const fragmentBytesMax = besideLimits.spoeFragmentBytesMax.default;
const writeBytesMax = besideLimits.spoeWriteBytesMax.default;

/** Answers one message with the variables that HAProxy shall set. */
export type AnswerMessage = (message: SpopMessage) => readonly SetVariable[];

/**
 * One connection from HAProxy (SPOP 2.0): frames in, acknowledgements out. Frames that arrive together are answered with
 * one write; pipelining makes a decision cost a microsecond instead of a round trip. Fragmented NOTIFY frames are joined
 * up to the frame cap. Anything malformed ends the connection with a reason: HAProxy then applies its own fail mode.
 */
export class SpoeConnection {
  readonly #socket: Socket;
  readonly #answer: AnswerMessage;
  #held: Buffer = Buffer.alloc(0);
  #greeted = false;
  /** Payload of a NOTIFY whose last fragment has not come, by stream and frame. */
  readonly #fragments = new Map<string, Buffer>();
  #out: Buffer[] = [];

  constructor(socket: Socket, answer: AnswerMessage) {
    this.#socket = socket;
    this.#answer = answer;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#data(chunk));
    socket.on("error", () => socket.destroy());
  }

  #data(chunk: Buffer): void {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    let at = 0;
    while (bytes.length - at >= 4) {
      const length = bytes.readUInt32BE(at);
      if (length > frameBytesMax) {
        this.#end(disconnectStatus.tooBig, `a frame of ${length} bytes`);
        return;
      }
      if (bytes.length - at - 4 < length) break;
      const frame = readFrame(bytes.subarray(at + 4, at + 4 + length));
      at += 4 + length;
      if (frame === undefined) {
        this.#end(disconnectStatus.invalid, "a frame without a head");
        return;
      }
      if (!this.#frame(frame)) return;
    }
    this.#held = at === bytes.length ? Buffer.alloc(0) : Buffer.from(bytes.subarray(at));
    this.#flush();
  }

  /** False when the connection ended. */
  #frame(frame: Frame): boolean {
    if (!this.#greeted) return this.#hello(frame);
    if (frame.type === frameType.notify || frame.type === 0) return this.#notify(frame);
    if (frame.type === frameType.haproxyDisconnect) this.#end(disconnectStatus.normal, "goodbye");
    else this.#end(disconnectStatus.invalid, `a frame of type ${frame.type}`);
    return false;
  }

  #hello(frame: Frame): boolean {
    const pairs = frame.type === frameType.haproxyHello ? readPairs(frame.payload) : undefined;
    const versions = String(pairs?.get("supported-versions") ?? "");
    if (!versions.split(",").some((version) => version.trim().startsWith("2."))) {
      this.#end(disconnectStatus.version, `expected a hello for version 2.0, found ${JSON.stringify(versions)}`);
      return false;
    }
    const asked = Number(pairs?.get("max-frame-size") ?? frameBytesMax);
    this.#out.push(renderAgentHello(Math.min(asked, frameBytesMax), "pipelining,fragmentation"));
    if (pairs?.get("healthcheck") === true) {
      this.#flush();
      this.#socket.end();
      return false;
    }
    this.#greeted = true;
    return true;
  }

  #notify(frame: Frame): boolean {
    const key = `${frame.streamId}.${frame.frameId}`;
    const before = this.#fragments.get(key);
    if (frame.abort) {
      this.#fragments.delete(key);
      return true;
    }
    const payload = before === undefined ? frame.payload : Buffer.concat([before, frame.payload]);
    if (!frame.fin) {
      if (payload.length > fragmentBytesMax || this.#fragments.size >= fragmentsMax) {
        this.#end(disconnectStatus.tooBig, "too many or too large fragments");
        return false;
      }
      this.#fragments.set(key, Buffer.from(payload));
      return true;
    }
    this.#fragments.delete(key);
    const messages = readMessages(payload);
    if (messages === undefined) {
      this.#end(disconnectStatus.invalid, "a message that ends too early");
      return false;
    }
    try {
      const variables = messages.flatMap((message) => this.#answer(message));
      this.#out.push(renderAck(frame.streamId, frame.frameId, variables));
      return true;
    } catch {
      // No answer is better than a wrong one: HAProxy's own fail mode takes over.
      this.#socket.destroy();
      return false;
    }
  }

  #flush(): void {
    if (this.#out.length === 0) return;
    const bytes = this.#out.length === 1 ? (this.#out[0] as Buffer) : Buffer.concat(this.#out);
    this.#out = [];
    this.#socket.write(bytes);
    // HAProxy that asks and never reads would make us hold its answers for ever.
    if (this.#socket.writableLength > writeBytesMax) this.#socket.destroy();
  }

  #end(status: number, message: string): void {
    this.#out.push(renderAgentDisconnect(status, message));
    this.#flush();
    this.#socket.end();
    this.#socket.removeAllListeners("data");
  }
}
