import { get } from "node:http";

/** An address that is checked. */
export interface Checked {
  readonly host: string;
  readonly port: number;
  checkedHealthy: boolean;
}

/** Asks each address at an interval; 2xx and 3xx are healthy. Returns what stops it. Off the request path. */
export function checkHealth(
  endpoints: readonly Checked[],
  health: { readonly path: string; readonly intervalMs: number; readonly timeoutMs: number },
): () => void {
  const check = (endpoint: Checked): void => {
    const { host, port } = endpoint;
    const request = get({ host, port, path: health.path, timeout: health.timeoutMs, agent: false }, (response) => {
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
