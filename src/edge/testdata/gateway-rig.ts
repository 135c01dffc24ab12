import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, connect, createServer as createRawServer, type Server as RawServer, type Socket } from "node:net";
import { type Exchange, type Guard, testHashKey, type Verdict } from "#core";
import { type Gateway, type GatewayOptions, openGateway, type TlsListenOptions, type UpstreamOptions } from "../index.ts";
import type { UpstreamTlsOptions } from "../proxy/upstream-tls.ts";

/** A verdict that says nothing, with parts replaced. */
export function verdictOf(exchange: Exchange, parts: Partial<Verdict> = {}): Verdict {
  return {
    action: "allow",
    kind: "unknown",
    score: { total: 0, behaviour: 0, presentation: 0 },
    signals: [],
    rule: null,
    watched: [],
    basis: "none",
    certifiedFpr: null,
    reference: exchange.id,
    revision: 0,
    ...parts,
  };
}

/** A guard that lets everything pass and remembers what it saw. */
export class RecordingGuard implements Guard {
  readonly inspected: Exchange[] = [];
  readonly observed: Exchange[] = [];
  decide: (exchange: Exchange) => Verdict = (exchange) => verdictOf(exchange);

  inspect(exchange: Exchange): Verdict {
    this.inspected.push(exchange);
    return this.decide(exchange);
  }

  observe(exchange: Exchange): void {
    this.observed.push(exchange);
  }
}

/** A gateway in front of an origin, both on free ports of loopback. */
export interface Rig {
  readonly gateway: Gateway;
  readonly guard: RecordingGuard;
  readonly port: number;
  readonly options: GatewayOptions;
  close(): Promise<void>;
}

export type RigOptions = Partial<Omit<GatewayOptions, "applications" | "listen">> & {
  readonly reuse?: "never" | "same-client" | "shared";
  readonly protocol?: "http1" | "http2";
  /** Speaks TLS to the origin, and knows it so. */
  readonly upstreamTls?: UpstreamTlsOptions;
  readonly health?: UpstreamOptions["health"];
  readonly proxyProtocol?: boolean;
  readonly tls?: TlsListenOptions;
  readonly http2?: boolean;
};

/** Opens a gateway in front of an upstream port. Short drain, so that tests end soon. */
export async function openRig(upstreamPort: number, options: RigOptions = {}): Promise<Rig> {
  const { reuse, protocol = "http1", upstreamTls, health, proxyProtocol = false, http2 = true, tls, ...rest } = options;
  const guard = new RecordingGuard();
  const listen = { host: "127.0.0.1", port: 0, proxyProtocol, http2, ...(tls === undefined ? {} : { tls }) };
  const gatewayOptions: GatewayOptions = {
    listen: [listen],
    applications: [
      {
        name: "app",
        upstream: {
          name: "origin",
          urls: [`${upstreamTls === undefined ? "http" : "https"}://127.0.0.1:${upstreamPort}`],
          protocol,
          ...(upstreamTls === undefined ? {} : { tls: upstreamTls }),
          ...(health === undefined ? {} : { health }),
          ...(reuse === undefined ? {} : { reuse }),
        },
      },
    ],
    mode: "observe",
    hashKey: testHashKey,
    ...rest,
    limits: { drainMs: 300, ...rest.limits },
  };
  const gateway = await openGateway(gatewayOptions, guard);
  const port = gateway.addresses[0]?.port ?? 0;
  return {
    gateway,
    guard,
    port,
    options: gatewayOptions,
    async close() {
      await gateway.drain();
    },
  };
}

/** An origin on node:http. */
export async function openOrigin(listener: RequestListener): Promise<{ readonly port: number; close(): void; readonly server: Server }> {
  const server = createServer({ keepAliveTimeout: 60_000 }, listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    server,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** An origin on bare sockets. */
export async function openRawOrigin(onConnection: (socket: Socket) => void): Promise<{ readonly port: number; close(): void }> {
  const sockets = new Set<Socket>();
  const server: RawServer = createRawServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** A client that sends bytes as they are and gathers what comes back. */
export class RawClient {
  readonly socket: Socket;
  received: Buffer = Buffer.alloc(0);
  ended = false;
  #wake: (() => void)[] = [];

  constructor(port: number) {
    this.socket = connect({ host: "127.0.0.1", port, noDelay: true, allowHalfOpen: true });
    this.socket.on("data", (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.#notify();
    });
    for (const event of ["end", "close", "error"]) {
      this.socket.on(event, () => {
        this.ended = true;
        this.#notify();
      });
    }
  }

  send(bytes: string | Buffer): this {
    this.socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
    return this;
  }

  /** Resolves when `done` holds for what was received, or when the other side closed, or after `waitMs`. */
  async until(done: (text: string) => boolean, waitMs = 5_000): Promise<string> {
    const deadline = Date.now() + waitMs;
    while (!this.ended && !done(this.text) && Date.now() < deadline) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(100, Math.max(1, deadline - Date.now())));
        this.#wake.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    return this.text;
  }

  get text(): string {
    return this.received.toString("latin1");
  }

  async untilEnd(waitMs = 5_000): Promise<string> {
    return await this.until(() => false, waitMs);
  }

  close(): void {
    this.socket.destroy();
  }

  #notify(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

/** Sends bytes on a fresh connection and gives back all that came until the gateway closed it. */
export async function exchangeRaw(port: number, bytes: string | Buffer, waitMs = 3_000): Promise<string> {
  const client = new RawClient(port).send(bytes);
  const text = await client.untilEnd(waitMs);
  client.close();
  return text;
}
