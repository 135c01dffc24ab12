import {
  type Client,
  type CookieSeen,
  cookieSetFrom,
  type Exchange,
  type Hashed,
  type HashKey,
  type HeaderList,
  type HttpRequest,
  type HttpResponse,
  keyedHash,
  type Millis,
  type Observes,
  observesAll,
} from "#core";
import { type Fields, field, hostOf, pathOddities, type RequestHead, renderStructure } from "#wire";
import { type Credentials, readCredentials } from "./credentials.ts";
import type { LoginClaim } from "./login-body.ts";
import { isSecretName, maskQuery } from "./masking.ts";
import type { ConnectionFacts } from "./seam.ts";
import { tokensOfQuery } from "./state-tokens.ts";

/** What a masked value reads as, in every record. */
export const masked = "[masked]";

/** An exchange that gains its response when the origin has answered. */
export class LiveExchange implements Exchange {
  readonly id: string;
  readonly at: Millis;
  readonly application: string;
  readonly client: Client;
  request: HttpRequest;
  readonly observes: Observes;
  response: HttpResponse | undefined = undefined;
  note = 0;
  ownStatus = 0;

  constructor(
    id: string,
    application: string,
    known: { at: Millis; client: Client; request: HttpRequest; tls: boolean; observes?: Observes | undefined },
  ) {
    this.id = id;
    this.at = known.at;
    this.application = application;
    this.client = known.client;
    this.request = known.request;
    this.observes = known.observes ?? (known.tls ? observesAll : observesPlain);
  }

  /** Adds whom the body claims to be; a credential header has said it better. */
  claim({ account, password, tokens }: LoginClaim): void {
    if (account !== 0 && this.request.account === 0) this.request = { ...this.request, account, password };
    if (tokens.length > 0) this.request = { ...this.request, tokens: [...this.request.tokens, ...tokens] };
  }
}

const observesPlain: Observes = Object.freeze({ ...observesAll, tls: false, body: false });
const noCookies: readonly CookieSeen[] = Object.freeze([]);
const noHashes: readonly Hashed[] = Object.freeze([]);
const cookiesMax = 256;

/** What the exchange is made from. */
export interface ExchangeSource {
  readonly id: string;
  readonly application: string;
  readonly at: Millis;
  readonly head: RequestHead;
  readonly facts: ConnectionFacts;
  /** The client's address, after trusted proxies had their say. */
  readonly ip: string;
  readonly hashKey: HashKey;
  /** Key of cookie values, where a connector hashes those of answers itself. Default: `hashKey`. */
  readonly cookieKey?: HashKey | undefined;
  /** What a connector beside a proxy sees. Default: what we see ourselves. */
  readonly observes?: Observes | undefined;
}

/**
 * Freezes what judgement may see. Cookies, tokens and passwords become keyed hashes here and stop here: the lists
 * further in hold `[masked]` in their place.
 */
export function createExchange(source: ExchangeSource): LiveExchange {
  const { head, facts } = source;
  const known = head.fields.memo;
  const reading = known instanceof Reading && known.fits(source) ? known : readHead(source);
  const odd = pathOddities(head.path);
  const { credentials } = reading;
  const request: HttpRequest = {
    method: head.method,
    scheme: facts.scheme,
    host: reading.host,
    path: head.path,
    query: head.query === "" ? "" : maskQuery(head.query),
    protocol: head.protocol,
    headers: reading.headers,
    userAgent: reading.userAgent,
    referer: reading.referer,
    cookies: reading.cookies,
    bodyBytes: head.contentLength,
    token: credentials?.token ?? 0,
    account: credentials?.account ?? 0,
    password: credentials?.password ?? 0,
    tokens: tokensOfQuery(head.query, source.hashKey),
    oddities:
      odd.length === 0 && facts.oddities.length === 0 ? head.oddities : [...head.oddities, ...odd, ...facts.oddities],
  };
  const fingerprint = { ja4: facts.ja4, tls: facts.tls, h2: facts.h2, headers: reading.structure };
  const client: Client = { ip: source.ip, fingerprint };
  const { at, observes } = source;
  return new LiveExchange(source.id, source.application, { at, client, request, tls: facts.ja4 !== "", observes });
}

/** What a header section says, whatever request line it stands under. */
class Reading {
  userAgent = "";
  referer = "";
  cookies: readonly CookieSeen[] = noCookies;
  headers: HeaderList;
  credentials: Credentials | undefined = undefined;
  readonly structure: string;
  readonly host: string;
  readonly #authority: string;
  readonly #scheme: string;
  readonly #hashKey: HashKey;
  readonly #cookieKey: HashKey | undefined;

  constructor({ head, facts, hashKey, cookieKey }: ExchangeSource) {
    this.headers = { names: head.fields.names, values: head.fields.values };
    this.structure = renderStructure(head);
    this.host = hostOf(head.authority, facts.scheme);
    this.#authority = head.authority;
    this.#scheme = facts.scheme;
    this.#hashKey = hashKey;
    this.#cookieKey = cookieKey;
  }

  /** Whether it would be read the same way now. */
  fits({ head, facts, hashKey, cookieKey }: ExchangeSource): boolean {
    return (
      this.#hashKey === hashKey &&
      this.#cookieKey === cookieKey &&
      this.#scheme === facts.scheme &&
      this.#authority === head.authority
    );
  }
}

function readHead(source: ExchangeSource): Reading {
  const { head, hashKey } = source;
  const cookieKey = source.cookieKey ?? hashKey;
  const { names, values, ids } = head.fields;
  const reading = new Reading(source);
  let shown: string[] | undefined;
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    if (id === field.userAgent) reading.userAgent = values[i] as string;
    else if (id === field.referer) {
      reading.referer = maskReferer(values[i] as string);
      if (reading.referer !== values[i]) shown = mask(shown, values, i, reading.referer);
    } else if (id === field.cookie) {
      reading.cookies = appendCookies(reading.cookies, values[i] as string, cookieKey);
      shown = mask(shown, values, i, masked);
    } else if (id === field.authorization || id === field.xApiKey || id === field.xAuthToken) {
      reading.credentials ??= readCredentials(values[i] as string, { key: hashKey, id, at: source.at });
      shown = mask(shown, values, i, masked);
    } else if (id === field.proxyAuthorization || (id === field.other && isSecretName(names[i] as string))) {
      shown = mask(shown, values, i, masked);
    }
  }
  if (shown !== undefined) reading.headers = { names, values: shown };
  // A password's hash is keyed by the day, so credentials are read anew each time.
  if (reading.credentials === undefined && !Object.isFrozen(head.fields)) head.fields.memo = reading;
  return reading;
}

function mask(shown: string[] | undefined, values: readonly string[], index: number, text: string): string[] {
  const copy = shown ?? [...values];
  copy[index] = text;
  return copy;
}

function maskReferer(referer: string): string {
  const question = referer.indexOf("?");
  return question < 0 ? referer : `${referer.slice(0, question + 1)}${maskQuery(referer.slice(question + 1))}`;
}

/** Splits a Cookie header (RFC 6265bis section 4.2) and hashes every value. Order and duplicates are kept. */
function appendCookies(before: readonly CookieSeen[], header: string, key: HashKey): readonly CookieSeen[] {
  const cookies = [...before];
  let start = 0;
  while (start < header.length && cookies.length < cookiesMax) {
    let end = header.indexOf(";", start);
    if (end < 0) end = header.length;
    const equals = header.indexOf("=", start);
    const named = equals >= 0 && equals < end;
    const name = named ? header.slice(start, equals).trim() : "";
    const value = header.slice(named ? equals + 1 : start, end).trim();
    if (name !== "" || value !== "") cookies.push({ name, value: keyedHash(key, value) });
    start = end + 1;
  }
  return cookies;
}

/** What the origin answered, with cookie values hashed. */
export function createResponse(
  status: number,
  fields: Fields,
  known: {
    readonly bytes: number;
    readonly durationMs: Millis;
    readonly hashKey: HashKey;
    readonly at: Millis;
    readonly tokens?: readonly Hashed[];
  },
): HttpResponse {
  let contentType = "";
  let location = "";
  let setCookies: HttpResponse["setCookies"] = [];
  const { ids, values } = fields;
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    if (id === field.contentType) contentType = mediaType(values[i] as string);
    else if (id === field.location) location = locationPath(values[i] as string);
    else if (id === field.setCookie && setCookies.length < cookiesMax)
      setCookies = [...setCookies, cookieSetFrom(values[i] as string, known.hashKey, known.at)];
  }
  return {
    status,
    bytes: known.bytes,
    durationMs: known.durationMs,
    contentType,
    location,
    setCookies,
    tokens: known.tokens ?? noHashes,
  };
}

function mediaType(value: string): string {
  const semicolon = value.indexOf(";");
  return (semicolon < 0 ? value : value.slice(0, semicolon)).trim().toLowerCase();
}

function locationPath(value: string): string {
  const path = value.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, "");
  const cut = path.search(/[?#]/);
  return cut < 0 ? path : path.slice(0, cut);
}
