import { createServer, type IncomingMessage, request as send, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { RealProxy } from "./real-proxy.ts";

/** What the side that asks was told. */
export type ContractAnswer =
  | { readonly kind: "pass"; readonly set: Readonly<Record<string, string>>; readonly removed: readonly string[]; readonly answerHeaders: Readonly<Record<string, string>> }
  | { readonly kind: "refuse"; readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string };

/** One request's questions: before it goes on, and, where the contract knows it, once the answer's head is there. */
export interface ContractQuestion {
  ask(): Promise<ContractAnswer>;
  answered?(status: number, headers: readonly (readonly [string, string])[]): Promise<Readonly<Record<string, string>>>;
  done?(): void;
}

/**
 * A proxy that keeps the written contract of one that cannot run here (Envoy, Traefik): it asks as that one asks,
 * obeys as that one obeys, and lets requests pass when nobody answers, as the configuration in deploy/ says.
 */
export async function startContractProxy(
  { originPort }: { readonly originPort: number },
  open: (request: IncomingMessage) => ContractQuestion,
  close: () => void,
): Promise<RealProxy> {
  const server = createServer({ maxHeaderSize: 65_536 }, (request, response) => {
    void handle(request, response, { originPort, open }).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const patienceMs = 300;

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { originPort, open }: { readonly originPort: number; readonly open: (request: IncomingMessage) => ContractQuestion },
): Promise<void> {
  const question = open(request);
  const asked = await within(question.ask()).catch(() => undefined);
  if (asked?.kind === "refuse") {
    request.resume();
    response.writeHead(asked.status, asked.headers).end(asked.body);
    question.done?.();
    return;
  }
  const headers: Record<string, string | string[] | undefined> = { ...request.headers };
  for (const name of asked?.removed ?? Object.keys(headers).filter((one) => one.startsWith("x-gait-"))) delete headers[name];
  Object.assign(headers, asked?.set ?? {});
  const onward = send({ host: "127.0.0.1", port: originPort, method: request.method, path: request.url, headers }, (answer) => {
    void (async () => {
      const raw = answer.rawHeaders;
      const pairs = raw.flatMap((name, i) => (i % 2 === 0 ? [[name.toLowerCase(), raw[i + 1] ?? ""] as const] : []));
      const told: Readonly<Record<string, string>> = asked === undefined ? {} : await within(question.answered?.(answer.statusCode ?? 0, pairs) ?? Promise.resolve({})).catch(() => ({}));
      for (const [name, value] of pairs) response.appendHeader(name, value);
      for (const [name, value] of Object.entries({ ...asked?.answerHeaders, ...told } as Record<string, string>)) response.setHeader(name, value);
      response.writeHead(answer.statusCode ?? 502);
      answer.pipe(response);
      answer.on("end", () => question.done?.());
    })();
  });
  onward.on("error", () => response.destroy());
  request.pipe(onward);
}

function within<T>(promise: Promise<T>): Promise<T> {
  return Promise.race([promise, new Promise<T>((_, reject) => setTimeout(() => reject(new Error("too slow")), patienceMs).unref())]);
}
