import type { IncomingMessage, OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { TLSSocket } from "node:tls";
import { type Action, type Observes, observesAll } from "#core";
import { canonicalAddress, type Fields, FieldsDraft, fieldIdOf, isRefusal, type NetworkSet } from "#wire";
import { type Decided, type DecisionService, readAskedHead } from "../beside/decision-service.ts";
import { clientOrigin } from "../proxy/client-address.ts";

/** What middleware inside a Node application sees: everything but TLS and bodies. */
export const nodeObserves: Observes = Object.freeze({ ...observesAll, tls: false, body: false });

/** An answer in the application's place; the same words whatever the reason, so that nothing tells what decided. */
export interface RefusalAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Judges requests inside a Node application. */
export interface NodeMiddleware {
  /**
   * Judges one request. Undefined: hand it to the application, whose answer is then learned from. Otherwise it must not
   * be handed on, and the refusal is to be sent.
   */
  judge(request: IncomingMessage, response: ServerResponse): RefusalAnswer | undefined;
  /** Judges, and sends the refusal itself. True: hand the request to the application. */
  passes(request: IncomingMessage, response: ServerResponse): boolean;
}

const hopsMax = 32;
const slowing: ReadonlySet<Action> = new Set(["throttle", "tarpit"]);
const passing: ReadonlySet<Action> = new Set(["allow", "tag", "log"]);

/**
 * Makes the middleware. It reads the raw header list, so order, case and duplicates are judged as they were sent, and
 * watches the answer's head for status and cookies; bodies are not touched.
 *
 * @param trusted Proxies whose X-Forwarded-For is believed.
 */
export function createNodeMiddleware(service: DecisionService, trusted: NetworkSet): NodeMiddleware {
  const judge: NodeMiddleware["judge"] = (request, response) => {
    const startedAt = performance.now();
    const head = readAskedHead(request.method ?? "", request.url ?? "", headerLines(request));
    if (isRefusal(head)) return refusal(400, "");
    const peer = canonicalAddress(request.socket.remoteAddress ?? "");
    const encrypted = (request.socket as TLSSocket).encrypted === true;
    const scheme = encrypted ? ("https" as const) : ("http" as const);
    const facts = { peer, trusted: trusted.has(peer), scheme, ja4: "", tls: "", h2: "", oddities: [] };
    const origin = clientOrigin(facts, head.fields, { trusted, hopsMax });
    const decided = service.decide({ id: "", head, facts: { ...facts, peer: origin.ip, scheme: origin.scheme } });
    response.setHeader("X-Request-Id", decided.reference);
    if (!passing.has(decided.action)) return refusal(slowing.has(decided.action) ? 429 : 403, decided.reference);
    tell(request, decided);
    watch(response, (status, fields) => {
      const durationMs = performance.now() - startedAt;
      service.settle(decided.reference, { status, fields, bytes: -1, durationMs });
    });
    return undefined;
  };
  return {
    judge,
    passes(request, response) {
      const refused = judge(request, response);
      if (refused !== undefined) response.writeHead(refused.status, { ...refused.headers }).end(refused.body);
      return refused === undefined;
    },
  };
}

function headerLines({ rawHeaders, headers }: IncomingMessage): string {
  let lines = headers.host === undefined ? "Host: \r\n" : "";
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) lines += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`;
  return `${lines}\r\n`;
}

/** What the application may read about the verdict; a client's own claims under these names are forgotten. */
function tell(request: IncomingMessage, { action, verdict }: Decided): void {
  for (const name of Object.keys(request.headers)) if (name.startsWith("x-gait-")) delete request.headers[name];
  if (action !== "tag") return;
  request.headers["x-gait-kind"] = verdict.kind;
  request.headers["x-gait-score"] = String(Math.round(verdict.score.total));
}

function refusal(status: number, reference: string): RefusalAnswer {
  const title = titles[status] ?? "Request refused";
  const body = JSON.stringify({ type: "about:blank", title, status, ...(reference === "" ? {} : { reference }) });
  const headers = {
    "Content-Type": "application/problem+json",
    "Content-Length": String(Buffer.byteLength(body)),
    "Cache-Control": "no-store",
    ...(reference === "" ? {} : { "X-Request-Id": reference }),
    ...(status === 429 ? { "Retry-After": "5" } : {}),
  };
  return { status, headers, body };
}

const titles: Readonly<Record<number, string>> = {
  400: "The request could not be understood",
  403: "This request was not let through",
  429: "Too many requests",
};

type HeadersArgument = OutgoingHttpHeaders | readonly OutgoingHttpHeader[] | undefined;

/** Calls `report` once with the answer's head, also when the client leaves early; headers given to writeHead count too. */
function watch(response: ServerResponse, report: (status: number, fields: Fields) => void): void {
  let late: HeadersArgument;
  const writeHead = response.writeHead.bind(response) as (...args: readonly unknown[]) => ServerResponse;
  response.writeHead = ((...args: readonly unknown[]) => {
    const last = args.at(-1);
    if (typeof last === "object" && last !== null) late = last as HeadersArgument;
    return writeHead(...args);
  }) as typeof response.writeHead;
  response.once("close", () =>
    report(response.headersSent ? response.statusCode : 0, fieldsOf(response.getHeaders(), late)),
  );
}

function fieldsOf(early: OutgoingHttpHeaders, late: HeadersArgument): Fields {
  const draft = new FieldsDraft();
  const push = (name: string, value: OutgoingHttpHeader | undefined): void => {
    for (const one of Array.isArray(value) ? value : value === undefined ? [] : [value]) {
      draft.push(name, String(one), { id: fieldIdOf(name.toLowerCase()), hash: 0 });
    }
  };
  const lateNames = new Set<string>();
  for (const [name, value] of pairsOf(late)) {
    lateNames.add(name.toLowerCase());
    push(name, value);
  }
  for (const [name, value] of Object.entries(early)) if (!lateNames.has(name)) push(name, value);
  return draft;
}

function pairsOf(headers: HeadersArgument): readonly (readonly [string, OutgoingHttpHeader | undefined])[] {
  if (headers === undefined) return [];
  if (!Array.isArray(headers)) return Object.entries(headers as OutgoingHttpHeaders);
  if (headers.every((one) => Array.isArray(one)))
    return headers.map((pair) => [String((pair as unknown[])[0]), String((pair as unknown[])[1])]);
  const pairs: (readonly [string, OutgoingHttpHeader])[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2)
    pairs.push([String(headers[i]), headers[i + 1] as OutgoingHttpHeader]);
  return pairs;
}
