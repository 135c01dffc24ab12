import type { IncomingMessage, ServerResponse } from "node:http";
import type { Service } from "../serve/service.ts";

/** How far a caller is trusted: the Unix socket's owner or a bearer may change things, others may look. */
export type Authority = "control" | "look";

/** One admin request, as a route sees it. */
export interface AdminRequest {
  readonly service: Service;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** One route of the admin plane. */
export interface AdminRoute {
  readonly method: "GET" | "POST" | "DELETE";
  /** Exact, or ending in `/*` for one more segment, in `/**` for whatever follows. */
  readonly path: string;
  /** `open`: answered without a token even where one is asked for. */
  readonly needs: Authority | "open";
  handle(request: AdminRequest): void | Promise<void>;
}

/** Strict on every answer: no frames, no sniffing, no referrer, nothing but our own files. */
export const securityHeaders: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

/** Answers with a whole body. */
export function answer(
  response: ServerResponse,
  status: number,
  {
    type,
    body,
    headers = {},
  }: { readonly type: string; readonly body: string; readonly headers?: Readonly<Record<string, string>> },
): void {
  response.writeHead(status, {
    ...securityHeaders,
    "content-type": type,
    "content-length": String(Buffer.byteLength(body)),
    ...headers,
  });
  response.end(body);
}

/** Answers with one JSON document. */
export function answerJson(response: ServerResponse, status: number, value: unknown): void {
  answer(response, status, { type: "application/json; charset=utf-8", body: `${JSON.stringify(value)}\n` });
}

/** The headers of an answer that stays open. */
export function streamHeaders(type: string): Readonly<Record<string, string>> {
  return { ...securityHeaders, "content-type": type };
}
