const quote = 0x22;
const backslash = 0x5c;
const space = 0x20;

/**
 * Splits at single spaces; a word in double quotes may hold spaces and escaped quotes and loses its quotes.
 * Reads at most `wordsMax` words.
 */
export function splitWords(bytes: Buffer, start: number, end: number, wordsMax: number): string[] {
  const words: string[] = [];
  let at = start;
  while (at < end && words.length < wordsMax) {
    if (bytes[at] === quote) {
      let close = at + 1;
      while (close < end && bytes[close] !== quote) close += bytes[close] === backslash ? 2 : 1;
      words.push(bytes.toString("utf8", at + 1, Math.min(close, end)));
      at = close + 2;
      continue;
    }
    let stop = bytes.indexOf(space, at);
    if (stop < 0 || stop > end) stop = end;
    words.push(bytes.toString("utf8", at, stop));
    at = stop + 1;
  }
  return words;
}
