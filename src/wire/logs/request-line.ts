import { logLimits } from "#core";
import { ByteInterner } from "./byte-interner.ts";
import { addOddity, type LogRecord } from "./log-record.ts";
import { maskQuery } from "./mask-secrets.ts";
import { decodeField } from "./unescape.ts";

const space = 0x20;
const questionMark = 0x3f;
const slash = 0x2f;
const backslash = 0x5c;
const fieldBytesMax = logLimits.fieldBytesMax.default;
const methodBytesMax = 24;
/** Longer paths are made anew for every line. */
const pathBytesMax = 96;

function latin1(bytes: Buffer, start: number, end: number): string {
  return bytes.toString("latin1", start, end);
}

/** Reads the request line of a log field, `METHOD target HTTP/x.y`, and says what is odd about any other. */
export class RequestLineReader {
  readonly #methods = new ByteInterner(64, latin1, { width: methodBytesMax });
  readonly #paths = new ByteInterner(logLimits.pathSlots.default, latin1, { width: pathBytesMax });
  readonly #absoluteIsOdd: boolean;

  /** @param options.absoluteTargets Whether this format always writes the whole URI, as AWS ALB does. */
  constructor(options: { readonly absoluteTargets?: boolean } = {}) {
    this.#absoluteIsOdd = options.absoluteTargets !== true;
  }

  /** Fills method, path, query and protocol; never fails: what no server could read becomes an oddity. */
  read(record: LogRecord, bytes: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end && isMethodByte(bytes[at] as number)) at++;
    const methodEnd = at;
    if (methodEnd === start || bytes[methodEnd] !== space || methodEnd - start > methodBytesMax) {
      this.#readOdd(record, bytes, start, end);
      return;
    }
    const versionAt = end - 9;
    if (versionAt <= methodEnd || bytes[versionAt] !== space || !isHttpVersion(bytes, versionAt + 1)) {
      this.#readOdd(record, bytes, start, end);
      return;
    }
    record.request.method = this.#methodOf(bytes, start, methodEnd);
    record.request.protocol = protocolText(bytes, versionAt + 1);
    this.readTarget(record, bytes, methodEnd + 1, versionAt);
  }

  /** Most methods have three letters, too few for the interner; the two that nearly all requests use need none. */
  #methodOf(bytes: Buffer, start: number, end: number): string {
    const first = bytes[start];
    if (end - start === 3 && first === 0x47 && bytes[start + 1] === 0x45 && bytes[start + 2] === 0x54) return "GET";
    return this.#methods.intern(bytes, start, end);
  }

  /** Fills path, query and, from an absolute target, the host. */
  readTarget(record: LogRecord, bytes: Buffer, start: number, end: number): void {
    let stop = end;
    if (end - start > fieldBytesMax) {
      stop = start + fieldBytesMax;
      addOddity(record, "field-cut");
    }
    let query = stop;
    let odd = false;
    let at = start;
    for (; at < stop; at++) {
      const byte = bytes[at] as number;
      if (byte === questionMark) {
        query = at;
        break;
      }
      if (byte === backslash || byte > 0x7e || byte <= space) odd = true;
    }
    const path = odd ? decodeField(bytes, start, query) : this.#paths.intern(bytes, start, query);
    if (odd) noteBytes(record, path);
    if (odd && path.includes(" ")) addOddity(record, "space-in-target");
    if (query < stop) {
      const text = decodeField(bytes, query + 1, stop);
      record.request.query = maskQuery(text);
      noteBytes(record, text);
    }
    if (bytes[start] === slash) {
      record.request.path = path;
      if (!odd) record.marks.path = this.#paths.mark;
    } else this.#readOtherTarget(record, path);
  }

  #readOtherTarget(record: LogRecord, target: string): void {
    const { request } = record;
    const scheme = /^(https?):\/\/([^/]*)(\/.*)?$/is.exec(target);
    if (scheme === null) {
      request.path = target === "" ? "/" : target;
      return;
    }
    if (this.#absoluteIsOdd) addOddity(record, "absolute-target");
    const secure = scheme[1]?.toLowerCase() === "https";
    if (!this.#absoluteIsOdd) request.scheme = secure ? "https" : "http";
    request.host = hostText(scheme[2] ?? "", secure ? "443" : "80");
    request.path = scheme[3] ?? "/";
  }

  #readOdd(record: LogRecord, bytes: Buffer, start: number, end: number): void {
    const { request } = record;
    const stop = Math.min(end, start + fieldBytesMax);
    const text = decodeField(bytes, start, stop);
    request.path = "*";
    if (text === "" || text === "-") {
      addOddity(record, "empty-request");
      return;
    }
    if (text.startsWith("\x16\x03")) {
      addOddity(record, "tls-on-plain-port");
      return;
    }
    noteBytes(record, text);
    const words = text.split(" ");
    const [method = "", target = ""] = words;
    if (!/^[A-Za-z][A-Za-z0-9_-]{0,23}$/.test(method) || !/^(?:[/*]|https?:\/\/)/.test(target)) {
      addOddity(record, "garbled-request-line");
      return;
    }
    const last = words.at(-1) ?? "";
    const versioned = words.length > 2 && /^HTTP\/\d(?:\.\d)?$/.test(last);
    request.method = method;
    if (versioned) request.protocol = last;
    else addOddity(record, "no-http-version");
    const rest = words.slice(1, versioned ? -1 : undefined).join(" ");
    if (rest.includes(" ")) addOddity(record, "space-in-target");
    const cut = rest.indexOf("?");
    request.query = cut < 0 ? "" : maskQuery(rest.slice(cut + 1));
    this.#readOtherTarget(record, cut < 0 ? rest : rest.slice(0, cut));
  }
}

/** A host as `HttpRequest.host` wants it: lower case, without the scheme's default port. */
export function hostText(text: string, defaultPort: string): string {
  const lower = text.toLowerCase();
  return lower.endsWith(`:${defaultPort}`) ? lower.slice(0, -defaultPort.length - 1) : lower;
}

function isMethodByte(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || byte === 0x2d || byte === 0x5f;
}

/** Exactly `HTTP/x.y` from `at` on. */
function isHttpVersion(bytes: Buffer, at: number): boolean {
  return (
    bytes[at] === 0x48 &&
    bytes[at + 1] === 0x54 &&
    bytes[at + 2] === 0x54 &&
    bytes[at + 3] === 0x50 &&
    bytes[at + 4] === slash &&
    bytes[at + 6] === 0x2e
  );
}

function protocolText(bytes: Buffer, at: number): string {
  const major = bytes[at + 5];
  const minor = bytes[at + 7];
  if (major === 0x31) {
    if (minor === 0x31) return "HTTP/1.1";
    if (minor === 0x30) return "HTTP/1.0";
  } else if (minor === 0x30) {
    if (major === 0x32) return "HTTP/2.0";
    if (major === 0x33) return "HTTP/3.0";
  }
  return bytes.toString("latin1", at, at + 8);
}

/** RFC 9112 section 3 allows visible ASCII only; what scanners and broken clients send instead is evidence. */
function noteBytes(record: LogRecord, text: string): void {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0) addOddity(record, "nul-byte");
    // Bytes above 126 are UTF-8 typed without escaping: sloppy, and common in honest clients. Control bytes are neither.
    if (code < 0x20 || code === 0x7f) addOddity(record, "binary-request-line");
  }
}
