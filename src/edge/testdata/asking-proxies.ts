import { type IncomingMessage, request as send } from "node:http";
import { type ContractAnswer, startContractProxy } from "./contract-proxy.ts";
import type { RealProxy } from "./real-proxy.ts";

interface Ports {
  readonly originPort: number;
  readonly gaitPort: number;
}

const claims = ["x-gait-kind", "x-gait-score", "x-gait-action", "x-gait-agent"];

/** Traefik's `forwardAuth` with the middleware of deploy/traefik: `trustForwardHeader: false`, three headers copied back. */
export function startTraefikContract(ports: Ports): Promise<RealProxy> {
  return startContractProxy(ports, (request) => ({ ask: () => askTraefik(request, ports.gaitPort) }), () => undefined);
}

function askTraefik(request: IncomingMessage, port: number): Promise<ContractAnswer> {
  const headers = { ...request.headers };
  for (const name of Object.keys(headers)) if (name.startsWith("x-forwarded-") || name === "x-real-ip" || name === "connection" || name === "content-length") delete headers[name];
  const told = {
    "x-forwarded-method": request.method,
    "x-forwarded-proto": "http",
    "x-forwarded-host": request.headers.host,
    "x-forwarded-uri": request.url,
    "x-forwarded-for": request.socket.remoteAddress,
  };
  return ask({ port, method: "GET", path: "/check", headers: { ...headers, ...told } });
}

/** The client's address in this contract: not loopback, which is trusted here because the proxy asks from it. */
export const outsideAddress = "203.0.113.77";

/** Envoy's `ext_authz` over HTTP: the client's own method, path and headers, its address appended to X-Forwarded-For. */
export function startExtAuthzHttp(ports: Ports): Promise<RealProxy> {
  const question = (request: IncomingMessage): Promise<ContractAnswer> => {
    const before = request.headers["x-forwarded-for"];
    const address = `${before === undefined ? "" : `${String(before)}, `}${outsideAddress}`;
    const headers = { ...request.headers, "content-length": "0", "x-forwarded-for": address, "x-forwarded-proto": "http" };
    return ask({ port: ports.gaitPort, method: request.method ?? "", path: request.url ?? "", headers });
  };
  return startContractProxy(ports, (request) => ({ ask: () => question(request) }), () => undefined);
}

function ask(options: { readonly port: number; readonly method: string; readonly path: string; readonly headers: Record<string, string | string[] | undefined> }): Promise<ContractAnswer> {
  return new Promise((resolve, reject) => {
    const call = send({ host: "127.0.0.1", ...options, agent: false }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => {
        body += chunk.toString();
      });
      response.on("error", reject);
      response.on("end", () => {
        const status = response.statusCode ?? 0;
        const of = (name: string): Record<string, string> => {
          const value = response.headers[name];
          return typeof value === "string" ? { [name]: value } : {};
        };
        if (status < 200 || status >= 300) resolve({ kind: "refuse", status, headers: of("x-request-id"), body });
        else resolve({ kind: "pass", set: { ...of("x-gait-kind"), ...of("x-gait-score"), ...of("x-request-id") }, removed: claims, answerHeaders: of("x-request-id") });
      });
    });
    call.on("error", reject);
    call.end();
  });
}
