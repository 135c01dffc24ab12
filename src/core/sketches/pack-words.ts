/** Words as base64 text, little-endian: for snapshots. */
export function packWords(words: Uint32Array): string {
  return Buffer.from(words.buffer, words.byteOffset, words.byteLength).toString("base64");
}

/** What `packWords` wrote. Bytes beyond the last whole word are left out. */
export function unpackWords(text: string): Uint32Array {
  const bytes = Uint8Array.from(Buffer.from(text, "base64"));
  return new Uint32Array(bytes.buffer, 0, bytes.length >>> 2);
}
