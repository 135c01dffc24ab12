import type { Client, CookieSeen, Exchange, HttpRequest } from "#core";
import { LiveExchange } from "../proxy/exchange-facts.ts";
import type { ByteRing } from "./byte-ring.ts";
import { record } from "./records.ts";

/** Fixed words, then doubles, then the lengths of all strings, then their bytes. */
const word = { slot: 0, ticket: 1, flags: 2, headers: 3, cookies: 4, oddities: 5, strings: 6, tokens: 7 } as const;
/** Even, so that the doubles behind them lie on their own boundary. */
const words = 8;
const doublesFixed = 5;
const flagTls = 1;
const flagHttps = 2;

/** Where a request belongs: its place in the worker's table, and which of the place's users it is. */
export interface Ticketed {
  readonly slot: number;
  readonly ticket: number;
}

/** The strings that are read one by one; header and cookie names and values follow. */
const fixedStrings = 14;

function stringsOf({ id, application, client, request }: Exchange): string[] {
  const { fingerprint } = client;
  const { headers } = request;
  const list = [
    id,
    application,
    client.ip,
    fingerprint.ja4,
    fingerprint.tls ?? "",
    fingerprint.h2,
    fingerprint.headers,
    request.method,
    request.host,
    request.path,
    request.query,
    request.protocol,
    request.userAgent,
    request.referer,
  ];
  for (const name of headers.names) list.push(name);
  for (const value of headers.values) list.push(value);
  for (const { name } of request.cookies) list.push(name);
  for (const oddity of request.oddities) list.push(oddity);
  return list;
}

/**
 * Writes a request as a record. Strings go as Latin-1, which is how `wire` reads them; an application's name from the
 * configuration may hold more and is cut to what Latin-1 can say, the same in every record.
 *
 * @returns "full" when the ring has no room, "wake" when the reader sleeps, "" otherwise.
 */
export function writeRequest(ring: ByteRing, exchange: Exchange, { slot, ticket }: Ticketed): "full" | "wake" | "" {
  const { request, client } = exchange;
  const verified = client.verified === undefined ? "" : JSON.stringify(client.verified);
  const strings = stringsOf(exchange);
  strings.push(verified);
  let text = "";
  for (let i = 0; i < strings.length; i++) text += strings[i];
  const cookies = request.cookies.length;
  const tokens = request.tokens.length;
  const lengthsAt = words * 4 + (doublesFixed + cookies + tokens) * 8;
  const textAt = lengthsAt + strings.length * 4;
  const payload = ring.reserve(textAt + text.length);
  if (payload < 0) return "full";
  const { words: w, doubles: d } = ring;
  let at = payload >>> 2;
  w[at + word.slot] = slot;
  w[at + word.ticket] = ticket;
  w[at + word.flags] = (exchange.observes.tls ? flagTls : 0) | (request.scheme === "https" ? flagHttps : 0);
  w[at + word.headers] = request.headers.names.length;
  w[at + word.cookies] = cookies;
  w[at + word.oddities] = request.oddities.length;
  w[at + word.strings] = strings.length;
  w[at + word.tokens] = tokens;
  at = (payload + words * 4) >>> 3;
  d[at++] = exchange.at;
  d[at++] = request.bodyBytes;
  d[at++] = request.token;
  d[at++] = request.account;
  d[at++] = request.password;
  for (let i = 0; i < cookies; i++) d[at++] = (request.cookies[i] as CookieSeen).value;
  for (let i = 0; i < tokens; i++) d[at++] = request.tokens[i] as number;
  at = (payload + lengthsAt) >>> 2;
  for (let i = 0; i < strings.length; i++) w[at++] = (strings[i] as string).length;
  ring.bytes.write(text, payload + textAt, "latin1");
  return ring.commit(record.ask, textAt + text.length) ? "wake" : "";
}

function doublesAt(from: Float64Array, at: number, count: number): readonly number[] {
  return count === 0 ? [] : Array.from(from.subarray(at, at + count));
}

/** Reads a request record. Nothing of the ring's memory is kept. */
export function readRequest(ring: ByteRing, payload: number): Ticketed & { readonly exchange: LiveExchange } {
  const { words: w, doubles: d, bytes } = ring;
  const head = payload >>> 2;
  const flags = w[head + word.flags] as number;
  const headers = w[head + word.headers] as number;
  const cookieCount = w[head + word.cookies] as number;
  const oddities = w[head + word.oddities] as number;
  const stringCount = w[head + word.strings] as number;
  const doubles = (payload + words * 4) >>> 3;
  const tokenCount = w[head + word.tokens] as number;
  const lengthsAt = payload + words * 4 + (doublesFixed + cookieCount + tokenCount) * 8;
  let length = lengthsAt >>> 2;
  let from = lengthsAt + stringCount * 4;
  // Strings of their own, not slices of one: what the engine keeps of one must not keep the others alive.
  const next = (): string => {
    const end = from + (w[length++] as number);
    const text = end === from ? "" : bytes.toString("latin1", from, end);
    from = end;
    return text;
  };
  const fixed: string[] = [];
  for (let i = 0; i < fixedStrings; i++) fixed.push(next());
  const [id, application, ip, ja4, tls, h2, structure, method, host, path, query, protocol, userAgent, referer] =
    fixed as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ];
  const names: string[] = [];
  for (let i = 0; i < headers; i++) names.push(next());
  const values: string[] = [];
  for (let i = 0; i < headers; i++) values.push(next());
  const cookies: CookieSeen[] = [];
  for (let i = 0; i < cookieCount; i++) cookies.push({ name: next(), value: d[doubles + doublesFixed + i] as number });
  const odd: string[] = [];
  for (let i = 0; i < oddities; i++) odd.push(next());
  const verified = next();
  const client: Client = {
    ip,
    fingerprint: { ja4, tls, h2, headers: structure },
    ...(verified === "" ? {} : { verified: JSON.parse(verified) as NonNullable<Client["verified"]> }),
  };
  const request: HttpRequest = {
    method,
    scheme: (flags & flagHttps) === 0 ? "http" : "https",
    host,
    path,
    query,
    protocol,
    headers: { names, values },
    userAgent,
    referer,
    cookies,
    bodyBytes: d[doubles + 1] as number,
    token: d[doubles + 2] as number,
    account: d[doubles + 3] as number,
    password: d[doubles + 4] as number,
    tokens: doublesAt(d, doubles + doublesFixed + cookieCount, tokenCount),
    oddities: odd,
  };
  const known = { at: d[doubles] as number, client, request, tls: (flags & flagTls) !== 0 };
  const exchange = new LiveExchange(id, application, known);
  return { slot: w[head + word.slot] as number, ticket: w[head + word.ticket] as number, exchange };
}
