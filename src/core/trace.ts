import { GaitError } from "./errors.ts";
import type { Client, CookieSeen, CookieSet, Exchange, HttpResponse, Millis, Observes } from "./exchange.ts";
import { noFingerprint, observesAll } from "./exchange.ts";
import { type HashKey, keyedHash, testHashKey } from "./keyed-hash.ts";
import { cookieSetFrom } from "./set-cookie.ts";
import { expandTrace } from "./trace-macros.ts";

/** How a trace is read; every field has a default. */
export interface TraceOptions {
  /** Wall clock of the first exchange. */
  readonly start?: Millis;
  readonly application?: string;
  readonly host?: string;
  readonly key?: HashKey;
  readonly userAgent?: string;
  readonly observes?: Observes;
}

const startDefault: Millis = Date.UTC(2026, 0, 5, 9, 0, 0);
const gapDefaultMs: Millis = 1_000;
/** Longer than a session's idle limit, so that a blank line starts a new session whatever the address. */
const sessionGapMs: Millis = 31 * 60_000;
const linesMax = 1_000_000;
export const traceUserAgent =
  "Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

/**
 * Reads a trace, the notation shared by tests, rule packs, docs and the arena. One exchange per line:
 *
 *     [+seconds] [@address] [#account] METHOD path [status] [> name=value …] [< name=value; attributes …] ["Header: value" …]
 *
 * - `+seconds` since the line before (default 1); a blank line starts a new session: a new address from
 *   192.0.2.0/24 onwards and 31 minutes later.
 * - `@address` and `"User-Agent: …"` hold until the session ends; `#account` speaks for its own line.
 * - `>` lists the cookies presented; each `<` is one Set-Cookie with RFC 6265 attributes.
 * - `"Name: value"` is a request header, `"<Name: value"` one of the response (Content-Type, Location, Content-Length).
 * - `-` as status: no response. `//` starts a comment.
 * - `#account:password` tells the password too; `"<Duration-Ms: 800"` how long the answer took.
 * - Loops and people are written short, see `expandTrace`.
 *
 * @throws GaitError `trace-syntax` with the line number when a line does not fit the grammar.
 */
export function readTrace(text: string, options: TraceOptions = {}): Exchange[] {
  const count = text.split("\n").length;
  if (count > linesMax) throw new GaitError("trace-size", `trace has ${count} lines, at most ${linesMax} are read`);
  const exchanges: Exchange[] = [];
  let at = (options.start ?? startDefault) - gapDefaultMs;
  let session = openSession(0, options);
  let fresh = true;
  let breakPending = false;
  for (const { text: raw, line: number } of expandTrace(text)) {
    const line = raw.replace(/(^|\s)\/\/[\s\S]*$/, "").trim();
    if (line === "") {
      breakPending ||= raw.trim() === "" && !fresh;
      continue;
    }
    if (breakPending) {
      session = openSession(session.number + 1, options);
      at += sessionGapMs;
      breakPending = false;
    }
    fresh = false;
    const parsed = parseLine(line, number, options.key ?? testHashKey);
    at += parsed.gapMs;
    if (parsed.address !== "") session.address = parsed.address;
    const agent = parsed.headers.find(([name]) => name.toLowerCase() === "user-agent");
    if (agent !== undefined) session.userAgent = agent[1];
    exchanges.push(toExchange(parsed, session, at, options));
  }
  return exchanges;
}

interface TraceSession {
  readonly number: number;
  address: string;
  userAgent: string;
}

interface TraceLine {
  gapMs: Millis;
  address: string;
  account: number;
  password: number;
  method: string;
  target: string;
  status: number;
  cookies: CookieSeen[];
  setCookies: CookieSet[];
  headers: [string, string][];
  responseHeaders: [string, string][];
}

function openSession(number: number, options: TraceOptions): TraceSession {
  const address = `192.0.${2 + Math.floor(number / 254)}.${1 + (number % 254)}`;
  return { number, address, userAgent: options.userAgent ?? traceUserAgent };
}

const headPattern =
  /^(?:\+(?<gap>\d+(?:\.\d+)?)\s+)?(?:@(?<address>[0-9A-Fa-f.:]+)\s+)?(?:#(?<account>\S+)\s+)?(?<method>[A-Z][A-Z-]*)\s+(?<target>\S+)(?:\s+(?<status>\d{3}|-)(?=\s|$))?/;

function parseLine(line: string, number: number, key: HashKey): TraceLine {
  const head = headPattern.exec(line);
  const groups = head?.groups;
  if (head === null || groups === undefined) {
    throw new GaitError(
      "trace-syntax",
      `trace line ${number}: expected "[+seconds] [@address] [#account] METHOD path [status] …", found ${JSON.stringify(line.slice(0, 120))}`,
    );
  }
  const [account, password] = groups.account?.split(":", 2) ?? [];
  const parsed: TraceLine = {
    gapMs: groups.gap === undefined ? gapDefaultMs : Number(groups.gap) * 1000,
    address: groups.address ?? "",
    account: account === undefined ? 0 : keyedHash(key, account),
    password: password === undefined ? 0 : (keyedHash(key, password) % 0xfffff) + 1,
    method: groups.method ?? "",
    target: groups.target ?? "",
    status: groups.status === undefined ? 200 : groups.status === "-" ? 0 : Number(groups.status),
    cookies: [],
    setCookies: [],
    headers: [],
    responseHeaders: [],
  };
  parseTail(line.slice(head[0].length), number, key, parsed);
  return parsed;
}

function parseTail(tail: string, number: number, key: HashKey, into: TraceLine): void {
  let rest = tail.trim();
  while (rest !== "") {
    if (rest.startsWith('"')) {
      const end = rest.indexOf('"', 1);
      if (end < 0) throw new GaitError("trace-syntax", `trace line ${number}: a header opened with " is never closed`);
      addHeader(rest.slice(1, end), number, into);
      rest = rest.slice(end + 1).trim();
      continue;
    }
    const sign = rest[0];
    if (sign !== ">" && sign !== "<") {
      throw new GaitError(
        "trace-syntax",
        `trace line ${number}: expected ">", "<" or a quoted header, found ${JSON.stringify(rest.slice(0, 60))}`,
      );
    }
    const next = rest.slice(1).search(/\s[<>"]/);
    const body = (next < 0 ? rest.slice(1) : rest.slice(1, next + 1)).trim();
    rest = next < 0 ? "" : rest.slice(next + 1).trim();
    if (sign === "<") into.setCookies.push(cookieSetFrom(body, key));
    else {
      for (const pair of body.split(/[;\s]+/)) {
        if (pair === "") continue;
        const equals = pair.indexOf("=");
        const name = equals < 0 ? pair : pair.slice(0, equals);
        into.cookies.push({ name, value: keyedHash(key, equals < 0 ? "" : pair.slice(equals + 1)) });
      }
    }
  }
}

function addHeader(text: string, number: number, into: TraceLine): void {
  const answer = text.startsWith("<");
  const colon = text.indexOf(":");
  if (colon < 1)
    throw new GaitError("trace-syntax", `trace line ${number}: expected "Name: value", found ${JSON.stringify(text)}`);
  const pair: [string, string] = [text.slice(answer ? 1 : 0, colon).trim(), text.slice(colon + 1).trim()];
  (answer ? into.responseHeaders : into.headers).push(pair);
}

function toExchange(line: TraceLine, session: TraceSession, at: Millis, options: TraceOptions): Exchange {
  const client: Client = { ip: session.address, fingerprint: noFingerprint };
  const cut = line.target.indexOf("?");
  const find = (headers: readonly [string, string][], wanted: string): string =>
    headers.find(([name]) => name.toLowerCase() === wanted)?.[1] ?? "";
  const host = options.host ?? "shop.example";
  const others = line.headers.filter(([name]) => name.toLowerCase() !== "user-agent");
  const names = ["Host", ...(session.userAgent === "" ? [] : ["User-Agent"]), ...others.map(([name]) => name)];
  const values = [host, ...(session.userAgent === "" ? [] : [session.userAgent]), ...others.map(([, value]) => value)];
  const length = find(line.headers, "content-length");
  return {
    id: `trace-${at}`,
    at,
    application: options.application ?? "default",
    client,
    request: {
      method: line.method,
      scheme: "https",
      host,
      path: cut < 0 ? line.target : line.target.slice(0, cut),
      query: cut < 0 ? "" : line.target.slice(cut + 1),
      protocol: "HTTP/1.1",
      headers: { names, values },
      userAgent: session.userAgent,
      referer: find(line.headers, "referer"),
      cookies: line.cookies,
      bodyBytes: length === "" ? -1 : Number(length),
      token: tokenOf(find(line.headers, "authorization"), options.key ?? testHashKey),
      account: line.account,
      password: line.password,
      tokens: [],
      oddities: [],
    },
    response: line.status === 0 ? undefined : toResponse(line, find),
    observes: options.observes ?? { ...observesAll, tls: false, body: false },
  };
}

function tokenOf(authorization: string, key: HashKey): number {
  return authorization === "" ? 0 : keyedHash(key, authorization);
}

function toResponse(
  line: TraceLine,
  find: (headers: readonly [string, string][], wanted: string) => string,
): HttpResponse {
  const length = find(line.responseHeaders, "content-length");
  const duration = find(line.responseHeaders, "duration-ms");
  return {
    status: line.status,
    bytes: length === "" ? -1 : Number(length),
    durationMs: duration === "" ? -1 : Number(duration),
    contentType: find(line.responseHeaders, "content-type"),
    location: find(line.responseHeaders, "location"),
    setCookies: line.setCookies,
    tokens: [],
  };
}
