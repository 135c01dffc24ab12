import type { HeaderList } from "#core";
import { type InnerList, type Item, parseDictionary, renderMember } from "./structured-fields.ts";

/** The parts of a request that a signature can cover, as received. */
export interface SignedRequest {
  readonly method: string;
  readonly scheme: "http" | "https";
  /** The Host header or `:authority`, with port as sent. */
  readonly authority: string;
  /** As received, without the query. */
  readonly path: string;
  /** Without "?". `undefined` or empty: none. */
  readonly query: string;
  readonly headers: HeaderList;
}

/** Lower case, without the scheme's default port (RFC 9421 section 2.2.3). */
export function normalAuthority(request: Pick<SignedRequest, "authority" | "scheme">): string {
  const lower = request.authority.toLowerCase();
  const ending = request.scheme === "https" ? ":443" : ":80";
  return lower.endsWith(ending) ? lower.slice(0, -ending.length) : lower;
}

/** All values of a header joined as RFC 9421 section 2.1 asks; undefined when it is absent. */
export function headerValue(headers: HeaderList, name: string): string | undefined {
  let joined: string | undefined;
  for (let i = 0; i < headers.names.length; i++) {
    if ((headers.names[i] ?? "").toLowerCase() !== name) continue;
    const value = (headers.values[i] ?? "").trim();
    joined = joined === undefined ? value : `${joined}, ${value}`;
  }
  return joined;
}

/**
 * The text that was signed (RFC 9421 section 2.5), or why it cannot be built: a covered part that the request does
 * not have, is covered twice, or that this verifier does not support (`sf`, `bs`, `tr`, `req`, `@query-param`, `@status`).
 */
export function signatureBase(request: SignedRequest, covered: InnerList): { base: string } | { problem: string } {
  const lines: string[] = [];
  const seen = new Set<string>();
  for (const item of covered.items) {
    if (item.value.kind !== "string") return { problem: "a covered component is not a string" };
    const identifier = renderMember(item);
    if (seen.has(identifier)) return { problem: `${identifier} is covered twice` };
    seen.add(identifier);
    const value = componentValue(request, item.value.value, item);
    if (value === undefined) return { problem: `${identifier} is not in the request, or not supported` };
    if (/[\r\n]/.test(value)) return { problem: `${identifier} holds a line break` };
    lines.push(`${identifier}: ${value}`);
  }
  lines.push(`"@signature-params": ${renderMember(covered)}`);
  return { base: lines.join("\n") };
}

function componentValue(request: SignedRequest, name: string, item: Item): string | undefined {
  const parameters = item.parameters;
  if (name.startsWith("@")) return parameters.length === 0 ? derived(request, name) : undefined;
  if (name !== name.toLowerCase()) return undefined;
  const value = headerValue(request.headers, name);
  if (value === undefined || parameters.length === 0) return value;
  const [parameter] = parameters;
  if (parameters.length !== 1 || parameter?.[0] !== "key" || parameter[1].kind !== "string") return undefined;
  const member = parseDictionary(value)?.get(parameter[1].value);
  return member === undefined ? undefined : renderMember(member);
}

function derived(request: SignedRequest, name: string): string | undefined {
  const path = request.path === "" ? "/" : request.path;
  const target = request.query === "" ? path : `${path}?${request.query}`;
  switch (name) {
    case "@method":
      return request.method;
    case "@authority":
      return normalAuthority(request);
    case "@scheme":
      return request.scheme;
    case "@path":
      return path;
    case "@query":
      return `?${request.query}`;
    case "@request-target":
      return target;
    case "@target-uri":
      return `${request.scheme}://${normalAuthority(request)}${target}`;
    default:
      return undefined;
  }
}
