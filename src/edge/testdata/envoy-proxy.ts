import { join } from "node:path";
import { type ClientDuplexStream, credentials, loadPackageDefinition } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import type { IncomingMessage } from "node:http";
import { type ContractAnswer, type ContractQuestion, startContractProxy } from "./contract-proxy.ts";
import type { RealProxy } from "./real-proxy.ts";

interface HeaderOption {
  readonly header: { readonly key: string; readonly value: string };
}
interface CheckResponse {
  readonly status: { readonly code?: number };
  readonly ok_response?: { readonly headers: readonly HeaderOption[]; readonly headers_to_remove: readonly string[]; readonly response_headers_to_add: readonly HeaderOption[] };
  readonly denied_response?: { readonly status: { readonly code: number }; readonly headers: readonly HeaderOption[]; readonly body: string };
}
interface Mutation {
  readonly set_headers: readonly HeaderOption[];
  readonly remove_headers: readonly string[];
}
interface ProcessingResponse {
  readonly request_headers?: { readonly response: { readonly header_mutation: Mutation } };
  readonly response_headers?: { readonly response: { readonly header_mutation: Mutation } };
  readonly immediate_response?: { readonly status: { readonly code: number }; readonly headers: Mutation; readonly body: Buffer };
}
interface Stub {
  Check(request: unknown, done: (error: Error | null, response: CheckResponse) => void): void;
  Process(): ClientDuplexStream<unknown, ProcessingResponse>;
  close(): void;
}

const folder = join(import.meta.dirname, "envoy");

/** A client of Envoy's published contract: grpc-js with the published field numbers, none of our own codec. */
export function envoyStub(service: "Authorization" | "ExternalProcessor", port: number): Stub {
  const file = service === "Authorization" ? "external_auth.proto" : "external_processor.proto";
  const definition = loadSync(file, { includeDirs: [folder], keepCase: true, defaults: false, arrays: true, longs: Number });
  const name = service === "Authorization" ? "envoy.service.auth.v3.Authorization" : "envoy.service.ext_proc.v3.ExternalProcessor";
  let found: unknown = loadPackageDefinition(definition);
  for (const part of name.split(".")) found = (found as Record<string, unknown>)[part];
  const Client = found as new (address: string, credentials: unknown, options: unknown) => Stub;
  return new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 300,
    // One connection per stub, also where tests open several to one port.
    "grpc.use_local_subchannel_pool": 1,
  });
}

function pairs(request: IncomingMessage): (readonly [string, string])[] {
  const { rawHeaders } = request;
  return rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [[name.toLowerCase(), rawHeaders[i + 1] ?? ""] as const] : []));
}

function recordOf(options: readonly HeaderOption[] = []): Record<string, string> {
  return Object.fromEntries(options.map(({ header }) => [header.key, header.value]));
}

/** Envoy with `ext_authz` over gRPC and `failure_mode_allow`. */
export async function startExtAuthz(ports: { readonly originPort: number; readonly gaitPort: number }): Promise<RealProxy> {
  const stub = envoyStub("Authorization", ports.gaitPort);
  const open = (request: IncomingMessage): ContractQuestion => ({
    ask: () =>
      new Promise<ContractAnswer>((resolve, reject) => {
        const headers = pairs(request).filter(([name]) => name !== "host");
        const http = { id: "1", method: request.method, path: request.url, host: request.headers.host, scheme: "http", protocol: "HTTP/1.1", size: -1, header_map: { headers: headers.map(([key, value]) => ({ key, raw_value: Buffer.from(value, "latin1") })) } };
        const source = { address: { socket_address: { address: request.socket.remoteAddress, port_value: request.socket.remotePort } } };
        stub.Check({ attributes: { source, request: { http }, context_extensions: { unknown: "to be skipped" } } }, (error, found) => {
          if (error !== null) reject(error);
          else resolve(checked(found));
        });
      }),
  });
  return startContractProxy(ports, open, () => stub.close());
}

function checked({ status, ok_response: ok, denied_response: denied }: CheckResponse): ContractAnswer {
  if ((status.code ?? 0) !== 0 || denied !== undefined) return { kind: "refuse", status: denied?.status.code ?? 403, headers: recordOf(denied?.headers), body: denied?.body ?? "" };
  return { kind: "pass", set: recordOf(ok?.headers), removed: ok?.headers_to_remove ?? [], answerHeaders: recordOf(ok?.response_headers_to_add) };
}

/** Envoy with `ext_proc` over gRPC, request and response headers sent, and `failure_mode_allow`. */
export async function startExtProc(ports: { readonly originPort: number; readonly gaitPort: number }): Promise<RealProxy> {
  const stub = envoyStub("ExternalProcessor", ports.gaitPort);
  return startContractProxy(ports, (request) => processing(stub, request), () => stub.close());
}

function processing(stub: Stub, request: IncomingMessage): ContractQuestion {
  const call = stub.Process();
  let waiting: { resolve(found: ProcessingResponse): void; reject(error: Error): void } | undefined;
  call.on("data", (found: ProcessingResponse) => waiting?.resolve(found));
  call.on("error", (error: Error) => waiting?.reject(error));
  const exchange = (message: unknown): Promise<ProcessingResponse> =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject };
      call.write(message);
    });
  const map = (headers: readonly (readonly [string, string])[]): unknown => ({ headers: headers.map(([key, value]) => ({ key, raw_value: Buffer.from(value, "latin1") })) });
  return {
    async ask() {
      const pseudo = [[":method", request.method ?? ""], [":path", request.url ?? ""], [":authority", request.headers.host ?? ""], [":scheme", "http"]] as const;
      const attributes = { "envoy.filters.http.ext_proc": { fields: { "source.address": { string_value: `${request.socket.remoteAddress}:${request.socket.remotePort}` } } } };
      const found = await exchange({ request_headers: { headers: map([...pseudo, ...pairs(request).filter(([name]) => name !== "host")]) }, attributes });
      const refused = found.immediate_response;
      if (refused !== undefined) return { kind: "refuse", status: refused.status.code, headers: recordOf(refused.headers.set_headers), body: refused.body.toString() };
      const mutation = found.request_headers?.response.header_mutation;
      return { kind: "pass", set: recordOf(mutation?.set_headers), removed: mutation?.remove_headers ?? [], answerHeaders: {} };
    },
    async answered(status, headers) {
      const found = await exchange({ response_headers: { headers: map([[":status", String(status)], ...headers]) } });
      return recordOf(found.response_headers?.response.header_mutation.set_headers);
    },
    done: () => call.end(),
  };
}
