import type { Random } from "#core";

const lines = ["GET /a?b=c HTTP/1.1", "POST /p HTTP/1.1", "PUT /x/../y HTTP/1.1", "GET http://a/abs HTTP/1.1", "OPTIONS * HTTP/1.1", "DELETE /e/%2e%2e/d HTTP/1.1", "POST / HTTP/1.0", "HEAD /h HTTP/1.1"];
const headers = [
  "Host: a", "host: A:80", "Content-Length: 3", "Content-Length: 0", "Transfer-Encoding: chunked", "transfer-encoding: Chunked", "Connection: close", "Connection: keep-alive, x-a",
  "X-A: 1", "Cookie: a=b", "Cookie: c=d", "Expect: 100-continue", "TE: trailers", "Accept: */*", "X-Long: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy", "X_Under: 1", "Upgrade: x", "Trailer: X-B",
];
const bodies = ["", "abc", "3\r\nabc\r\n0\r\n\r\n", "03\r\nabc\r\n0\r\nX-B: c\r\n\r\n", "3;e\r\nabc\r\n0\r\n\r\n", "GET /inner HTTP/1.1\r\nHost: a\r\n\r\n"];
const inserts = ["\r", "\n", "\r\n", "\0", " ", "\t", ":", ",", ";", "\x0b", "\xa0", "\x85", "chunked", "0", "\r\n ", "#", "\\", "_"];

/** Thirteen ways to break a text. */
const mutators: readonly ((text: string, random: Random) => string)[] = [
  (text) => text,
  (text, random) => at(text, random, (i) => text.slice(0, i) + text.slice(i + 1)),
  (text, random) => at(text, random, (i) => text.slice(0, i) + pick(inserts, random) + text.slice(i)),
  (text, random) => at(text, random, (i) => text.slice(0, i) + String.fromCharCode(Math.floor(random() * 256)) + text.slice(i + 1)),
  (text, random) => at(text, random, (i) => text.slice(0, i) + text.slice(i, i + 9) + text.slice(i)),
  (text) => text.replace("\r\n", "\n"),
  (text) => text.replace(/: /, " : "),
  (text) => text.replace(/: /, ":"),
  (text, random) => text.replace(/\r\n(?=[A-Z])/, `\r\n${pick(headers, random)}\r\n`),
  (text) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
  (text) => text.replace("-", "_"),
  (text, random) => text.replace(/Content-Length: (\d)/i, (_, digit: string) => `Content-Length: ${pick(["+", "0", " ", "-", ""], random)}${digit}`),
  (text, random) => text.replace(/chunked/i, pick(["chunked ", "chunked, chunked", "xchunked", "identity", "\tchunked"], random)),
];

function at(text: string, random: Random, change: (index: number) => string): string {
  return change(Math.floor(random() * text.length));
}

/** One of them by chance. */
export function pick<T>(items: readonly T[], random: Random): T {
  return items[Math.floor(random() * items.length)] as T;
}

/** Breaks a text in up to three ways. */
export function breakText(text: string, random: Random): string {
  let broken = text;
  for (let turn = Math.floor(random() * 4); turn > 0; turn--) broken = pick(mutators, random)(broken, random);
  return broken;
}

/** One hostile request: put together from parts that parsers disagree about, then broken up to three times. */
export function hostileRequest(random: Random): string {
  const chosen = Array.from({ length: Math.floor(random() * 5) }, () => pick(headers, random));
  const host = random() < 0.9 ? ["Host: a"] : [];
  let text = `${pick(lines, random)}\r\n${[...host, ...chosen].join("\r\n")}\r\n\r\n${pick(bodies, random)}`;
  for (let turn = Math.floor(random() * 3); turn > 0; turn--) text = pick(mutators, random)(text, random);
  return text;
}
