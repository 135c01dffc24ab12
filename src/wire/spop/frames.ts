import { lengthAndText, numberData, readText, readTypedData, type SpopValue, textData, varint } from "./typed-data.ts";
import { type Cursor, readVarint } from "./varint.ts";

/** Frame types of SPOP 2.0 (HAProxy, doc/SPOE.txt section 3.2). */
export const frameType = {
  haproxyHello: 1,
  haproxyDisconnect: 2,
  notify: 3,
  agentHello: 101,
  agentDisconnect: 102,
  ack: 103,
} as const;

/** Reasons for a disconnect that we give. */
export const disconnectStatus = { normal: 0, tooBig: 3, invalid: 4, version: 8, fragmentation: 10 } as const;

/** The whole message, or its last fragment. */
export const finFlag = 1;
const abortFlag = 2;

/** A frame's head, read where it lies; one object serves every frame. */
export class FrameHead {
  type = 0;
  fin = false;
  abort = false;
  streamId = 0;
  frameId = 0;
  /** First byte of the payload. */
  payload = 0;
  readonly #cursor: { bytes: Uint8Array; at: number; end: number } = { bytes: new Uint8Array(0), at: 0, end: 0 };

  /** Reads bytes[start, end), a frame without its length prefix. False when it is not one. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start < 7) return false;
    this.type = bytes[start] as number;
    // Only the last of the four bytes of flags is in use.
    const flags = bytes[start + 4] as number;
    this.fin = (flags & finFlag) !== 0;
    this.abort = (flags & abortFlag) !== 0;
    const cursor = this.#cursor;
    cursor.bytes = bytes;
    cursor.at = start + 5;
    cursor.end = end;
    this.streamId = readVarint(cursor);
    this.frameId = readVarint(cursor);
    this.payload = cursor.at;
    return cursor.at >= 0;
  }
}

/** Reads the key-value list of HELLO and DISCONNECT frames; undefined when it is broken. */
export function readPairs(payload: Uint8Array): ReadonlyMap<string, SpopValue> | undefined {
  const cursor: Cursor = { bytes: payload, at: 0, end: payload.length };
  const pairs = new Map<string, SpopValue>();
  while (cursor.at >= 0 && cursor.at < cursor.end) {
    const name = readText(cursor);
    const value = readTypedData(cursor);
    if (cursor.at < 0) return undefined;
    pairs.set(name, value);
  }
  return pairs;
}

/** The answer to HAProxy's HELLO. */
export function renderAgentHello(maxFrameSize: number, capabilities: string): Buffer {
  return renderFrame(frameType.agentHello, { streamId: 0, frameId: 0 }, [
    lengthAndText("version"),
    textData("2.0"),
    lengthAndText("max-frame-size"),
    numberData(maxFrameSize),
    lengthAndText("capabilities"),
    textData(capabilities),
  ]);
}

/** Goodbye with a reason. */
export function renderAgentDisconnect(status: number, message: string): Buffer {
  return renderFrame(frameType.agentDisconnect, { streamId: 0, frameId: 0 }, [
    lengthAndText("status-code"),
    numberData(status),
    lengthAndText("message"),
    textData(message),
  ]);
}

function renderFrame(
  type: number,
  ids: { readonly streamId: number; readonly frameId: number },
  payload: readonly Buffer[],
): Buffer {
  const body = Buffer.concat([
    Buffer.of(type, 0, 0, 0, finFlag),
    varint(ids.streamId),
    varint(ids.frameId),
    ...payload,
  ]);
  const frame = Buffer.allocUnsafe(body.length + 4);
  frame.writeUInt32BE(body.length, 0);
  body.copy(frame, 4);
  return frame;
}
