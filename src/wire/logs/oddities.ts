/**
 * What was odd about a logged request, by its client's doing. Hostile input is evidence, not an error: the line
 * counts as parsed and carries these codes.
 *
 * - `tls-on-plain-port`: the request line begins like a TLS ClientHello (RFC 8446 section 5.1: 22, 3, x).
 * - `binary-request-line`: control bytes where only visible ASCII may stand (RFC 9112 section 3).
 * - `nul-byte`: a NUL somewhere in the request line.
 * - `empty-request`: a connection that sent no request line at all.
 * - `no-http-version`: a request line of two words (HTTP/0.9) or without `HTTP/x.y` at its end.
 * - `garbled-request-line`: none of the above, and still not `METHOD target HTTP/x.y`.
 * - `absolute-target`: an absolute URI as request target, as sent to open proxies.
 * - `space-in-target`: more than two spaces in the request line.
 * - `field-cut`: a field longer than is read.
 */
export type Oddity =
  | "tls-on-plain-port"
  | "binary-request-line"
  | "nul-byte"
  | "empty-request"
  | "no-http-version"
  | "garbled-request-line"
  | "absolute-target"
  | "space-in-target"
  | "field-cut";
