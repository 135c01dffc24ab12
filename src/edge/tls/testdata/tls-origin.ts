import { mkdtempSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import type { Clock, LimitValues, tlsLimits } from "#core";
import type { CertificateFiles } from "../certificate-pair.ts";
import { CertificateStore } from "../certificates.ts";
import { createSelfSigned } from "../self-signed.ts";
import { type TlsFacts, type TlsRefusal, TlsTerminator } from "../terminator.ts";
import { TicketKeys } from "../ticket-keys.ts";

const day = 86_400_000;

/** A real clock, as the gateway has it. */
export const clock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

/** Writes a fresh self-signed pair into a directory of its own, or over the given files. */
export function writePair(
  names: readonly string[],
  options: { readonly over?: CertificateFiles; readonly validDays?: number } = {},
): CertificateFiles {
  const now = Date.now();
  const pair = createSelfSigned(names, { validFrom: now - 2 * day, validTo: now + (options.validDays ?? 30) * day });
  const folder = options.over === undefined ? mkdtempSync(join(tmpdir(), "gait-tls-")) : "";
  const files = options.over ?? { cert: join(folder, "cert.pem"), key: join(folder, "key.pem") };
  writeFileSync(files.cert, pair.cert);
  writeFileSync(files.key, pair.key, { mode: 0o600 });
  return files;
}

/** A store over the given pairs with a fixed ticket secret. */
export function storeOf(files: readonly CertificateFiles[], certificatesMax = 10): CertificateStore {
  const now = Date.now();
  const ticketKeys = new TicketKeys(Buffer.alloc(32, 7), day, now);
  return new CertificateStore({ files, ticketKeys, limits: { certificatesMax, sessionSeconds: 3_600 } }, now);
}

/** A listening TLS terminator that remembers what it saw. */
export interface TlsOrigin {
  readonly port: number;
  readonly terminator: TlsTerminator;
  readonly seen: readonly TlsFacts[];
  readonly refused: readonly TlsRefusal[];
  close(): Promise<void>;
}

export interface TlsOriginOptions {
  readonly certificates: CertificateStore;
  readonly limits?: Partial<LimitValues<typeof tlsLimits>>;
  readonly http2?: boolean;
  /** What is done with a finished connection; by default it is answered "ok" and closed on the first bytes. */
  readonly onSecure?: (socket: TLSSocket, facts: TlsFacts) => void;
}

export async function startTlsOrigin(options: TlsOriginOptions): Promise<TlsOrigin> {
  const seen: TlsFacts[] = [];
  const refused: TlsRefusal[] = [];
  const sockets = new Set<Socket>();
  const terminator = new TlsTerminator({
    certificates: options.certificates,
    clock,
    limits: options.limits ?? {},
    http2: options.http2 ?? false,
    onRefused: (refusal) => refused.push(refusal),
  });
  const onSecure = (socket: TLSSocket, facts: TlsFacts): void => {
    seen.push(facts);
    if (options.onSecure !== undefined) options.onSecure(socket, facts);
    else socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"));
  };
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    terminator.accept(socket, socket.remoteAddress ?? "", onSecure);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    terminator,
    seen,
    refused,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
