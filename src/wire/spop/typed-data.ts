import { type Cursor, readVarint, writeVarint } from "./varint.ts";

/** A value of an SPOE message: addresses arrive as text, binary as bytes. */
export type SpopValue = string | number | boolean | null | Uint8Array;

/** Types of values (SPOE.txt 2.0, section 3.1). */
export const dataType = {
  null: 0,
  bool: 1,
  int32: 2,
  uint32: 3,
  int64: 4,
  uint64: 5,
  ipv4: 6,
  ipv6: 7,
  string: 8,
  binary: 9,
} as const;
export const trueFlag = 0x10;

/** Reads one typed value (SPOE.txt 2.0, section 3.1). Sets `cursor.at` to -1 when it does not fit the frame. */
export function readTypedData(cursor: Cursor): SpopValue {
  if (cursor.at < 0 || cursor.at >= cursor.end) {
    cursor.at = -1;
    return null;
  }
  const head = cursor.bytes[cursor.at++] ?? 0;
  switch (head & 15) {
    case dataType.null:
      return null;
    case dataType.bool:
      return (head & trueFlag) !== 0;
    case dataType.int32:
    case dataType.uint32:
    case dataType.int64:
    case dataType.uint64:
      return readVarint(cursor);
    case dataType.ipv4:
      return readIpv4(cursor);
    case dataType.ipv6:
      return readIpv6(cursor);
    case dataType.string:
      return readText(cursor);
    case dataType.binary:
      return readBytes(cursor);
    default:
      cursor.at = -1;
      return null;
  }
}

/** Reads a length and that many bytes as text; header bytes above 127 are kept one to one. */
export function readText(cursor: Cursor): string {
  const bytes = readBytes(cursor);
  return cursor.at < 0 ? "" : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

function readBytes(cursor: Cursor): Uint8Array {
  const length = readVarint(cursor);
  if (cursor.at < 0 || length > cursor.end - cursor.at) {
    cursor.at = -1;
    return noBytes;
  }
  const start = cursor.at;
  cursor.at += length;
  return cursor.bytes.subarray(start, cursor.at);
}

const noBytes = new Uint8Array(0);

function readIpv4(cursor: Cursor): string {
  const { bytes, at } = cursor;
  if (cursor.end - at < 4) {
    cursor.at = -1;
    return "";
  }
  cursor.at = at + 4;
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
}

function readIpv6(cursor: Cursor): string {
  const { bytes, at } = cursor;
  if (cursor.end - at < 16) {
    cursor.at = -1;
    return "";
  }
  cursor.at = at + 16;
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((bytes[at + 2 * i] ?? 0) << 8) | (bytes[at + 2 * i + 1] ?? 0)).toString(16),
  );
  return groups.join(":");
}

/** Bytes of a text with its type in front. */
export function textData(text: string): Buffer {
  return Buffer.concat([Buffer.of(dataType.string), lengthAndText(text)]);
}

/** Bytes of an unsigned number below 2^31 with its type in front. */
export function numberData(value: number): Buffer {
  return Buffer.concat([Buffer.of(dataType.uint32), varint(value)]);
}

/** Bytes of a text after its length, without a type. */
export function lengthAndText(text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  return Buffer.concat([varint(bytes.length), bytes]);
}

/** Bytes of a variable-length integer. */
export function varint(value: number): Buffer {
  const bytes = new Uint8Array(10);
  return Buffer.from(bytes.subarray(0, writeVarint(value, bytes, 0)));
}
