import type { HttpRequest } from "#core";

/** Headers that a proxy, a connection or the visit itself adds: they say nothing of the program that sent the request. */
const foreign =
  /^(:.*|host|connection|cookie|referer|origin|range|if-.*|cache-control|pragma|content-.*|transfer-encoding|te|via|forwarded|x-forwarded-.*|x-real-ip|true-client-ip|cf-.*|cdn-loop|x-request-id|x-amzn-.*|x-envoy-.*|traceparent|tracestate)$/;

/**
 * Who a request presents itself as: its user agent, and the set of headers that its program sends. Order is left out because
 * content networks shuffle it; header-shape watches order where the wire is ours. A grouping, never evidence by itself.
 */
export function presentationKey(request: HttpRequest): string {
  const names = new Set<string>();
  for (const name of request.headers.names) {
    const lower = name.toLowerCase();
    if (!foreign.test(lower)) names.add(lower);
  }
  return `${request.userAgent}\n${[...names].sort().join(",")}`;
}
