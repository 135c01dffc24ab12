import { connect, createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

/** What is wrong with the link between a proxy and Gait. */
export const linkFaults = ["dead", "stalled", "reset", "delayed", "garbage", "half-open", "drip"] as const;
export type LinkFault = (typeof linkFaults)[number];

/** A link that can be broken: bytes go on to Gait until it is told otherwise. */
export interface FaultLink {
  readonly port: number;
  /** Breaks it for connections that stand and for new ones; undefined heals it. */
  set(fault: LinkFault | undefined): void;
  close(): Promise<void>;
}

const delayMs = 5_000;
const dripMs = 100;

/**
 * - dead: refused, as after `kill -9` (connections that stood are reset)
 * - stalled: taken and never answered, as after SIGSTOP; half-open: the same, with Gait's side gone
 * - reset: closed at the first byte; delayed: answered after five seconds; garbage: answered with noise; drip: byte by byte
 */
export async function openFaultLink(gaitPort: number): Promise<FaultLink> {
  let fault: LinkFault | undefined;
  const sockets = new Set<Socket>();
  const server = createServer((front) => {
    sockets.add(front);
    front.on("error", () => front.destroy());
    front.on("close", () => sockets.delete(front));
    if (fault === "dead") {
      front.resetAndDestroy();
      return;
    }
    if (fault === "stalled") return;
    const back = connect(gaitPort, "127.0.0.1");
    if (fault === "half-open") back.destroy();
    back.on("error", () => front.destroy());
    back.on("close", () => fault !== "half-open" && front.destroy());
    front.on("close", () => back.destroy());
    front.on("data", (bytes) => {
      if (fault === "reset") front.resetAndDestroy();
      else if (fault === "garbage") front.write(noise);
      else if (fault === undefined || fault === "delayed" || fault === "drip") back.write(bytes);
    });
    back.on("data", (bytes) => {
      if (fault === "delayed") setTimeout(() => front.destroyed || front.write(bytes), delayMs).unref();
      else if (fault === "drip") drip(front, bytes);
      else if (fault === undefined) front.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    set(next) {
      fault = next;
      if (next === "dead" || next === undefined) for (const socket of sockets) socket.resetAndDestroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const noise = Buffer.from(Array.from({ length: 600 }, (_, i) => (i * 7919 + 13) % 256));

function drip(socket: Socket, bytes: Buffer): void {
  let at = 0;
  const timer = setInterval(() => {
    if (socket.destroyed || at >= bytes.length) clearInterval(timer);
    else socket.write(bytes.subarray(at, ++at));
  }, dripMs);
  timer.unref();
}
