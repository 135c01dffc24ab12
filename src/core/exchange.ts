/** Milliseconds since the Unix epoch, or a span in milliseconds; fractions are allowed. */
export type Millis = number;

/**
 * A keyed hash of a secret or personal value, as a non-negative safe integer (53 bits).
 * Zero means "not observed". Made only by `keyedHash`; the value itself stops at the edge.
 */
export type Hashed = number;

/** One request and, once the origin has answered, its response. Only `edge` and `readTrace` make these. */
export interface Exchange {
  /** The request id that every answer carries: the reference `gait explain` takes. Empty when read from a log. */
  readonly id: string;
  /** When the request head was complete, by the wall clock of whoever saw it. */
  readonly at: Millis;
  /** Name of the protected application this request belongs to. */
  readonly application: string;
  readonly client: Client;
  readonly request: HttpRequest;
  /** Absent until the origin answers; absent for good when we answered instead. */
  readonly response?: HttpResponse | undefined;
  /** Status of an answer that we gave in the origin's place: recorded, never learned from. Absent or 0: there was none. */
  readonly ownStatus?: number | undefined;
  /** Numbers that stand for texts of this exchange; absent where the connector gives none. */
  readonly marks?: TextMarks | undefined;
  /**
   * A number that the guard writes while it inspects and looks for when it observes, so that it need not read the same
   * request twice. A connector that keeps the object until the answer offers it by setting 0; others leave it out.
   */
  note?: number | undefined;
  /** What the connector could see. An axis that was not fully observed is unknown, never evidence. */
  readonly observes: Observes;
}

/**
 * Numbers under which a connector handed the same texts over before: equal numbers, whatever connector gave them, mean
 * equal texts, so that what was worked out about a text is found again without looking at it. 0 says nothing.
 */
export interface TextMarks {
  readonly path: number;
  readonly referer: number;
  readonly userAgent: number;
}

/** Who seems to be there: what the wire showed and what was verified about it before judgement. */
export interface Client {
  /** Canonical text form: dotted IPv4, or RFC 5952 IPv6 (IPv4-mapped addresses are written as IPv4). */
  readonly ip: string;
  /** The same as a number, when it is IPv4 and the connector has it so; -1 or absent otherwise. */
  readonly ipv4?: number | undefined;
  readonly fingerprint: Fingerprint;
  /** An agent whose identity was proven (signature, published range or forward-confirmed DNS). */
  readonly verified?: VerifiedAgent | undefined;
}

/** An agent that proved who it is. A proof of identity is not permission. */
export interface VerifiedAgent {
  readonly name: string;
  readonly operator: string;
  readonly method: "signature" | "range" | "dns";
}

/**
 * How a client presents itself on the wire. Empty string: not observed.
 * Presentation may define a cohort; it is never evidence of malice beyond its cap.
 */
export interface Fingerprint {
  /** JA4 of the TLS ClientHello (FoxIO, BSD-3-Clause part). */
  readonly ja4: string;
  /** Gait's own form of it, which resumption, WebSockets and bare addresses leave unchanged. Absent or empty: not observed. */
  readonly tls?: string | undefined;
  /** HTTP/2 settings, window update, priorities and pseudo-header order. */
  readonly h2: string;
  /** Gait's own structural hash of header names, their order and case. */
  readonly headers: string;
}

/** The parts of a request that judgement may see. Secrets are hashed or absent. */
export interface HttpRequest {
  /** As received; methods are case-sensitive (RFC 9110 section 9.1). */
  readonly method: string;
  readonly scheme: "http" | "https";
  /** Lower case, without port where it is the scheme's default. Empty when not observed. */
  readonly host: string;
  /** Path as received, without the query; always begins with "/" unless the target was `*` or an authority. */
  readonly path: string;
  /** Without the leading "?". Empty when there is none. Secret-looking values were masked at the edge. */
  readonly query: string;
  /** "HTTP/1.0", "HTTP/1.1", "HTTP/2.0"; empty when not observed. */
  readonly protocol: string;
  /** Names and values in wire order and case; names and values run in parallel. Credentials are masked. */
  readonly headers: HeaderList;
  /** Empty when absent. */
  readonly userAgent: string;
  /** Empty when absent; "-" of log formats is read as absent. */
  readonly referer: string;
  /** In the order presented, duplicates kept. */
  readonly cookies: readonly CookieSeen[];
  /** Body length in bytes; -1 when not observed. */
  readonly bodyBytes: number;
  /** Credential carried in `Authorization` or the like. 0: none or not observed. */
  readonly token: Hashed;
  /** Account the request claims (login form, token subject). 0: none or not observed. */
  readonly account: Hashed;
  /** Twenty bits of a daily-keyed password hash, memory-only; tells spraying from stuffing. 0: not observed. */
  readonly password: number;
  /** State tokens consumed by this request (CSRF, nonce, object ids), from learned slots or sampled bodies. */
  readonly tokens: readonly Hashed[];
  /** What was odd about the bytes: codes of `wire` parsers. Hostile input is evidence, not an error. */
  readonly oddities: readonly string[];
}

/** Header names and values in wire order. */
export interface HeaderList {
  readonly names: readonly string[];
  readonly values: readonly string[];
}

/** One `name=value` pair of a Cookie header. */
export interface CookieSeen {
  readonly name: string;
  readonly value: Hashed;
}

/** What the origin answered. */
export interface HttpResponse {
  readonly status: number;
  /** Body bytes sent; -1 when not observed. */
  readonly bytes: number;
  /** From request head to last byte, or whatever the log calls request time; -1 when not observed. */
  readonly durationMs: Millis;
  /** Media type without parameters, lower case. Empty when not observed. */
  readonly contentType: string;
  /** Redirect target path. Empty when there is none. */
  readonly location: string;
  readonly setCookies: readonly CookieSet[];
  /** High-entropy values issued in the body, from sampled bodies (state-token provenance), or `tokensUnseen`. */
  readonly tokens: readonly Hashed[];
}

/** One Set-Cookie header, attributes by RFC 6265bis. */
export interface CookieSet {
  readonly name: string;
  readonly value: Hashed;
  /** Empty: host-only. Lower case without leading dot. */
  readonly domain: string;
  /** Empty: the default-path of the request applies. */
  readonly path: string;
  /** Lifetime in seconds with Max-Age winning over Expires; Infinity for a session cookie; <= 0 deletes. */
  readonly maxAgeSeconds: number;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  readonly sameSite: "strict" | "lax" | "none" | "";
}

/** What a connector sees. Judgement treats everything else as unknown. */
export interface Observes {
  /** Cookie header of requests. */
  readonly cookies: boolean;
  /** Set-Cookie headers of responses: every one, only the first, or none. */
  readonly setCookie: "all" | "first" | "none";
  /** Every request header in order, only what a log line keeps, or none. */
  readonly headers: "all" | "logged" | "none";
  readonly referer: boolean;
  readonly response: boolean;
  readonly body: boolean;
  readonly tls: boolean;
  /** How late exchanges reach us after they happened. 0: inline. */
  readonly lagMs: Millis;
}

/**
 * The tokens of an answer that could have issued some and was not read whole: compressed, too long, beyond the limits of
 * sampling. What its session consumes later is unknown then, never evidence.
 */
export const tokensUnseen: readonly Hashed[] = Object.freeze([-1]);

/** A client whose presentation was not observed. */
export const noFingerprint: Fingerprint = Object.freeze({ ja4: "", h2: "", headers: "" });

/** A connector that sees everything, as the inline proxy does. */
export const observesAll: Observes = Object.freeze({
  cookies: true,
  setCookie: "all",
  headers: "all",
  referer: true,
  response: true,
  body: true,
  tls: true,
  lagMs: 0,
});
