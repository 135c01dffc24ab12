import type { CookieSeen, CookieSet, Exchange, Hashed, HttpRequest, HttpResponse, Observes, TextMarks } from "#core";
import { LogClient } from "./log-client.ts";
import type { Oddity } from "./oddities.ts";

type Mutable<Shape> = { -readonly [Name in keyof Shape]: Shape[Name] };

/**
 * One exchange as a log parser fills it: the shape of `Exchange`, written over for every line. Who receives it
 * keeps nothing of it but its strings. `response` is `answer` when the log shows an answer, else undefined.
 */
export interface LogRecord extends Mutable<Omit<Exchange, "client" | "request" | "response" | "observes" | "marks">> {
  readonly client: LogClient;
  readonly marks: Mutable<TextMarks>;
  readonly request: Mutable<HttpRequest>;
  response: Mutable<HttpResponse> | undefined;
  observes: Observes;
  /** The one response object that `response` points at; never read by judgement. */
  readonly answer: Mutable<HttpResponse>;
}

/** Why a line was not read as an exchange. Shown in reports and counted by these words. */
export type RejectReason =
  | "blank line"
  | "line too long"
  | "no client address"
  | "unreadable time"
  | "unreadable request"
  | "unreadable status"
  | "missing field"
  | "not JSON"
  | "not an access record"
  | "cut off";

/** What became of one line: an exchange in the record, a comment or header of the file itself, or a rejection. */
export type LineOutcome = "parsed" | "directive" | RejectReason;

/** Reads one kind of log line into `record`. Made once per file: some formats carry state from header lines. */
export interface LogParser {
  readonly format: string;
  readonly record: LogRecord;
  /** Reads the line in `bytes[start, end)`, without its line ending. Never throws; bytes stay the caller's. */
  parse(bytes: Buffer, start: number, end: number): LineOutcome;
}

export const noCookies: readonly CookieSeen[] = Object.freeze([]);
export const noSetCookies: readonly CookieSet[] = Object.freeze([]);
const noHashes: readonly Hashed[] = Object.freeze([]);
const noOddities: readonly Oddity[] = Object.freeze([]);
const noHeaders = Object.freeze({ names: Object.freeze([]), values: Object.freeze([]) });

/** What a log without cookies and bodies shows; formats lay what they add over it. */
export const observesLog: Observes = Object.freeze({
  cookies: false,
  setCookie: "none",
  headers: "logged",
  referer: true,
  response: true,
  body: false,
  tls: false,
  // A log is read after the fact: nothing can be acted on in time, whatever the real delay was.
  lagMs: Number.POSITIVE_INFINITY,
});

/** An empty record. One per parser: monomorphic, so that hot code reads it at fixed offsets. */
export function createLogRecord(application: string, observes: Observes): LogRecord {
  const answer: Mutable<HttpResponse> = {
    status: 0,
    bytes: -1,
    durationMs: -1,
    contentType: "",
    location: "",
    setCookies: noSetCookies,
    tokens: noHashes,
  };
  return {
    id: "",
    at: 0,
    application,
    client: new LogClient(),
    marks: { path: 0, referer: 0, userAgent: 0 },
    request: {
      method: "",
      scheme: "http",
      host: "",
      path: "",
      query: "",
      protocol: "",
      headers: noHeaders,
      userAgent: "",
      referer: "",
      cookies: noCookies,
      bodyBytes: -1,
      token: 0,
      account: 0,
      password: 0,
      tokens: noHashes,
      oddities: noOddities,
    },
    response: undefined,
    observes,
    answer,
  };
}

/** Empties what a line may leave unset, so that nothing of the line before shines through. */
export function clearLogRecord(record: LogRecord): void {
  const { request, answer, client, marks } = record;
  marks.path = 0;
  marks.referer = 0;
  marks.userAgent = 0;
  request.method = "";
  request.host = "";
  request.path = "";
  request.query = "";
  request.protocol = "";
  request.headers = noHeaders;
  request.userAgent = "";
  request.referer = "";
  request.cookies = noCookies;
  request.bodyBytes = -1;
  request.token = 0;
  request.account = 0;
  request.oddities = noOddities;
  answer.status = 0;
  answer.bytes = -1;
  answer.durationMs = -1;
  answer.contentType = "";
  answer.location = "";
  answer.setCookies = noSetCookies;
  record.response = undefined;
  if (client.fingerprint.ja4 !== "") client.fingerprint = { ja4: "", h2: "", headers: "" };
}

/** Notes something odd that a client caused. Rare, so a fresh list is made each time. */
export function addOddity(record: LogRecord, oddity: Oddity): void {
  const { request } = record;
  if (!request.oddities.includes(oddity)) request.oddities = [...request.oddities, oddity];
}
