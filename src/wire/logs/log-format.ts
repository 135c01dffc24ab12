import { GaitError } from "#core";
import type { LogField } from "./field-writer.ts";

/** What one place of a compiled format holds. */
export type Slot =
  | { readonly kind: "field"; readonly field: LogField }
  | { readonly kind: "header"; readonly name: string }
  | { readonly kind: "cookie"; readonly name: string }
  | { readonly kind: "setCookie"; readonly name: string }
  | { readonly kind: "ignored" };

/** One value and the literal bytes that stand before it. */
export interface Segment {
  readonly before: string;
  readonly slot: Slot;
}

/** A format string, compiled: segments and the literal after the last value. */
export interface LogFormat {
  readonly segments: readonly Segment[];
  readonly after: string;
}

const nginxFields: Readonly<Record<string, LogField>> = {
  remote_addr: "ip",
  time_local: "time",
  time_iso8601: "time",
  msec: "time",
  request: "request",
  request_method: "method",
  request_uri: "target",
  uri: "path",
  document_uri: "path",
  args: "query",
  query_string: "query",
  server_protocol: "protocol",
  scheme: "scheme",
  host: "host",
  http_host: "host",
  server_name: "host",
  status: "status",
  body_bytes_sent: "bytes",
  bytes_sent: "bytes",
  request_length: "requestBytes",
  request_time: "seconds",
  http_user_agent: "userAgent",
  http_referer: "referer",
  http_cookie: "cookie",
  sent_http_set_cookie: "setCookie",
  upstream_http_set_cookie: "setCookie",
  http_x_forwarded_for: "forwarded",
  proxy_add_x_forwarded_for: "forwarded",
  remote_user: "user",
  http_authorization: "authorization",
  ssl_ja4: "ja4",
  http_ssl_ja4: "ja4",
  ja4: "ja4",
  http_ja4: "ja4",
  sent_http_content_type: "contentType",
  sent_http_location: "location",
};

/** Compiles an nginx `log_format` string; `$name` and `${name}` are values, all else is literal. */
export function compileNginxFormat(text: string): LogFormat {
  return assemble(text, /\$(?:\{([a-z0-9_]+)\}|([a-z0-9_]+))/gi, (match) =>
    nginxSlot((match[1] ?? match[2] ?? "").toLowerCase()),
  );
}

function nginxSlot(name: string): Slot {
  const field = Object.hasOwn(nginxFields, name) ? nginxFields[name] : undefined;
  if (field !== undefined) return { kind: "field", field };
  if (name.startsWith("cookie_")) return { kind: "cookie", name: name.slice("cookie_".length) };
  if (name.startsWith("upstream_cookie_")) return { kind: "setCookie", name: name.slice("upstream_cookie_".length) };
  if (name.startsWith("http_")) return { kind: "header", name: headerName(name.slice("http_".length)) };
  return { kind: "ignored" };
}

/** `accept_language` as `Accept-Language`: nginx forgets how a client spelt it. */
function headerName(name: string): string {
  return name.replace(
    /(^|_)([a-z])/g,
    (_, before: string, letter: string) => (before === "_" ? "-" : "") + letter.toUpperCase(),
  );
}

const apacheFields: Readonly<Record<string, LogField>> = {
  h: "ip",
  a: "ip",
  u: "user",
  r: "request",
  m: "method",
  U: "path",
  q: "query",
  H: "protocol",
  s: "status",
  b: "bytes",
  B: "bytes",
  O: "bytes",
  D: "micros",
  T: "seconds",
  v: "host",
  V: "host",
};

/** Stands for `%%` while a format is taken apart. */
const percentMark = "\u0001";

/** Compiles an Apache `LogFormat` string, with its modifiers (`%>s`, `%{Referer}i`, `%{ms}T`). */
export function compileApacheFormat(text: string): LogFormat {
  const plain = text
    .replace(/\\"/g, '"')
    .replace(/%%/g, percentMark)
    .replace(/%[!,0-9]*[<>]?t/g, "[%t]");
  return assemble(plain, /%[!,0-9]*[<>]?(?:\{([^{}]*)\})?(\^ti|\^to|\^FB|[a-zA-Z])/g, (match) =>
    apacheSlot(match[2] ?? "", match[1]),
  );
}

function apacheSlot(letter: string, argument: string | undefined): Slot {
  if (letter === "t") return { kind: "field", field: "time" };
  if (letter === "i") return requestHeaderSlot(argument ?? "");
  if (letter === "o") return answerHeaderSlot(argument ?? "");
  if (letter === "C") return { kind: "cookie", name: argument ?? "" };
  if (letter === "T" && argument === "ms") return { kind: "field", field: "millis" };
  if (letter === "T" && argument === "us") return { kind: "field", field: "micros" };
  const field = Object.hasOwn(apacheFields, letter) ? apacheFields[letter] : undefined;
  return field === undefined ? { kind: "ignored" } : { kind: "field", field };
}

function requestHeaderSlot(name: string): Slot {
  const known: Readonly<Record<string, LogField>> = {
    "user-agent": "userAgent",
    referer: "referer",
    cookie: "cookie",
    host: "host",
    "x-forwarded-for": "forwarded",
    authorization: "authorization",
  };
  const field = known[name.toLowerCase()];
  return field === undefined ? { kind: "header", name } : { kind: "field", field };
}

function answerHeaderSlot(name: string): Slot {
  const known: Readonly<Record<string, LogField>> = {
    "set-cookie": "setCookie",
    "content-type": "contentType",
    location: "location",
  };
  const field = known[name.toLowerCase()];
  return field === undefined ? { kind: "ignored" } : { kind: "field", field };
}

/**
 * A format string of either server. nginx's holds `$names`, Apache's `%letters`.
 * @throws GaitError `log-format-string` when values touch, or address, time or request are not in it.
 */
export function compileLogFormat(text: string): LogFormat {
  const format = /\$[{a-z]/i.test(text) ? compileNginxFormat(text) : compileApacheFormat(text);
  const fields = new Set(format.segments.flatMap(({ slot }) => (slot.kind === "field" ? [slot.field] : [])));
  const missing = [
    fields.has("ip") || fields.has("forwarded") ? "" : "the client's address ($remote_addr, %h)",
    fields.has("time") ? "" : "the time ($time_local, $time_iso8601, $msec, %t)",
    fields.has("request") || fields.has("target") || fields.has("path")
      ? ""
      : "the request ($request, $request_uri, %r)",
  ].filter((name) => name !== "");
  if (missing.length > 0) {
    throw new GaitError(
      "log-format-string",
      `log format ${JSON.stringify(text)} does not hold ${missing.join(", ")}; without it nobody can be told apart`,
      { exitCode: 2 },
    );
  }
  format.segments.forEach(({ before }, index) => {
    if (index === 0 || before !== "") return;
    throw new GaitError(
      "log-format-string",
      `log format ${JSON.stringify(text)}: values ${index} and ${index + 1} touch, so that nobody can tell where one ends; put a character between them`,
      { exitCode: 2 },
    );
  });
  return format;
}

function assemble(text: string, pattern: RegExp, slotOf: (match: RegExpExecArray) => Slot): LogFormat {
  const segments: Segment[] = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    segments.push({ before: text.slice(at, match.index).replaceAll(percentMark, "%"), slot: slotOf(match) });
    at = match.index + match[0].length;
  }
  return { segments, after: text.slice(at).replaceAll(percentMark, "%") };
}
