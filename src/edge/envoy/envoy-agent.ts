import { type Action, type Observes, observesAll } from "#core";
import {
  canonicalAddress,
  type EnvoyAnswer,
  type EnvoyHeader,
  type EnvoyRequest,
  FieldsDraft,
  fieldIdOf,
  isRefusal,
  type ProcessingRequest,
  readCheckRequest,
  readProcessingRequest,
  renderCheckResponse,
  renderRequestProcessed,
  renderResponseProcessed,
  renderWavedThrough,
} from "#wire";
import { type Decided, type DecisionService, readAskedHead } from "../beside/decision-service.ts";
import {
  type GrpcCall,
  GrpcFault,
  type GrpcMethod,
  type GrpcServer,
  grpcStatus,
  openGrpcServer,
} from "./grpc-server.ts";

/** What Envoy shows through `ext_proc`: names in lower case and in Envoy's order, so headers count as logged only. */
export const envoyObserves: Observes = Object.freeze({ ...observesAll, headers: "logged", tls: false, body: false });

/** What Envoy shows through `ext_authz`: the request alone. The cookie axes are off. */
export const envoyCheckObserves: Observes = Object.freeze({ ...envoyObserves, setCookie: "none", response: false });

const checkPath = "/envoy.service.auth.v3.Authorization/Check";
const processPath = "/envoy.service.ext_proc.v3.ExternalProcessor/Process";

/**
 * Answers Envoy over gRPC: `ext_authz` (one question a request) and `ext_proc` (the request's headers and the answer's).
 * Configure one of them, not both. When the engine fails the call ends in a gRPC error, never in a denial, so that
 * Envoy's own `failure_mode_allow` decides.
 */
export function openEnvoyAgent(
  service: DecisionService,
  listen: { readonly host: string; readonly port: number },
): Promise<GrpcServer> {
  const methods = new Map<string, GrpcMethod>([
    [checkPath, { kind: "unary", open: () => ({ message: (bytes) => check(service, bytes), end: () => undefined }) }],
    [processPath, { kind: "stream", open: () => new Processing(service) }],
  ]);
  const timer = setInterval(() => service.expire(), 5_000).unref();
  return openGrpcServer(listen, methods).then(
    (server) => ({
      port: server.port,
      close() {
        clearInterval(timer);
        return server.close();
      },
    }),
    (error: unknown) => {
      clearInterval(timer);
      throw error;
    },
  );
}

function check(service: DecisionService, bytes: Buffer): Buffer {
  const request = readCheckRequest(bytes);
  if (request === undefined) throw new GrpcFault(grpcStatus.invalidArgument, "this is no CheckRequest");
  return renderCheckResponse(decide(service, request, envoyCheckObserves).answer);
}

/** One request of a client, as `ext_proc` tells of it: a stream that Envoy ends when the answer is complete. */
class Processing implements GrpcCall {
  readonly #service: DecisionService;
  #reference = "";
  #askedAt = 0;

  constructor(service: DecisionService) {
    this.#service = service;
  }

  message(bytes: Buffer): Buffer {
    const asked = readProcessingRequest(bytes);
    if (asked === undefined) throw new GrpcFault(grpcStatus.invalidArgument, "this is no ProcessingRequest");
    if (asked.kind === "other") return renderWavedThrough(asked.part);
    return asked.kind === "request-headers" ? this.#request(asked) : this.#response(asked.headers);
  }

  #request({ headers, attributes }: Exclude<ProcessingRequest, { kind: "other" }>): Buffer {
    const of = (name: string): string => headers.find(([found]) => found === name)?.[1] ?? "";
    const request = {
      method: of(":method"),
      target: of(":path"),
      host: of(":authority"),
      scheme: of(":scheme"),
      address: attributes.get("source.address") ?? "",
      headers,
    };
    this.#askedAt = performance.now();
    const { answer, reference } = decide(this.#service, request, envoyObserves);
    if (answer.kind === "pass") this.#reference = reference;
    return renderRequestProcessed(answer);
  }

  #response(headers: readonly EnvoyHeader[]): Buffer {
    const reference = this.#reference;
    if (reference === "") throw new GrpcFault(grpcStatus.invalidArgument, "an answer without its request");
    this.#reference = "";
    const fields = new FieldsDraft();
    let status = 0;
    for (const [name, value] of headers) {
      if (name === ":status") status = Number(value);
      else fields.push(name, value, { id: fieldIdOf(name), hash: 0 });
    }
    const durationMs = performance.now() - this.#askedAt;
    this.#service.settle(reference, { status, fields, bytes: -1, durationMs });
    return renderResponseProcessed([["x-request-id", reference]]);
  }

  end(): void {
    if (this.#reference === "") return;
    // Envoy gave the request up before its answer: the client left, or the origin failed.
    this.#service.settle(this.#reference, { status: 0, fields: new FieldsDraft(), bytes: -1, durationMs: -1 });
    this.#reference = "";
  }
}

const slowing: ReadonlySet<Action> = new Set(["throttle", "tarpit"]);
const passing: ReadonlySet<Action> = new Set(["allow", "tag", "log"]);
/** Headers of Envoy's own making, and pseudo-headers: not part of what the client sent. */
const ours =
  /^:|^x-envoy-|^x-forwarded-|^x-request-id$|^x-gait-|^content-length$|^transfer-encoding$|^connection$|^host$/;
const claims = ["x-gait-kind", "x-gait-score", "x-gait-action", "x-gait-agent"] as const;
const forbidden = 403;
const slowDown = 429;

function decide(
  service: DecisionService,
  request: EnvoyRequest,
  observes: Observes,
): { readonly answer: EnvoyAnswer; readonly reference: string } {
  const { method, target, host, scheme, headers } = request;
  let lines = `Host: ${host}\r\n`;
  let id = "";
  for (const [name, value] of headers) {
    if (name === "x-request-id") id = value;
    if (!ours.test(name)) lines += `${name}: ${value}\r\n`;
  }
  const head = readAskedHead(method, target, `${lines}\r\n`);
  if (isRefusal(head)) return { answer: refusal(head.status, ""), reference: "" };
  const peer = canonicalAddress(request.address.replace(/^\[?([^\]]*?)\]?:\d{1,5}$/, "$1"));
  if (peer === "") throw new GrpcFault(grpcStatus.invalidArgument, "the client's address is missing (source.address)");
  const decided = service.decide({
    id: /^[A-Za-z0-9._-]{8,128}$/.test(id) ? id : "",
    head,
    observes,
    facts: {
      peer,
      trusted: true,
      scheme: scheme === "https" ? "https" : "http",
      ja4: "",
      tls: "",
      h2: "",
      oddities: [],
    },
  });
  if (decided.failure !== "") throw new GrpcFault(grpcStatus.internal, "the engine could not judge this request");
  return { answer: answerOf(decided), reference: decided.reference };
}

function answerOf({ action, verdict, reference }: Decided): EnvoyAnswer {
  if (!passing.has(action)) return refusal(slowing.has(action) ? slowDown : forbidden, reference);
  const told: EnvoyHeader[] =
    action === "tag"
      ? [
          ["x-gait-kind", verdict.kind],
          ["x-gait-score", String(Math.round(verdict.score.total))],
        ]
      : [];
  const names = new Set(told.map(([name]) => name));
  return {
    kind: "pass",
    requestHeaders: [...told, ["x-request-id", reference]],
    removed: claims.filter((name) => !names.has(name)),
    responseHeaders: [["x-request-id", reference]],
  };
}

function refusal(status: number, reference: string): EnvoyAnswer {
  const body = JSON.stringify({ type: "about:blank", status, ...(reference === "" ? {} : { reference }) });
  return {
    kind: "refuse",
    status,
    headers: [
      ["content-type", "application/problem+json"],
      ["cache-control", "no-store"],
      ...(reference === "" ? [] : [["x-request-id", reference] as const]),
      ...(status === slowDown ? [["retry-after", "5"] as const] : []),
    ],
    body,
  };
}
