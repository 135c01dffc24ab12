import { type Fields, FieldsDraft, field, fieldValue, type RequestHead } from "#wire";
import type { OwnDocument } from "../actions/action.ts";
import type { AnswerHead } from "./seam.ts";

/** An answer of our own making. */
export interface LocalAnswer {
  readonly head: AnswerHead;
  readonly body: Buffer;
}

const titles: Readonly<Record<number, string>> = {
  400: "The request could not be understood",
  403: "This request was not let through",
  405: "This method is not served here",
  408: "The request took too long",
  413: "The request body is too large",
  414: "The request target is too long",
  417: "This expectation cannot be met",
  421: "This host is not served here",
  426: "Another WebSocket version is needed",
  429: "Too many requests",
  431: "The request headers are too large",
  500: "Something went wrong here",
  501: "This is not supported here",
  502: "The server behind this gateway gave no usable answer",
  503: "The service is not available at the moment",
  504: "The server behind this gateway took too long",
  505: "This HTTP version is not supported here",
};

const reasons: Readonly<Record<number, string>> = {
  200: "OK",
  400: "Bad Request",
  403: "Forbidden",
  405: "Method Not Allowed",
  408: "Request Timeout",
  413: "Content Too Large",
  414: "URI Too Long",
  417: "Expectation Failed",
  421: "Misdirected Request",
  426: "Upgrade Required",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  505: "HTTP Version Not Supported",
};

/** The document that the gateway has for a request, as an answer: `text` as it is, with what HTTP needs. */
export function documentFor(
  documents: ReadonlyMap<string, { readonly contentType: string; readonly text: string }> | undefined,
  head: RequestHead,
): LocalAnswer | undefined {
  const document = documents?.get(head.path);
  if (document === undefined || (head.method !== "GET" && head.method !== "HEAD")) return undefined;
  const body = Buffer.from(document.text, "utf8");
  const draft = new FieldsDraft();
  draft.push("Date", new Date().toUTCString(), { id: field.date, hash: 0 });
  draft.push("Content-Type", document.contentType, { id: field.contentType, hash: 0 });
  draft.push("Cache-Control", "max-age=3600", { id: field.cacheControl, hash: 0 });
  return localAnswer({ status: 200, fields: draft, body, isHead: head.method === "HEAD", close: false });
}

/**
 * A refusal as people and programs can read it: a small page for browsers, RFC 9457 problem details otherwise. The
 * reference is all it tells: which evidence decided is for the operator, never for the client.
 */
export function createAnswer(
  status: number,
  reference: string,
  known: {
    readonly head?: RequestHead;
    readonly retryAfterSeconds?: number;
    readonly title?: string;
    readonly location?: string;
    readonly close?: boolean;
    readonly headers?: readonly { readonly name: string; readonly value: string }[];
    readonly document?: OwnDocument;
    readonly appealPath?: string | undefined;
  } = {},
): LocalAnswer {
  if (known.document !== undefined) return createOwnAnswer(status, known.document, known);
  const title = known.title ?? titles[status] ?? "Request refused";
  const asPage = known.head !== undefined && prefersPage(known.head.fields);
  // Only what policy refuses can be appealed against: a broken request or an origin that is away is nobody's mistake of ours.
  const appeal = status === 403 || status === 429 ? (known.appealPath ?? "") : "";
  const told = { status, title, reference, location: known.location ?? "", appeal };
  const text = asPage ? renderPage(told) : renderProblem(told);
  const body = Buffer.from(text, "utf8");
  const draft = new FieldsDraft();
  const add = (name: string, value: string, id: number = field.other): void => draft.push(name, value, { id, hash: 0 });
  add("Date", new Date().toUTCString(), field.date);
  add("Content-Type", asPage ? "text/html; charset=utf-8" : "application/problem+json", field.contentType);
  add("Cache-Control", "no-store", field.cacheControl);
  if (known.retryAfterSeconds !== undefined) add("Retry-After", String(known.retryAfterSeconds));
  if (status === 426) add("Sec-WebSocket-Version", "13", field.secWebsocketVersion);
  if (status === 405) add("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  if (status === 401 || status === 403 || status === 429)
    for (const { name, value } of known.headers ?? []) add(name, value);
  return localAnswer({
    status,
    fields: draft,
    body,
    isHead: known.head?.method === "HEAD",
    close: known.close === true,
  });
}

/** An answer of an action's own, which nobody may keep. */
function createOwnAnswer(
  status: number,
  { contentType, text, headers }: OwnDocument,
  known: { readonly head?: RequestHead; readonly close?: boolean },
): LocalAnswer {
  const body = Buffer.from(text, "utf8");
  const draft = new FieldsDraft();
  draft.push("Date", new Date().toUTCString(), { id: field.date, hash: 0 });
  draft.push("Content-Type", contentType, { id: field.contentType, hash: 0 });
  draft.push("Cache-Control", "no-store", { id: field.cacheControl, hash: 0 });
  for (const [name, value] of headers) draft.push(name, value, { id: field.other, hash: 0 });
  return localAnswer({
    status,
    fields: draft,
    body,
    isHead: known.head?.method === "HEAD",
    close: known.close === true,
  });
}

function localAnswer(parts: {
  readonly status: number;
  readonly fields: FieldsDraft;
  readonly body: Buffer;
  readonly isHead: boolean;
  readonly close: boolean;
}): LocalAnswer {
  const { status, fields, body, isHead, close } = parts;
  return {
    head: {
      status,
      reason: reasons[status] ?? "",
      minor: 1,
      fields,
      framing: isHead ? "none" : "length",
      contentLength: body.length,
      persistent: !close,
      nominated: [],
    },
    body: isHead ? Buffer.alloc(0) : body,
  };
}

function prefersPage(fields: Fields): boolean {
  const accept = fieldValue(fields, field.accept);
  return accept.includes("text/html");
}

interface Told {
  readonly status: number;
  readonly title: string;
  readonly reference: string;
  /** A path of the application where a person can go on, or "". */
  readonly location: string;
  /** Where a mistake can be reported, or "". */
  readonly appeal: string;
}

function renderProblem({ status, title, reference, location, appeal }: Told): string {
  const more = { ...(location === "" ? {} : { verification: location }), ...(appeal === "" ? {} : { appeal }) };
  return `${JSON.stringify({ type: "about:blank", title, status, reference, ...more })}\n`;
}

/** The reference was made here or passed `[A-Za-z0-9._-]`, titles and locations are ours: nothing in this page is a client's text. */
function renderPage({ status, title, reference, location, appeal }: Told): string {
  const said = `tell the site's operator this reference: <code>${reference}</code>`;
  const mistake =
    appeal === ""
      ? said
      : `<a href="${escaped(appeal)}?reference=${reference}">tell us</a>. The reference is <code>${reference}</code>`;
  const onward = location === "" ? "" : `<p><a href="${escaped(location)}">Go on</a></p>\n`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${status} ${title}</title>
<style>body{font:1.1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1rem}code{user-select:all}</style>
<h1>${title}</h1>
${onward}<p>If you think this is a mistake, ${mistake}</p>
</html>
`;
}

/** A rule's author may write what a page must not take for markup. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
