/** Longest message taken; RFC 5424 section 6.1 asks receivers for 2,048, access-log lines need more. */
export const syslogMessageBytesMax = 65_536;

const lineFeed = 0x0a;
const space = 0x20;
const zero = 0x30;
const nine = 0x39;

/**
 * Splits a TCP or TLS stream into syslog messages (RFC 6587): each either counted (`LENGTH SP MESSAGE`) or ended by a
 * line feed; a sender may use only one of both, what begins with a digit is counted.
 */
export class SyslogStream {
  #held: Buffer = Buffer.alloc(0);

  /**
   * Takes what arrived and returns the messages that are complete, as latin1 text.
   *
   * @returns Undefined when the stream is not syslog or a message is longer than {@link syslogMessageBytesMax}: end the
   * connection, nothing after it can be trusted.
   */
  push(chunk: Buffer): readonly string[] | undefined {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const messages: string[] = [];
    let at = 0;
    while (at < bytes.length) {
      const found = isDigit(bytes[at]) ? counted(bytes, at) : terminated(bytes, at);
      if (found === "broken") return undefined;
      if (found === "incomplete") break;
      const text = bytes.toString("latin1", found.start, found.end);
      if (text !== "") messages.push(text);
      at = found.next;
    }
    this.#held = at === bytes.length ? Buffer.alloc(0) : Buffer.from(bytes.subarray(at));
    return messages;
  }
}

type Found = { readonly start: number; readonly end: number; readonly next: number } | "incomplete" | "broken";

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= zero && byte <= nine;
}

function counted(bytes: Buffer, at: number): Found {
  let length = 0;
  let i = at;
  for (; isDigit(bytes[i]); i++) {
    length = length * 10 + ((bytes[i] ?? 0) - zero);
    if (length > syslogMessageBytesMax) return "broken";
  }
  if (i >= bytes.length) return "incomplete";
  if (bytes[i] !== space || length === 0) return "broken";
  const start = i + 1;
  return start + length > bytes.length ? "incomplete" : { start, end: start + length, next: start + length };
}

function terminated(bytes: Buffer, at: number): Found {
  const end = bytes.indexOf(lineFeed, at);
  if (end < 0) return bytes.length - at > syslogMessageBytesMax ? "broken" : "incomplete";
  if (end - at > syslogMessageBytesMax) return "broken";
  const last = bytes[end - 1] === 0x0d || bytes[end - 1] === 0 ? end - 1 : end;
  return { start: at, end: Math.max(last, at), next: end + 1 };
}
