/** One syslog message: who says it, and what. */
export interface SyslogMessage {
  /** RFC 5424 section 6.2.1: facility × 8 + severity. */
  readonly priority: number;
  /** Empty when the sender named none. */
  readonly host: string;
  /** Program name; nginx and HAProxy call it tag. Empty when the sender named none. */
  readonly tag: string;
  /** The message itself, without a byte-order mark. */
  readonly text: string;
}

const priorityMax = 191;
/** `<PRI>`: one to three digits. */
const prefix = /^<(\d{1,3})>/;
/** RFC 3164 section 4.1.2: `Mmm dd hh:mm:ss`, the day padded with a space. */
const oldTime = /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d /;

/**
 * Reads a syslog message in the form of RFC 5424 or in the older one of RFC 3164, as nginx (`access_log syslog:`) and
 * HAProxy (`log`) send it; the older form may leave out the host name.
 *
 * @returns Undefined when it is neither: a message must not be guessed.
 */
export function parseSyslogMessage(bytes: string): SyslogMessage | undefined {
  const head = prefix.exec(bytes);
  const priority = Number(head?.[1] ?? Number.NaN);
  if (head === null || !(priority <= priorityMax)) return undefined;
  const rest = bytes.slice(head[0].length);
  if (rest.startsWith("1 ")) return readNew(priority, rest);
  return oldTime.test(rest) ? readOld(priority, rest.slice(16)) : undefined;
}

/** `1 TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA [MSG]`. */
function readNew(priority: number, rest: string): SyslogMessage | undefined {
  const words = rest.split(" ", 6);
  if (words.length < 6) return undefined;
  const start = words.reduce((length, word) => length + word.length + 1, 0);
  const end = structuredDataEnd(rest, start);
  if (end < 0) return undefined;
  const text = rest.slice(end + 1).replace(/^\xef\xbb\xbf|^\ufeff/, "");
  return { priority, host: named(words[2]), tag: named(words[3]), text };
}

/** Where structured data ends: `-`, or elements in brackets whose values may escape `"`, `\` and `]`. */
function structuredDataEnd(text: string, start: number): number {
  if (text[start] === "-") return start + 1;
  let at = start;
  while (text[at] === "[") {
    let quoted = false;
    for (at++; at < text.length; at++) {
      const char = text[at];
      if (quoted && char === "\\") at++;
      else if (char === '"') quoted = !quoted;
      else if (!quoted && char === "]") break;
    }
    if (at >= text.length) return -1;
    at++;
  }
  return at === start ? -1 : at;
}

/** `[HOSTNAME ]TAG[pid]: MSG`. */
function readOld(priority: number, rest: string): SyslogMessage | undefined {
  const match = /^(?:([^ :[\]]{1,255}) )?([^ :[\]]{1,48})(?:\[\d{1,10}\])?: ?/.exec(rest);
  if (match === null) return undefined;
  return { priority, host: match[1] ?? "", tag: match[2] ?? "", text: rest.slice(match[0].length) };
}

function named(word: string | undefined): string {
  return word === undefined || word === "-" ? "" : word;
}
