/** Methods that may be sent twice with the effect of once (RFC 9110 section 9.2.2). */
export const idempotent: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "OPTIONS",
  "PUT",
  "DELETE",
  "PROPFIND",
  "SEARCH",
  "REPORT",
  "QUERY",
]);
