import { randomBytes } from "node:crypto";
import { GaitError, limitValues, tlsLimits } from "#core";
import { serveHttp2 } from "../h2/serve-http2.ts";
import { watchCertificates } from "../tls/certificate-watch.ts";
import { CertificateStore, type PairReport } from "../tls/certificates.ts";
import { TlsTerminator } from "../tls/terminator.ts";
import { TicketKeys } from "../tls/ticket-keys.ts";
import type { AcceptContext } from "./listener.ts";
import type { TlsListenOptions } from "./options.ts";
import { type Serve, serveHttp1 } from "./serve.ts";

/** TLS of one listening socket. */
export interface SecureListener {
  readonly serve: Serve;
  reload(): readonly PairReport[];
  /** Stops looking at the certificate files. */
  close(): void;
}

/** @throws GaitError `tls-pair`, `tls-certificates` or `tls-ticket-secret`. */
export function openSecure(
  options: TlsListenOptions,
  { state, http2 }: Pick<AcceptContext, "state"> & { readonly http2: boolean | undefined },
): SecureListener {
  const limits = limitValues(tlsLimits, options.limits);
  const { clock, counters } = state;
  const ticketKeys = new TicketKeys(secretOf(options), limits.ticketKeyMs, clock.now());
  const certificates = new CertificateStore({ files: options.certificates, ticketKeys, limits }, clock.now());
  const terminator = new TlsTerminator({
    certificates,
    clock,
    limits,
    http2: http2 !== false,
    onRefused: ({ code }) => counters.reason(code),
  });
  const count = (reports: readonly PairReport[]): readonly PairReport[] => {
    for (const { outcome } of reports) if (outcome !== "unchanged") counters.reason(`tls-certificate-${outcome}`);
    return reports;
  };
  const stop = watchCertificates(certificates, { everyMs: limits.certificateWatchMs, onReload: count });
  return {
    serve(socket, facts, context) {
      const { first, ...rest } = context;
      if (first !== undefined) {
        socket.pause();
        if (first.length > 0) socket.unshift(first);
      }
      terminator.accept(socket, facts.peer, (secure, shown) => {
        counters.tlsHandshakes++;
        if (shown.resumed) counters.tlsResumed++;
        const { ja4, stable: tls, oddities } = shown;
        const known = { ...facts, scheme: "https" as const, ja4, tls, oddities };
        if (shown.protocol === "h2") serveHttp2(secure, known, rest);
        else serveHttp1(secure, known, rest);
      });
    },
    reload: () => count(certificates.reload(clock.now())),
    close: stop,
  };
}

function secretOf({ ticketSecret }: TlsListenOptions): Buffer {
  if (ticketSecret === undefined) return randomBytes(32);
  if (!/^(?:[0-9a-f]{2}){32,}$/i.test(ticketSecret)) {
    throw new GaitError("tls-ticket-secret", "tls.ticketSecret was read, expected at least 64 hexadecimal digits", {
      exitCode: 2,
    });
  }
  return Buffer.from(ticketSecret, "hex");
}
