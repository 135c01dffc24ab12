import { createSocket } from "node:dgram";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { besideLimits } from "#core";
import { canonicalAddress, type NetworkSet, parseSyslogMessage, type SyslogMessage, SyslogStream } from "#wire";

/** How messages are taken. */
export interface SyslogOptions {
  readonly listen: { readonly host: string; readonly port: number };
  /** Whose messages are taken. */
  readonly trusted: NetworkSet;
  /** PEM texts: then messages come over TLS (RFC 5425) and not over UDP and TCP. */
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly onMessage: (message: SyslogMessage) => void;
}

/** A running listener. */
export interface SyslogListener {
  readonly port: number;
  readonly facts: { taken: number; rejected: number };
  close(): Promise<void>;
}

const connectionsMax = besideLimits.syslogConnectionsMax.default;
const receiveBufferBytes = 4 * 1_048_576;

/**
 * Takes syslog messages (RFC 5424 and RFC 3164) over UDP and TCP on one port, or over TLS. A TCP stream that is not
 * syslog is ended. Senders are checked by address; over UDP an address can be forged, so keep UDP on networks where it
 * cannot.
 */
export async function openSyslogListener(options: SyslogOptions): Promise<SyslogListener> {
  const { listen, trusted, tls } = options;
  const facts = { taken: 0, rejected: 0 };
  const sockets = new Set<Socket>();
  const take = (text: string): void => {
    const message = parseSyslogMessage(text);
    if (message === undefined) {
      facts.rejected++;
      return;
    }
    facts.taken++;
    options.onMessage(message);
  };
  const onConnection = (socket: Socket): void => {
    if (sockets.size >= connectionsMax || !trusted.has(canonicalAddress(socket.remoteAddress ?? ""))) {
      facts.rejected++;
      socket.destroy();
      return;
    }
    const stream = new SyslogStream();
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk: Buffer) => {
      const messages = stream.push(chunk);
      if (messages === undefined) {
        facts.rejected++;
        socket.destroy();
      } else for (const text of messages) take(text);
    });
  };
  const server: Server =
    tls === undefined
      ? createServer(onConnection)
      : createTlsServer({ ...tls, handshakeTimeout: 5_000 }, onConnection).on("tlsClientError", () => facts.rejected++);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(listen.port, listen.host, resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : listen.port;
  const closeUdp = tls === undefined ? await openUdp({ host: listen.host, port, trusted }, take, facts) : undefined;
  return {
    port,
    facts,
    async close() {
      for (const socket of sockets) socket.destroy();
      await closeUdp?.();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function openUdp(
  { host, port, trusted }: { readonly host: string; readonly port: number; readonly trusted: NetworkSet },
  take: (text: string) => void,
  facts: { rejected: number },
): Promise<() => Promise<void>> {
  const type = host.includes(":") ? "udp6" : "udp4";
  const udp = createSocket({ type, recvBufferSize: receiveBufferBytes }, (datagram, sender) => {
    if (trusted.has(canonicalAddress(sender.address))) take(withoutEnd(datagram.toString("latin1")));
    else facts.rejected++;
  });
  await new Promise<void>((resolve, reject) => {
    udp.once("error", reject);
    udp.bind(port, host, resolve);
  });
  udp.on("error", () => undefined);
  return () => new Promise((resolve) => udp.close(() => resolve()));
}

/** Without line ends and NULs at the end. By hand: a pattern would look at each run of them again from every place in it. */
function withoutEnd(text: string): string {
  let length = text.length;
  while (length > 0 && "\r\n\0".includes(text.charAt(length - 1))) length--;
  return text.slice(0, length);
}
