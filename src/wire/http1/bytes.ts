/** Byte classes of HTTP/1.1 (RFC 9110 section 5.6.2, RFC 9112). Tables, because a lookup is cheaper than comparisons. */

const tokenPunctuation = "!#$%&'*+-.^_`|~";

/** 1 where the byte may stand in a token: a method or a header name. */
export const tokenByte: Uint8Array = new Uint8Array(256);
/** 1 where the byte may stand in a header value: visible ASCII, space, tab and obs-text. Never CR, LF, NUL or another control. */
export const valueByte: Uint8Array = new Uint8Array(256);
/**
 * 1 where the byte may stand in a request target, 2 where RFC 3986 forbids it raw but browsers send it, 3 for a
 * backslash (some origins read it as a slash), 0 where it is refused: controls, space, `#` and everything above ASCII.
 */
export const targetByte: Uint8Array = new Uint8Array(256);
/** Value of a hexadecimal digit, or 255. */
export const hexValue: Uint8Array = new Uint8Array(256).fill(255);

for (let byte = 0; byte < 256; byte++) {
  const letterUpper = byte >= 0x41 && byte <= 0x5a;
  const alphanumeric = letterUpper || (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39);
  tokenByte[byte] =
    alphanumeric || (byte > 0x20 && byte < 0x7f && tokenPunctuation.includes(String.fromCharCode(byte))) ? 1 : 0;
  valueByte[byte] = byte === 0x09 || (byte >= 0x20 && byte !== 0x7f) ? 1 : 0;
  targetByte[byte] = byte > 0x20 && byte < 0x7f ? 1 : 0;
}
for (const raw of '"<>^`{|}') targetByte[raw.charCodeAt(0)] = 2;
targetByte[0x5c] = 3;
targetByte[0x23] = 0;
for (let digit = 0; digit < 16; digit++) {
  const text = digit.toString(16);
  hexValue[text.charCodeAt(0)] = digit;
  hexValue[text.toUpperCase().charCodeAt(0)] = digit;
}
