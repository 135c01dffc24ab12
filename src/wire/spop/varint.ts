/** Longest encoding read: 2^53 needs nine bytes. */
const bytesMax = 10;

/** A cursor over bytes; `at` moves with each read and becomes -1 when the bytes end too early or make no sense. */
export interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;
}

/**
 * Reads HAProxy's variable-length integer (SPOE.txt 2.0, section 3.1): one byte below 240, else four bits and then seven per
 * byte, each minus one step. Sets `at` to -1 when it does not end within the frame.
 */
export function readVarint(cursor: Cursor): number {
  const { bytes, end } = cursor;
  if (cursor.at < 0 || cursor.at >= end) return fail(cursor);
  let value = bytes[cursor.at++] ?? 0;
  if (value < 240) return value;
  let scale = 16;
  for (let i = 1; i < bytesMax; i++) {
    if (cursor.at >= end) return fail(cursor);
    const byte = bytes[cursor.at++] ?? 0;
    value += byte * scale;
    if (byte < 128) return value;
    scale *= 128;
  }
  return fail(cursor);
}

function fail(cursor: Cursor): number {
  cursor.at = -1;
  return 0;
}

/** Writes the same encoding. @returns The position after it. */
export function writeVarint(value: number, into: Uint8Array, at: number): number {
  let position = at;
  if (value < 240) {
    into[position++] = value;
    return position;
  }
  into[position++] = (value & 15) | 240;
  let rest = Math.floor((value - 240) / 16);
  while (rest >= 128) {
    into[position++] = (rest & 127) | 128;
    rest = Math.floor((rest - 128) / 128);
  }
  into[position++] = rest;
  return position;
}
