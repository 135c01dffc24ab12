import { connect, type OnReadOpts, type Socket } from "node:net";
import { checkServerIdentity, connect as connectTls } from "node:tls";
import type { UpstreamTls } from "./upstream-tls.ts";

/** Where an upstream listens. */
export interface UpstreamAddress {
  readonly host: string;
  readonly port: number;
  /** Present where TLS is spoken. */
  readonly tls: UpstreamTls | undefined;
}

/** What a connection does with its socket. */
export interface UpstreamSocketOptions {
  readonly onread: OnReadOpts;
  /** Connected and, with TLS, the certificate found good. */
  readonly ready: () => void;
}

/** Opens a connection to an upstream for HTTP/1.1. A certificate that does not fit destroys the socket with an error. */
export function openUpstreamSocket(address: UpstreamAddress, { onread, ready }: UpstreamSocketOptions): Socket {
  const { host, port, tls } = address;
  const common = { host, port, noDelay: true, keepAlive: true, onread, autoSelectFamily: false };
  if (tls === undefined) return connect(common, ready);
  const socket = connectTls(
    {
      ...common,
      secureContext: tls.secureContext,
      servername: tls.servername,
      ALPNProtocols: ["http/1.1"],
      checkServerIdentity: (_name, certificate) => checkServerIdentity(tls.expectedName, certificate),
      ...(tls.session === undefined ? {} : { session: tls.session }),
    },
    ready,
  );
  socket.on("session", (session) => {
    tls.session = session;
  });
  return socket;
}

/** Why connecting failed: what is no fault of the network is one of TLS, a certificate that does not fit or no common version. */
export function connectFault({ code = "" }: NodeJS.ErrnoException): string {
  if (code === "ETIMEDOUT") return "upstream-connect-timeout";
  return tlsCodes.test(code) ? "upstream-tls" : "upstream-refused";
}

/** OpenSSL's reasons to refuse a certificate, as Node names them, and Node's own. */
const tlsCodes =
  /^(?:ERR_(?:TLS|SSL)_|CERT_|CRL_|UNABLE_TO_|ERROR_IN_CERT|DEPTH_ZERO_|SELF_SIGNED_|INVALID_(?:CA|PURPOSE)|PATH_LENGTH|HOSTNAME_|EPROTO)/;
