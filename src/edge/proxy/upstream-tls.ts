import { isIP } from "node:net";
import { createSecureContext, type SecureContext } from "node:tls";

/** How an upstream with `https` URLs is recognised. It is always checked; there is no way to leave that out. */
export interface UpstreamTlsOptions {
  /** PEM text of the authorities that may sign for it; default: those that Node trusts. */
  readonly ca?: string | undefined;
  /** Name that is asked for (SNI) and must stand in the certificate; default: the host of the URL. */
  readonly serverName?: string | undefined;
}

/** What the TLS connections to one address of an upstream are opened with. */
export interface UpstreamTls {
  readonly secureContext: SecureContext;
  /** Sent as SNI; empty where an address is meant, which SNI cannot name (RFC 6066, section 3). */
  readonly servername: string;
  /** Name or address that the certificate must hold (RFC 9525). */
  readonly expectedName: string;
  /** What an earlier connection left for the next (RFC 8446, section 2.2): it saves a signature. */
  session: Buffer | undefined;
}

/** Prepares the connections to one host. TLS 1.2 and 1.3. */
export function prepareUpstreamTls(host: string, { ca, serverName }: UpstreamTlsOptions): UpstreamTls {
  const expectedName = serverName ?? host;
  return {
    secureContext: createSecureContext({ minVersion: "TLSv1.2", ...(ca === undefined ? {} : { ca }) }),
    servername: isIP(expectedName) === 0 ? expectedName : "",
    expectedName,
    session: undefined,
  };
}
