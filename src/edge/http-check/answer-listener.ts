import { createSocket, type Socket } from "node:dgram";
import { canonicalAddress, type NetworkSet } from "#wire";
import type { DecisionService } from "../beside/decision-service.ts";
import { readAnswerReport } from "./answer-report.ts";

/** A running listener. */
export interface AnswerListener {
  /** Datagrams that were no report, or came from somebody who may not send any. */
  rejected(): number;
  close(): Promise<void>;
}

const receiveBufferBytes = 4 * 1_048_576;

/**
 * Takes nginx's reports of answers over UDP, on the port where it asks over TCP. They cost the client no time: nginx
 * sends them after the answer. A report that is lost leaves its request without a known answer, which is no evidence.
 *
 * The sender's address is checked, and UDP addresses can be forged: keep the port on loopback, or behind a network
 * that drops foreign sources. Who forges a report needs the reference of a request that still waits for its answer.
 */
export async function openAnswerListener(
  service: DecisionService,
  { host, port, trusted }: { readonly host: string; readonly port: number; readonly trusted: NetworkSet },
): Promise<AnswerListener> {
  let rejected = 0;
  const type = host.includes(":") ? "udp6" : "udp4";
  const socket: Socket = createSocket({ type, recvBufferSize: receiveBufferBytes }, (datagram, { address }) => {
    const report = trusted.has(canonicalAddress(address))
      ? readAnswerReport(datagram.toString("utf8"), Date.now())
      : undefined;
    if (report === undefined) rejected++;
    else service.settle(report.reference, report);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(port, host, resolve);
  });
  socket.on("error", () => undefined);
  return {
    rejected: () => rejected,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}
