import { chmodSync, existsSync, unlinkSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { appLimits, GaitError } from "#core";
import { isLoopback, parseListenAddress, renderListenAddress } from "../config/listen-address.ts";
import { readSecretFile } from "../serve/secret-file.ts";
import type { Service } from "../serve/service.ts";
import { answerJson } from "./admin-request.ts";
import { type AdmissionRules, admit } from "./admission.ts";
import { identify } from "./caller.ts";
import { closeLive } from "./live-events.ts";
import { route } from "./router.ts";
import { closeStreams } from "./routes/live.ts";

/** The admin plane of a running gateway. */
export interface Admin {
  /** `http://…` of the TCP listener; undefined when there is none. */
  readonly address: string | undefined;
  close(): Promise<void>;
}

const tokenCharactersMin = 32;
const listenDefault = "127.0.0.1:9180";

/**
 * Opens the Unix socket (mode 0600) and, unless switched off, the TCP listener. Without a token file TCP stays on
 * loopback and is for looking only. @throws GaitError `admin-listen`, `secret-file`.
 */
export async function openAdmin(service: Service): Promise<Admin> {
  const socket = await openSocket(service);
  try {
    const tcp = await openTcp(service);
    return {
      address: tcp?.address,
      async close() {
        closeStreams(service);
        closeLive(service);
        await Promise.all([closeServer(socket), tcp === undefined ? undefined : closeServer(tcp.server)]);
      },
    };
  } catch (error) {
    await closeServer(socket);
    throw error;
  }
}

async function openSocket(service: Service): Promise<Server> {
  const { socketPath } = service;
  const address = parseListenAddress(`unix:${socketPath}`);
  if (address.kind === "fault") throw new GaitError("admin-listen", `admin.socket: ${address.reason}`, { exitCode: 2 });
  if (existsSync(socketPath)) {
    if (await answers(socketPath)) {
      throw new GaitError(
        "admin-listen",
        `admin.socket: another gateway answers on ${JSON.stringify(socketPath)}; give this one its own store.path`,
      );
    }
    // Left behind by a gateway that was killed.
    unlinkSync(socketPath);
  }
  const rules: AdmissionRules = { socket: true, token: undefined, lookNeedsToken: false, hosts: new Set() };
  const server = createAdminServer(service, rules);
  // The socket is born inside a 0700 directory; the mode is set before the first connection could be accepted anyway.
  await listen(server, { path: socketPath });
  chmodSync(socketPath, 0o600);
  return server;
}

async function openTcp(service: Service): Promise<{ readonly server: Server; readonly address: string } | undefined> {
  const { admin } = service.config;
  if (admin.listen === false) return undefined;
  const wanted = parseListenAddress(admin.listen);
  if (wanted.kind !== "tcp")
    throw new GaitError("admin-listen", `admin.listen: ${JSON.stringify(admin.listen)} is no ADDRESS:PORT`);
  const token = admin.tokenFile === undefined ? undefined : readSecretFile(admin.tokenFile, "admin.tokenFile");
  if (token !== undefined && token.length < tokenCharactersMin) {
    throw new GaitError(
      "secret-file",
      `admin.tokenFile: the token has ${token.length} characters; expected at least ${tokenCharactersMin}`,
      { exitCode: 2 },
    );
  }
  if (token === undefined && !isLoopback(wanted)) {
    throw new GaitError(
      "admin-listen",
      `admin.listen: ${admin.listen} can be reached from other machines and there is no admin.tokenFile`,
      { exitCode: 2 },
    );
  }
  const hosts = new Set(["localhost", "127.0.0.1", "::1", wanted.host, ...admin.hosts]);
  const server = createAdminServer(service, { socket: false, token, lookNeedsToken: token !== undefined, hosts });
  try {
    await listen(server, { host: wanted.host, port: wanted.port });
  } catch (error) {
    // Nobody asked for the default port in particular: when it is taken, any free one serves as well.
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE" || admin.listen !== listenDefault)
      throw listenFault(admin.listen, error);
    await listen(server, { host: wanted.host, port: 0 });
  }
  const { port } = server.address() as AddressInfo;
  return { server, address: `http://${renderListenAddress({ ...wanted, port })}` };
}

function createAdminServer(service: Service, rules: AdmissionRules): Server {
  const server = createServer(
    {
      maxHeaderSize: 16_384,
      headersTimeout: 5_000,
      requestTimeout: 10_000,
      keepAliveTimeout: 5_000,
      connectionsCheckingInterval: 1_000,
      requireHostHeader: !rules.socket,
    },
    (request: IncomingMessage, response: ServerResponse) => {
      const admission = admit(request, rules);
      if (admission.kind === "refused") {
        answerJson(response, admission.status, { error: admission.reason });
        return;
      }
      const visitor = identify(request, admission.authority, { service, socket: rules.socket });
      void route({ service, request, response, visitor });
    },
  );
  server.maxConnections = appLimits.adminConnectionsMax.default;
  server.on("clientError", (_, socket) => socket.destroy());
  return server;
}

function listen(
  server: Server,
  where: { readonly path: string } | { readonly host: string; readonly port: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(where, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function listenFault(address: string, error: unknown): GaitError {
  const code = (error as NodeJS.ErrnoException).code ?? "unknown";
  return new GaitError("admin-listen", `admin.listen: cannot listen on ${address} (${code})`);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const done = (alive: boolean): void => {
      socket.destroy();
      resolve(alive);
    };
    socket.once("connect", () => done(true));
    socket.once("error", () => done(false));
    socket.setTimeout(1_000, () => done(true));
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 500).unref();
  });
}
