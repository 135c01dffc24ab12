/** Browser engines whose connections can be told apart. */
export type BrowserFamily = "chromium" | "firefox" | "safari" | "other";

/**
 * Orders in which each engine sends HTTP/2's pseudo-headers. Read from recorded openings of Chrome 98-150, Edge 98-120,
 * Firefox 133-144 and Safari 15-26 (public collections of browser signatures); no version of one has been seen with another's.
 */
const pseudoOrders: Readonly<Record<Exclude<BrowserFamily, "other">, readonly string[]>> = {
  chromium: ["m,a,s,p"],
  firefox: ["m,p,a,s"],
  safari: ["m,s,p,a", "m,s,a,p"],
};

/**
 * True when the connection is none that the claimed browser makes: a TLS hello below 1.3 or without ALPN, or an HTTP/2
 * opening whose pseudo-headers come in another engine's order (Go: `a,m,p,s`, nghttp2 and curl: `m,p,s,a`).
 *
 * Empty fingerprints (not observed) say nothing. Benign cause: an intercepting proxy that speaks for the browser. Evasion:
 * libraries that imitate a browser's opening byte for byte.
 *
 * @param connection `ja4` (begins with transport, TLS version, SNI, counts and ALPN: `t13d1516h2`) and `h2` as the edge renders them.
 */
export function contradictsConnection(
  family: BrowserFamily,
  connection: { readonly ja4: string; readonly h2: string },
): boolean {
  const { ja4, h2 } = connection;
  if (ja4.length >= 10 && ja4.startsWith("t") && (Number(ja4.slice(1, 3)) < 13 || ja4.slice(8, 10) === "00"))
    return true;
  if (family === "other" || h2 === "") return false;
  const order = h2.slice(h2.lastIndexOf("|") + 1);
  // An opening whose first request came late has no order; an extended CONNECT (`o`) is ordered differently.
  if (order.length !== 7) return false;
  return !pseudoOrders[family].includes(order);
}
