import {
  dataType,
  lengthAndText,
  numberData,
  readText,
  readTypedData,
  type SpopValue,
  textData,
  varint,
} from "./typed-data.ts";
import { type Cursor, readVarint, writeVarint } from "./varint.ts";

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

const finFlag = 1;
const abortFlag = 2;

/** A frame's head and where its payload lies in the bytes given. */
export interface Frame {
  readonly type: number;
  readonly fin: boolean;
  readonly abort: boolean;
  readonly streamId: number;
  readonly frameId: number;
  /** Valid only while the bytes are. */
  readonly payload: Uint8Array;
}

/** Reads one frame without its length prefix; undefined when it is not one. */
export function readFrame(bytes: Uint8Array): Frame | undefined {
  if (bytes.length < 7) return undefined;
  const flags = ((bytes[1] ?? 0) << 24) | ((bytes[2] ?? 0) << 16) | ((bytes[3] ?? 0) << 8) | (bytes[4] ?? 0);
  const cursor: Cursor = { bytes, at: 5, end: bytes.length };
  const streamId = readVarint(cursor);
  const frameId = readVarint(cursor);
  if (cursor.at < 0) return undefined;
  return {
    type: bytes[0] ?? 0,
    fin: (flags & finFlag) !== 0,
    abort: (flags & abortFlag) !== 0,
    streamId,
    frameId,
    payload: bytes.subarray(cursor.at),
  };
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

/** One message of a NOTIFY: its name and its arguments by name. */
export interface SpopMessage {
  readonly name: string;
  readonly values: ReadonlyMap<string, SpopValue>;
}

/** Reads the messages of a NOTIFY payload; undefined when it is broken: a decision must not rest on half a message. */
export function readMessages(payload: Uint8Array): readonly SpopMessage[] | undefined {
  const cursor: Cursor = { bytes: payload, at: 0, end: payload.length };
  const messages: SpopMessage[] = [];
  while (cursor.at >= 0 && cursor.at < cursor.end) {
    const name = readText(cursor);
    const count = cursor.at < 0 || cursor.at >= cursor.end ? -1 : (cursor.bytes[cursor.at++] ?? -1);
    if (cursor.at < 0 || count < 0) return undefined;
    const values = new Map<string, SpopValue>();
    for (let i = 0; i < count; i++) {
      const key = readText(cursor);
      const value = readTypedData(cursor);
      if (cursor.at < 0) return undefined;
      values.set(key, value);
    }
    messages.push({ name, values });
  }
  return cursor.at < 0 ? undefined : messages;
}

/** A variable that HAProxy shall set for the transaction: `txn.<engine>.<name>`. */
export interface SetVariable {
  readonly name: string;
  readonly value: string | number;
}

const setVariable = 1;
const transactionScope = 2;

/** Most bytes of a frame's head: length, type, flags and two variable-length integers. */
const headBytesMax = 4 + 1 + 4 + 10 + 10;
/** Most bytes of a variable beside its texts: kind, argument count, scope, type and two lengths. */
const variableBytesMax = 4 + 10 + 10;

/**
 * The answer to a NOTIFY: the variables that carry the verdict. Written into one buffer in one pass, because it is made
 * for every request.
 */
export function renderAck(streamId: number, frameId: number, variables: readonly SetVariable[]): Buffer {
  let size = headBytesMax;
  for (const { name, value } of variables)
    size += variableBytesMax + name.length + (typeof value === "string" ? value.length : 0);
  const out = Buffer.allocUnsafe(size);
  let at = 4;
  out[at++] = frameType.ack;
  out.writeUInt32BE(finFlag, at);
  at = writeVarint(frameId, out, writeVarint(streamId, out, at + 4));
  for (const { name, value } of variables) {
    out[at++] = setVariable;
    out[at++] = 3;
    out[at++] = transactionScope;
    at = writeText(name, out, at);
    if (typeof value === "number") {
      out[at++] = dataType.uint32;
      at = writeVarint(value, out, at);
    } else {
      out[at++] = dataType.string;
      at = writeText(value, out, at);
    }
  }
  out.writeUInt32BE(at - 4, 0);
  return out.subarray(0, at);
}

function writeText(text: string, out: Buffer, at: number): number {
  const start = writeVarint(text.length, out, at);
  return start + out.write(text, start, "latin1");
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
