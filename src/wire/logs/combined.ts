import { keyedHash, logLimits } from "#core";
import { AddressReader, readIPv4 } from "./address.ts";
import { ByteInterner } from "./byte-interner.ts";
import { applyForwarded } from "./forwarded.ts";
import {
  addOddity,
  clearLogRecord,
  createLogRecord,
  type LineOutcome,
  type LogParser,
  type LogRecord,
  observesLog,
} from "./log-record.ts";
import { ClfTimeReader } from "./log-time.ts";
import { maskReferer } from "./mask-secrets.ts";
import type { LogParseOptions } from "./parse-options.ts";
import { hostText, RequestLineReader } from "./request-line.ts";
import { decodeField } from "./unescape.ts";

const space = 0x20;
const quote = 0x22;
const dash = 0x2d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const backslash = 0x5c;
const fieldBytesMax = logLimits.fieldBytesMax.default;
const prefixWordsMax = 16;
const clfTimeBytesMax = 40;

/**
 * nginx and Apache `combined` and `common`, and what sites make of them: a syslog head or a virtual host before
 * the address, more words before the time, an X-Forwarded-For field, a request time or anything else at the end.
 *
 *     192.0.2.1 - user [22/Jan/2019:03:56:14 +0330] "GET / HTTP/1.1" 200 30577 "referer" "user agent" "-"
 *
 * Scans bytes by offset: no regular expression, no split, one string per field that is used.
 */
export class CombinedParser implements LogParser {
  readonly format: string;
  readonly record: LogRecord;
  readonly #options: LogParseOptions;
  readonly #addresses = new AddressReader();
  readonly #times: ClfTimeReader;
  readonly #requests = new RequestLineReader();
  readonly #userAgents = new ByteInterner(logLimits.internSlots.default, decodeField, { width: 512 });
  readonly #referers = new ByteInterner(
    logLimits.internSlots.default,
    (bytes, start, end) => maskReferer(decodeField(bytes, start, end)),
    { width: 256 },
  );
  readonly #common: boolean;

  constructor(format: "combined" | "common", options: LogParseOptions) {
    this.format = format;
    this.#common = format === "common";
    this.#options = options;
    this.#times = new ClfTimeReader(options.zoneMinutes);
    const observes = this.#common ? { ...observesLog, referer: false, headers: "none" as const } : observesLog;
    this.record = createLogRecord(options.application, observes);
  }

  parse(bytes: Buffer, start: number, end: number): LineOutcome {
    const record = this.record;
    clearLogRecord(record);
    if (start === end) return "blank line";
    const bracket = this.#readHead(bytes, start, end);
    if (bracket < 0) return bracket === noAddress ? "no client address" : "unreadable time";
    // `[22/Jan/2019:03:56:14 +0330]` has one length; only other times are searched for their end.
    const close = bytes[bracket + 27] === closeBracket ? bracket + 27 : bytes.indexOf(closeBracket, bracket);
    if (close < 0 || close >= end || close - bracket > clfTimeBytesMax) return "unreadable time";
    const at = this.#times.read(bytes, bracket + 1, close);
    if (!(at > 0)) return "unreadable time";
    record.at = at;
    if (bytes[close + 1] !== space || bytes[close + 2] !== quote) return "unreadable request";
    const requestEnd = closingQuote(bytes, close + 3, end);
    if (requestEnd < 0) return "cut off";
    this.#requests.read(record, bytes, close + 3, requestEnd);
    return this.#readAnswer(bytes, requestEnd + 1, end);
  }

  /** Address and user. Returns the place of the time's bracket, or one of the reasons below. */
  #readHead(bytes: Buffer, start: number, end: number): number {
    let addressEnd = start;
    while (addressEnd < end && bytes[addressEnd] !== space) addressEnd++;
    if (addressEnd >= end) return noAddress;
    const fast = addressEnd + 5;
    if (
      bytes[fast] === openBracket &&
      bytes[fast - 1] === space &&
      bytes[fast - 2] === dash &&
      bytes[fast - 3] === space &&
      bytes[fast - 4] === dash
    ) {
      const ipv4 = readIPv4(bytes, start, addressEnd);
      if (ipv4 >= 0) {
        this.record.client.setIPv4(ipv4);
        return fast;
      }
      const ip = this.#addresses.read(bytes, start, addressEnd);
      if (ip !== "") {
        this.record.client.ip = ip;
        return fast;
      }
    }
    return this.#readOtherHead(bytes, start, end);
  }

  /** A head with a user, a virtual host, a syslog prefix or further words: the address is looked for among the words. */
  #readOtherHead(bytes: Buffer, start: number, end: number): number {
    const { record } = this;
    const bracket = timeBracket(bytes, start, end);
    if (bracket < 0) return bytes[start] === openBracket ? noAddress : noTime;
    const words = bytes.toString("latin1", start, Math.max(start, bracket - 1)).split(" ", prefixWordsMax);
    const isAddress = (word: string): boolean => {
      const word8 = Buffer.from(word, "latin1");
      return this.#addresses.read(word8, 0, word8.length) !== "";
    };
    const usual = words.length - 3;
    const found = usual >= 0 && isAddress(words[usual] ?? "") ? usual : words.findIndex(isAddress);
    if (found < 0) return noAddress;
    const word = Buffer.from(words[found] ?? "", "latin1");
    record.client.ip = this.#addresses.read(word, 0, word.length);
    const user = words.slice(found + 2).join(" ");
    // Further words before the time are request ids and the like, unless exactly ident and user stand there.
    if (words.length === found + 3 && user !== "-" && user !== "") {
      record.request.account = keyedHash(this.#options.key, decodeField(Buffer.from(user, "latin1"), 0, user.length));
    }
    const before = words[found - 1] ?? "";
    if (before !== "" && /^[A-Za-z0-9.-]+(?::\d+)?$/.test(before) && before.includes(".")) {
      record.request.host = hostText(before, "80");
    }
    return bracket;
  }

  #readAnswer(bytes: Buffer, from: number, end: number): LineOutcome {
    const { record } = this;
    if (from >= end) return "cut off";
    if (bytes[from] !== space) return "unreadable status";
    const status = threeDigits(bytes, from + 1);
    if (status < 0) {
      if (bytes[from + 1] !== dash) return from + 1 >= end ? "cut off" : "unreadable status";
    } else if (status > 0) {
      record.answer.status = status;
      record.response = record.answer;
    }
    let at = from + (status < 0 ? 2 : 4);
    if (at > end) return "cut off";
    if (at === end) return this.#common ? "parsed" : "missing field";
    if (bytes[at] !== space) return "unreadable status";
    at++;
    let size = 0;
    const sizeStart = at;
    while (at < end && bytes[at] !== space) {
      const digit = (bytes[at] as number) - 0x30;
      size = digit >= 0 && digit <= 9 ? size * 10 + digit : Number.NaN;
      at++;
    }
    if (at > sizeStart) record.answer.bytes = Number.isNaN(size) ? (bytes[sizeStart] === dash ? 0 : -1) : size;
    return this.#readQuoted(bytes, at, end);
  }

  /** Referer, user agent and whatever follows. */
  #readQuoted(bytes: Buffer, from: number, end: number): LineOutcome {
    if (this.#common) return "parsed";
    if (from >= end) return "missing field";
    const { request } = this.record;
    if (bytes[from + 1] !== quote) return "missing field";
    const refererEnd = closingQuote(bytes, from + 2, end);
    if (refererEnd < 0) return "cut off";
    if (!isDash(bytes, from + 2, refererEnd)) {
      request.referer = this.#referers.intern(bytes, from + 2, this.#capped(from + 2, refererEnd));
      this.record.marks.referer = this.#referers.mark;
    }
    if (bytes[refererEnd + 1] !== space || bytes[refererEnd + 2] !== quote) return "missing field";
    const agentStart = refererEnd + 3;
    // A run that was a whole user agent on an earlier line, up to this line's last quote, is one here: no quote in it
    // can close the field, whatever wrote it.
    const known = bytes[end - 1] === quote ? this.#userAgents.known(bytes, agentStart, end - 1) : undefined;
    if (known !== undefined) {
      request.userAgent = known;
      this.record.marks.userAgent = this.#userAgents.mark;
      return "parsed";
    }
    const agentEnd = closingQuote(bytes, agentStart, end);
    if (agentEnd < 0) return "cut off";
    if (!isDash(bytes, agentStart, agentEnd)) {
      request.userAgent = this.#userAgents.intern(bytes, agentStart, this.#capped(agentStart, agentEnd));
      this.record.marks.userAgent = this.#userAgents.mark;
    }
    if (agentEnd + 1 < end) this.#readTail(bytes, agentEnd + 1, end);
    return "parsed";
  }

  #capped(start: number, end: number): number {
    if (end - start <= fieldBytesMax) return end;
    addOddity(this.record, "field-cut");
    return start + fieldBytesMax;
  }

  /** What sites add at the end: a quoted X-Forwarded-For and a request time in seconds are used, the rest is passed over. */
  #readTail(bytes: Buffer, from: number, end: number): void {
    if (end - from === 4 && bytes[from + 2] === dash) return;
    let at = from;
    while (at < end) {
      while (at < end && bytes[at] === space) at++;
      if (bytes[at] === quote) {
        const close = closingQuote(bytes, at + 1, end);
        if (close < 0) return;
        if (!isDash(bytes, at + 1, close))
          applyForwarded(this.record, bytes.toString("latin1", at + 1, close), this.#options);
        at = close + 1;
        continue;
      }
      let stop = bytes.indexOf(space, at);
      if (stop < 0 || stop > end) stop = end;
      this.#readTailWord(bytes.toString("latin1", at, stop));
      at = stop;
    }
  }

  #readTailWord(word: string): void {
    const { answer } = this.record;
    if (answer.durationMs >= 0) return;
    // `$request_time` always has three decimals, Traefik ends in `ms`; anything else could be a port or a count.
    const seconds = /^(?:rt=)?(\d{1,7}\.\d{3})$/.exec(word)?.[1];
    const millis = /^(\d{1,9})ms$/.exec(word)?.[1];
    if (seconds !== undefined) answer.durationMs = Number(seconds) * 1000;
    else if (millis !== undefined) answer.durationMs = Number(millis);
  }
}

const noAddress = -1;
const noTime = -2;

/** Within this many bytes a plain loop finds a byte sooner than a call into native code begins. */
const nearBytes = 48;

/** The quote that closes a field: one that no odd number of backslashes precedes. -1 when there is none. */
export function closingQuote(bytes: Buffer, from: number, end: number): number {
  const near = Math.min(end, from + nearBytes);
  let at = from;
  while (at < near && bytes[at] !== quote) at++;
  if (at === near) at = bytes.indexOf(quote, near);
  while (at >= 0 && at < end) {
    if (bytes[at - 1] !== backslash) return at;
    let slashes = 1;
    while (at - 1 - slashes >= from && bytes[at - 1 - slashes] === backslash) slashes++;
    if (slashes % 2 === 0 || at - slashes < from) return at;
    at = bytes.indexOf(quote, at + 1);
  }
  return -1;
}

/** The bracket that opens `[dd/Mon/yyyy:`; user names may hold brackets of their own. */
function timeBracket(bytes: Buffer, start: number, end: number): number {
  let at = bytes.indexOf(openBracket, start);
  while (at >= 0 && at + 21 < end) {
    if (bytes[at + 3] === 0x2f && bytes[at + 7] === 0x2f && bytes[at + 12] === 0x3a) return at;
    at = bytes.indexOf(openBracket, at + 1);
  }
  return -1;
}

function isDash(bytes: Buffer, start: number, end: number): boolean {
  return end - start === 1 && bytes[start] === dash;
}

/** Three digits as a number, or -1. */
function threeDigits(bytes: Buffer, at: number): number {
  const a = (bytes[at] as number) - 0x30;
  const b = (bytes[at + 1] as number) - 0x30;
  const c = (bytes[at + 2] as number) - 0x30;
  if (!(a >= 0 && a <= 9 && b >= 0 && b <= 9 && c >= 0 && c <= 9)) return -1;
  return a * 100 + b * 10 + c;
}
