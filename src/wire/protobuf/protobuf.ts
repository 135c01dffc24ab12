/** What a field carries, by its wire type: a number for varints, its bytes for everything with a length. */
export type ProtobufValue = number | Uint8Array;

const wireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;
const varintBytesMax = 10;
const noBytes = new Uint8Array(0);

interface Cursor {
  readonly bytes: Uint8Array;
  /** -1 once anything did not fit. */
  at: number;
}

/**
 * Walks the fields of one protobuf message (protobuf.dev, "Encoding") and hands each to `visit`; a reader takes the
 * numbers it knows and skips the rest, which is what keeps a hand-cut subset compatible. Numbers above 2^53 lose
 * precision; fixed-width fields are skipped, no message we read has any.
 *
 * @returns False when the bytes are no message: nothing that was visited may be used then.
 */
export function readProtobuf(bytes: Uint8Array, visit: (field: number, value: ProtobufValue) => void): boolean {
  const cursor: Cursor = { bytes, at: 0 };
  while (cursor.at >= 0 && cursor.at < bytes.length) {
    const tag = readVarint(cursor);
    const field = Math.floor(tag / 8);
    if (cursor.at < 0 || field === 0) return false;
    const type = tag % 8;
    if (type === wireType.varint) {
      const value = readVarint(cursor);
      if (cursor.at >= 0) visit(field, value);
    } else if (type === wireType.bytes) {
      const value = take(cursor, readVarint(cursor));
      if (cursor.at >= 0) visit(field, value);
    } else if (type === wireType.fixed64) take(cursor, 8);
    else if (type === wireType.fixed32) take(cursor, 4);
    else return false;
  }
  return cursor.at >= 0;
}

function readVarint(cursor: Cursor): number {
  let value = 0;
  let scale = 1;
  for (let i = 0; i < varintBytesMax; i++) {
    const byte = cursor.at < 0 ? undefined : cursor.bytes[cursor.at];
    if (byte === undefined) break;
    cursor.at++;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
    scale *= 128;
  }
  cursor.at = -1;
  return 0;
}

function take(cursor: Cursor, length: number): Uint8Array {
  if (cursor.at < 0 || length > cursor.bytes.length - cursor.at) {
    cursor.at = -1;
    return noBytes;
  }
  const start = cursor.at;
  cursor.at += length;
  return cursor.bytes.subarray(start, cursor.at);
}

/** A field that holds a number below 2^53. */
export function numberField(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8 + wireType.varint), varint(value)]);
}

/** A field that holds a text; bytes above 127 are kept one to one, as headers have them. */
export function textField(field: number, text: string): Buffer {
  return messageField(field, [Buffer.from(text, "latin1")]);
}

/** A field that holds a message made of parts. */
export function messageField(field: number, parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([varint(field * 8 + wireType.bytes), varint(length), ...parts]);
}

/** Text of a string or bytes field, one character a byte. */
export function protobufText(value: ProtobufValue): string {
  if (typeof value === "number") return "";
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("latin1");
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
