import { type CookieSeen, cookieSetFrom, type Hashed, keyedHash, logLimits, type Millis } from "#core";
import { canonicalAddress } from "./address.ts";
import { cookiesFrom, isRedacted, setCookiesFrom } from "./cookies.ts";
import { applyForwarded } from "./forwarded.ts";
import { addOddity, type LogRecord } from "./log-record.ts";
import { anyTime } from "./log-time.ts";
import { maskQuery, maskReferer } from "./mask-secrets.ts";
import type { LogParseOptions } from "./parse-options.ts";
import { hostText, RequestLineReader } from "./request-line.ts";

const fieldCharsMax = logLimits.fieldBytesMax.default;

/** What a field of a log line can mean. `seconds`, `millis`, `micros`, `nanos`: how long the request took. */
export type LogField =
  | "ip"
  | "forwarded"
  | "time"
  | "request"
  | "method"
  | "target"
  | "path"
  | "query"
  | "protocol"
  | "scheme"
  | "host"
  | "status"
  | "bytes"
  | "requestBytes"
  | "seconds"
  | "millis"
  | "micros"
  | "nanos"
  | "userAgent"
  | "referer"
  | "cookie"
  | "setCookie"
  | "user"
  | "authorization"
  | "ja4"
  | "contentType"
  | "location";

/** Names of all fields, for messages. */
export const logFields: readonly LogField[] = [
  "ip",
  "forwarded",
  "time",
  "request",
  "method",
  "target",
  "path",
  "query",
  "protocol",
  "scheme",
  "host",
  "status",
  "bytes",
  "requestBytes",
  "seconds",
  "millis",
  "micros",
  "nanos",
  "userAgent",
  "referer",
  "cookie",
  "setCookie",
  "user",
  "authorization",
  "ja4",
  "contentType",
  "location",
];

/**
 * Writes decoded field values into a record, for every format whose speed is bounded by something else.
 * "-" and "" are read as absent. Secrets are hashed here, with the run's key.
 */
export class FieldWriter {
  readonly #record: LogRecord;
  readonly #options: LogParseOptions;
  readonly #requests: RequestLineReader;
  #forwarded = "";

  constructor(record: LogRecord, options: LogParseOptions, requests: RequestLineReader = new RequestLineReader()) {
    this.#record = record;
    this.#options = options;
    this.#requests = requests;
  }

  /** Before the first field of a line. */
  begin(): void {
    this.#record.client.ip = "";
    this.#record.at = Number.NaN;
    this.#forwarded = "";
  }

  /** After the last one: what depends on more than one field. */
  finish(): "parsed" | "no client address" | "unreadable time" | "unreadable request" {
    const { client, request, at } = this.#record;
    if (this.#forwarded !== "") {
      if (client.ip === "")
        client.ip = canonicalAddress(this.#forwarded.slice(this.#forwarded.lastIndexOf(",") + 1).trim());
      else applyForwarded(this.#record, this.#forwarded, this.#options);
    }
    if (client.ip === "") return "no client address";
    if (!(at > 0)) return "unreadable time";
    if (request.path === "") return "unreadable request";
    return "parsed";
  }

  set(field: LogField, value: string): void {
    if (value === "" || value === "-") return;
    if (value.length > fieldCharsMax && field !== "cookie" && field !== "setCookie") {
      addOddity(this.#record, "field-cut");
      this.#set(field, value.slice(0, fieldCharsMax));
    } else this.#set(field, value);
  }

  /** A request line, an empty one included: that is a client's doing. */
  setRequest(text: string): void {
    this.#readBytes("request", text.slice(0, fieldCharsMax * 2));
  }

  setTime(at: Millis): void {
    this.#record.at = at;
  }

  #set(field: LogField, value: string): void {
    const { request, answer, client } = this.#record;
    switch (field) {
      case "ip":
        client.ip = canonicalAddress(value);
        return;
      case "forwarded":
        this.#forwarded = value;
        return;
      case "time":
        this.#record.at = anyTime(value);
        return;
      case "request":
      case "target":
        this.#readBytes(field, value);
        return;
      case "method":
        request.method = value.slice(0, 32);
        return;
      case "path":
        if (request.path === "") request.path = value;
        return;
      case "query":
        request.query = maskQuery(value.startsWith("?") ? value.slice(1) : value);
        return;
      case "protocol":
        request.protocol = protocolFrom(value);
        return;
      case "scheme":
        request.scheme = /^(?:https|wss|h2|h3|grpcs)$/i.test(value) ? "https" : "http";
        return;
      case "host":
        request.host = hostText(value, request.scheme === "https" ? "443" : "80");
        return;
      case "userAgent":
        request.userAgent = value;
        return;
      case "referer":
        request.referer = maskReferer(value);
        return;
      case "ja4":
        client.fingerprint = { ja4: value.slice(0, 64), h2: "", headers: "" };
        return;
      case "contentType":
        answer.contentType = (value.split(";", 1)[0] ?? "").trim().toLowerCase();
        return;
      case "location":
        answer.location = maskReferer(value);
        return;
      default:
        this.#setSecretOrNumber(field, value);
    }
  }

  #setSecretOrNumber(field: LogField, value: string): void {
    const { request, answer } = this.#record;
    switch (field) {
      case "cookie":
        request.cookies = cookiesFrom(value, this.#options.key);
        return;
      case "setCookie":
        answer.setCookies = setCookiesFrom([value], this.#options.key, this.#record.at);
        return;
      case "user":
        request.account = this.#hash(value);
        return;
      case "authorization":
        request.token = this.#hash(value);
        return;
      case "status":
        this.setStatus(Number(value));
        return;
      case "bytes":
        answer.bytes = countFrom(value);
        return;
      case "requestBytes":
        request.bodyBytes = countFrom(value);
        return;
      case "seconds":
        answer.durationMs = spanFrom(value, 1000);
        return;
      case "millis":
        answer.durationMs = spanFrom(value, 1);
        return;
      case "micros":
        answer.durationMs = spanFrom(value, 1e-3);
        return;
      case "nanos":
        answer.durationMs = spanFrom(value, 1e-6);
        return;
      default:
        return;
    }
  }

  /** 0 and what is no status (499 of nginx is one) mean that nothing was answered. */
  setStatus(status: number): void {
    if (!(status >= 100 && status <= 999)) return;
    this.#record.answer.status = status;
    this.#record.response = this.#record.answer;
  }

  /** One cookie by name, as `$cookie_NAME` logs it. */
  addCookie(name: string, value: string): void {
    if (value === "" || value === "-" || isRedacted(value)) return;
    const seen: CookieSeen = { name, value: keyedHash(this.#options.key, value) };
    this.#record.request.cookies = [...this.#record.request.cookies, seen];
  }

  /** One cookie set, as `$upstream_cookie_NAME` logs it: without its attributes. */
  addSetCookie(name: string, value: string): void {
    if (value === "" || value === "-" || isRedacted(value)) return;
    const { answer } = this.#record;
    answer.setCookies = [...answer.setCookies, cookieSetFrom(`${name}=${value}`, this.#options.key, this.#record.at)];
  }

  /** Several Set-Cookie headers at once. */
  setCookies(headers: readonly string[]): void {
    this.#record.answer.setCookies = setCookiesFrom(headers, this.#options.key, this.#record.at);
  }

  #readBytes(field: "request" | "target", value: string): void {
    const bytes = Buffer.from(value, "utf8");
    if (field === "request") this.#requests.read(this.#record, bytes, 0, bytes.length);
    else this.#requests.readTarget(this.#record, bytes, 0, bytes.length);
  }

  #hash(value: string): Hashed {
    return isRedacted(value) ? 0 : keyedHash(this.#options.key, value);
  }
}

/** A count of bytes; -1 when it is none. */
function countFrom(value: string): number {
  return /^\d{1,15}$/.test(value) ? Number(value) : -1;
}

/** A span, `0.123`, `0.1, 0.2` (the last upstream's) or `0.2s`; -1 when it is none. */
function spanFrom(value: string, toMillis: number): Millis {
  const match = /(\d{1,15}(?:\.\d{1,9})?)(ms|us|µs|ns|s)?\s*$/.exec(value);
  if (match === null || value.startsWith("-")) return -1;
  const units: Readonly<Record<string, number>> = { s: 1000, ms: 1, us: 1e-3, µs: 1e-3, ns: 1e-6 };
  return Number(match[1]) * (units[match[2] ?? ""] ?? toMillis);
}

/** `HTTP/2` as `HTTP/2.0`, `h2` and `2` likewise. */
function protocolFrom(value: string): string {
  const match = /^(?:HTTP\/|h)?(\d)(?:\.(\d))?$/i.exec(value);
  return match === null ? value.slice(0, 16) : `HTTP/${match[1]}.${match[2] ?? "0"}`;
}
