import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openService, type RunningService } from "../open-service.ts";

/** A service in front of an origin that answers everything, with a directory of its own. */
export interface ServiceRig {
  readonly service: RunningService;
  readonly directory: string;
  readonly configFile: string;
  readonly port: number;
  /** Writes the configuration file; `upstream`, `listen` and `store` are filled in. */
  write(yaml: string): void;
  close(): Promise<void>;
}

/** One answer, whole. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A request with everything under the test's control, `Host` included. */
export function ask(
  where: { readonly port: number } | { readonly socketPath: string },
  { path = "/", method = "GET", headers = {}, body }: { readonly path?: string; readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string } = {},
): Promise<Answer> {
  // Only the address is taken over: a socket would take a `write` among its options for its own.
  // Node writes no length of its own for DELETE, and a body without one would be read as the next request.
  const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const target = "port" in where ? { host: "127.0.0.1", port: where.port } : { socketPath: where.socketPath };
  return new Promise((resolve, reject) => {
    const call = httpRequest({ ...target, path, method, headers: { ...length, ...headers }, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString("utf8") }),
      );
    });
    call.on("error", reject);
    call.end(body);
  });
}

/** Opens origin and service. */
export async function openServiceRig(
  yaml = "",
  options: { readonly directory?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<ServiceRig> {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), "gait-serve-"));
  const configFile = join(directory, "gait.yaml");
  const origin = createServer((request, response) => {
    request.resume();
    response.setHeader("set-cookie", "sid=originsecret1234567890; HttpOnly");
    response.end("origin");
  });
  await new Promise<void>((resolve) => origin.listen(0, "127.0.0.1", resolve));
  const upstream = `http://127.0.0.1:${(origin.address() as AddressInfo).port}`;
  const write = (text: string): void =>
    writeFileSync(
      configFile,
      `upstream: ${upstream}\nlisten: 127.0.0.1:0\nstore: { path: ${directory}/state }\nlimits: { edge: { drainMs: 200 } }\n${text}`,
    );
  if (options.directory === undefined) write(yaml);
  // Packs are asked for where a test is about them: they only cost the others time.
  const packs = yaml.includes("packs:") ? {} : { GAIT__POLICY__PACKS: "[]" };
  const env = { GAIT__ADMIN__LISTEN: "127.0.0.1:0", ...packs, ...options.env };
  try {
    const service = await openService({ path: configFile, env, flags: [] });
    return {
      service,
      directory,
      configFile,
      port: service.addresses[0]?.port ?? 0,
      write,
      async close() {
        await service.stop();
        origin.closeAllConnections();
        origin.close();
        if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
      },
    };
  } catch (error) {
    origin.close();
    throw error;
  }
}

/** Port of the TCP admin listener. */
export function adminPort({ service }: ServiceRig): number {
  return Number(new URL(service.adminAddress ?? "http://127.0.0.1:0").port);
}
