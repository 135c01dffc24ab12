import { existsSync } from "node:fs";
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import type { Command } from "commander";
import { exitCodes, GaitError } from "#core";

/** How a verb finds the running gateway. */
export interface AdminTarget {
  readonly config?: string;
  readonly socket?: string;
  readonly state?: string;
}

/** An answer of the admin plane. */
export interface AdminAnswer {
  readonly status: number;
  readonly body: unknown;
}

const answerBytesMax = 16_777_216;
const timeoutMsDefault = 10_000;

/** Adds the options by which a verb finds the gateway. */
export function withAdminTarget(command: Command): Command {
  return command
    .option("--socket <path>", "admin socket of the gateway")
    .option("--state <directory>", "state directory of the gateway (default: gait-data)")
    .option("-c, --config <file>", "configuration that names them (default: gait.yaml where there is one)");
}

/** Asks the running gateway over its admin socket. @throws GaitError `admin-unreachable`, exit code 6. */
export async function askGateway(
  target: AdminTarget,
  what: {
    readonly method: "GET" | "POST" | "DELETE";
    readonly path: string;
    readonly body?: unknown;
    readonly timeoutMs?: number;
    /** Ask with less than the socket's owner may do: `mcp:viewer`. */
    readonly as?: string;
  },
  env: NodeJS.ProcessEnv,
): Promise<AdminAnswer> {
  const socketPath = await socketOf(target, env);
  const { timeoutMs = timeoutMsDefault } = what;
  const text = what.body === undefined ? "" : JSON.stringify(what.body);
  return new Promise((resolve, reject) => {
    const call: ClientRequest = request(
      {
        socketPath,
        method: what.method,
        path: what.path,
        // Node writes no length of its own for DELETE, and a body without one would be read as the next request.
        headers: {
          ...(what.as === undefined ? {} : { "x-gait-as": what.as }),
          ...(text === "" ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
        },
        timeout: timeoutMs,
      },
      (response) => void readAnswer(response).then(resolve, reject),
    );
    call.on("timeout", () => call.destroy(new Error(`no answer within ${timeoutMs / 1_000} s`)));
    call.on("error", (error: NodeJS.ErrnoException) => reject(unreachable(socketPath, error)));
    call.end(text);
  });
}

/** The text behind an `error` key of an answer. */
export function errorIn({ body }: AdminAnswer): string {
  const text = typeof body === "object" && body !== null && "error" in body ? body.error : undefined;
  return typeof text === "string" ? text : "the gateway gave no reason";
}

async function readAnswer(response: IncomingMessage): Promise<AdminAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > answerBytesMax) throw new GaitError("admin-unreachable", "the gateway's answer is too long");
    chunks.push(chunk);
  }
  return { status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString("utf8")) as unknown };
}

async function socketOf({ config, socket, state }: AdminTarget, env: NodeJS.ProcessEnv): Promise<string> {
  if (socket !== undefined) return socket;
  if (state !== undefined) return join(state, "admin.sock");
  const path = config ?? (existsSync("gait.yaml") ? "gait.yaml" : undefined);
  if (path === undefined) return join(env.GAIT__STORE__PATH ?? "gait-data", "admin.sock");
  const { requireConfig } = await import("../config/read-config.ts");
  const { config: found } = requireConfig({ path, env });
  return found.admin.socket ?? join(found.store.path, "admin.sock");
}

function unreachable(socketPath: string, error: NodeJS.ErrnoException): GaitError {
  const why = error.code === "ENOENT" ? "there is no such socket" : (error.code ?? error.message);
  const permission = error.code === "EACCES" || error.code === "EPERM";
  return new GaitError(
    "admin-unreachable",
    `no gateway answers on ${JSON.stringify(socketPath)} (${why}); name it with --state, --socket or --config, or start one with "gait serve"`,
    { exitCode: permission ? exitCodes.permission : exitCodes.unreachable },
  );
}
