import { Agent, request } from "node:http";

/** What a demo client sends. */
export interface DemoRequest {
  readonly method?: string;
  readonly path: string;
  /** In wire order and case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
}

/** What came back, as far as demo clients look at it. */
export interface DemoAnswer {
  readonly status: number;
  readonly setCookies: readonly string[];
  readonly location: string;
}

/** A client with its own connections. The gateway takes its address from the trusted front header. */
export class DemoClient {
  readonly address: string;
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 6 });

  constructor(port: number, address: string) {
    this.#port = port;
    this.address = address;
  }

  /** Sends one request and reads the whole answer. A connection that breaks counts as status 0. */
  send({ method = "GET", path, headers, body }: DemoRequest): Promise<DemoAnswer> {
    const flat = [["Host", "shop.demo"], ...headers, ["X-Forwarded-For", this.address]] as [string, string][];
    if (body !== undefined) flat.push(["Content-Length", String(Buffer.byteLength(body))]);
    return new Promise((resolve) => {
      const gone = (): void => resolve({ status: 0, setCookies: [], location: "" });
      const call = request(
        {
          host: "127.0.0.1",
          port: this.#port,
          method,
          path,
          agent: this.#agent,
          headers: flat.flat(),
          timeout: 10_000,
        },
        (response) => {
          response.resume();
          response.once("error", gone);
          response.once("end", () =>
            resolve({
              status: response.statusCode ?? 0,
              setCookies: response.headers["set-cookie"] ?? [],
              location: response.headers.location ?? "",
            }),
          );
        },
      );
      call.once("timeout", () => call.destroy());
      call.once("error", gone);
      call.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
