const backslash = 0x5c;

/**
 * A log field as text. Takes back what front servers escape: `\xHH` (nginx, Apache), `\"`, `\\`, `\t`, `\n`,
 * `\r`, `\b`, `\v` (Apache `ap_escape_logitem`) and `\uHHHH` (nginx `escape=json`). Bytes are read as UTF-8,
 * and as Latin-1 where they are not UTF-8: text is never lost, though it may read oddly.
 */
export function decodeField(bytes: Buffer, start: number, end: number): string {
  let escaped = false;
  let high = false;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte === backslash) escaped = true;
    else if (byte > 0x7e) high = true;
  }
  if (!escaped) return high ? decodeText(bytes, start, end) : bytes.toString("latin1", start, end);
  const plain = Buffer.allocUnsafe((end - start) * 2);
  const length = unescapeInto(plain, bytes, start, end);
  return decodeText(plain, 0, length);
}

/** UTF-8 where it is valid, else Latin-1. */
export function decodeText(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString("utf8", start, end);
  return text.includes("\ufffd") ? bytes.toString("latin1", start, end) : text;
}

function unescapeInto(into: Buffer, bytes: Buffer, start: number, end: number): number {
  let out = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte !== backslash || i + 1 >= end) {
      into[out++] = byte;
      continue;
    }
    const kind = bytes[i + 1] as number;
    if (kind === 0x78 && i + 3 < end) {
      const value = hex(bytes, i + 2, 2);
      if (value >= 0) {
        into[out++] = value;
        i += 3;
        continue;
      }
    } else if (kind === 0x75 && i + 5 < end) {
      const value = hex(bytes, i + 2, 4);
      if (value >= 0) {
        out += into.write(String.fromCharCode(value), out, "utf8");
        i += 5;
        continue;
      }
    } else {
      const plain = simpleEscapes[kind] ?? 0;
      if (plain !== 0) {
        into[out++] = plain;
        i += 1;
        continue;
      }
    }
    into[out++] = byte;
  }
  return out;
}

/** What stands after the backslash → the byte meant. */
const simpleEscapes = new Uint8Array(256);
for (const [letter, byte] of [
  ['"', 0x22],
  ["\\", 0x5c],
  ["/", 0x2f],
  ["n", 0x0a],
  ["r", 0x0d],
  ["t", 0x09],
  ["b", 0x08],
  ["v", 0x0b],
  ["f", 0x0c],
] as const)
  simpleEscapes[letter.charCodeAt(0)] = byte;

function hex(bytes: Buffer, start: number, digits: number): number {
  let value = 0;
  for (let i = start; i < start + digits; i++) {
    const digit = hexDigit(bytes[i] as number);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
