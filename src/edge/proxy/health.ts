import { get, type IncomingMessage, type RequestOptions } from "node:http";
import { get as getTls, type RequestOptions as TlsRequestOptions } from "node:https";
import { checkServerIdentity, type SecureContext } from "node:tls";
import type { UpstreamAddress } from "./upstream-socket.ts";

/** An address that is checked. */
export interface Checked extends UpstreamAddress {
  checkedHealthy: boolean;
}

type SecureRequest = TlsRequestOptions & { readonly secureContext: SecureContext };

/** Asks each address at an interval; 2xx and 3xx are healthy. Returns what stops it. Off the request path. */
export function checkHealth(
  endpoints: readonly Checked[],
  health: { readonly path: string; readonly intervalMs: number; readonly timeoutMs: number },
): () => void {
  const check = (endpoint: Checked): void => {
    const request = ask(endpoint, { path: health.path, timeout: health.timeoutMs }, (response) => {
      const status = response.statusCode ?? 0;
      endpoint.checkedHealthy = status >= 200 && status < 400;
      response.destroy();
    });
    request.on("timeout", () => request.destroy(new Error("timeout")));
    request.on("error", () => {
      endpoint.checkedHealthy = false;
    });
  };
  const timer = setInterval(() => endpoints.forEach(check), health.intervalMs);
  timer.unref();
  endpoints.forEach(check);
  return () => clearInterval(timer);
}

function ask(
  { host, port, tls }: UpstreamAddress,
  options: RequestOptions,
  answered: (response: IncomingMessage) => void,
): ReturnType<typeof get> {
  const common = { ...options, host, port, agent: false };
  if (tls === undefined) return get(common, answered);
  const { secureContext, servername, expectedName } = tls;
  // secureContext is an option of tls.connect, to which node:https hands on what it is given.
  const secure: SecureRequest = {
    ...common,
    secureContext,
    servername,
    checkServerIdentity: (_name, found) => checkServerIdentity(expectedName, found),
  };
  return getTls(secure, answered);
}
