import { logLimits } from "#core";

/** Request headers as a structured log keeps them: names and values in the log's order. */
export interface HeaderLists {
  readonly names: string[];
  readonly values: string[];
}

/** Headers whose values are secrets: the name stays, the value goes. */
const secretHeaders = new Set([
  "cookie",
  "authorization",
  "proxy-authorization",
  "x-api-key",
  "x-auth-token",
  "x-csrf-token",
]);

export function emptyHeaders(lists: HeaderLists): void {
  lists.names.length = 0;
  lists.values.length = 0;
}

/** Adds one header; at most `headersMax` are kept. */
export function addHeader(lists: HeaderLists, name: string, value: string): void {
  if (lists.names.length >= logLimits.headersMax.default) return;
  lists.names.push(name);
  lists.values.push(secretHeaders.has(name.toLowerCase()) ? "" : value.slice(0, logLimits.fieldBytesMax.default));
}
