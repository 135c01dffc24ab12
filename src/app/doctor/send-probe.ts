import { type IncomingMessage, request as sendPlain } from "node:http";
import { request as sendTls } from "node:https";
import { probeHeader } from "./probe-guard.ts";

/** What the tester's side saw of one probe. */
export interface SentProbe {
  /** 0: no answer came. */
  readonly status: number;
  readonly problem: string;
  /** Our own address on this connection: what the proxy must have told Gait. */
  readonly localAddress: string;
  readonly reference: string;
  readonly setCookies: readonly string[];
  /** The `Date` header, in milliseconds; NaN when there is none. */
  readonly date: number;
  readonly tookMs: number;
}

/** How a probe is sent. */
export interface ProbeOptions {
  readonly token: string;
  readonly method: string;
  /** Joined to the URL's origin as it stands, without normalising it. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly insecure: boolean;
}

const patienceMs = 10_000;

/** Sends one probe through the user's proxy. Never throws: what went wrong is part of the finding. */
export function sendProbe(url: URL, { token, method, target, headers, insecure }: ProbeOptions): Promise<SentProbe> {
  const started = performance.now();
  return new Promise((resolve) => {
    let localAddress = "";
    const done = (answer: IncomingMessage | undefined, problem: string): void => {
      const reference = answer?.headers["x-request-id"];
      resolve({
        status: answer?.statusCode ?? 0,
        problem,
        localAddress,
        reference: typeof reference === "string" ? reference : "",
        setCookies: (answer?.headers["set-cookie"] ?? []).map((line) => line.split("=", 1)[0]?.trim() ?? ""),
        date: Date.parse(String(answer?.headers.date ?? "")),
        tookMs: performance.now() - started,
      });
    };
    const options = {
      method,
      hostname: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port),
      path: target,
      agent: false,
      timeout: patienceMs,
      headers: { host: url.host, "user-agent": "gait-doctor", [probeHeader]: token, ...headers },
    };
    const call =
      url.protocol === "https:" ? sendTls({ ...options, rejectUnauthorized: !insecure }) : sendPlain(options);
    call.on("socket", (socket) =>
      socket.once("connect", () => {
        localAddress = socket.localAddress ?? "";
      }),
    );
    call.on("timeout", () => call.destroy(new Error(`no answer within ${patienceMs / 1_000} s`)));
    call.on("error", (error) => done(undefined, error.message));
    call.on("response", (answer) => {
      answer.resume();
      answer.on("end", () => done(answer, ""));
      answer.on("error", (error) => done(answer, error.message));
    });
    call.end();
  });
}
