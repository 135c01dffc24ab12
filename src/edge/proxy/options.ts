import type { EdgeLimits, HashKey, Http2Limits, LimitValues, tlsLimits } from "#core";
import type { CertificateFiles } from "../tls/certificate-pair.ts";
import type { PresentationHeaders } from "./presentation.ts";
import type { UpstreamTlsOptions } from "./upstream-tls.ts";

/** Where the gateway listens. */
export interface ListenOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Several processes or workers on one port (SO_REUSEPORT). */
  readonly reusePort?: boolean;
  /** Listening sockets of this address that a predecessor handed over, as file descriptors: taken in place of binding. */
  readonly inherited?: readonly number[];
  /** A PROXY protocol header comes first; only on connections from `trustedProxies`, others are closed. */
  readonly proxyProtocol?: boolean;
  /** Speaks TLS here, with these certificates. */
  readonly tls?: TlsListenOptions;
  /** Whether HTTP/2 is served: by ALPN with TLS, by prior knowledge without. Default: yes. */
  readonly http2?: boolean;
}

/** TLS of one listening socket. */
export interface TlsListenOptions {
  /** The first answers for names that no certificate has. */
  readonly certificates: readonly CertificateFiles[];
  /**
   * At least 32 bytes in hexadecimal, from which ticket keys are drawn. Workers on one port share it, or a session
   * begun with one is not resumed by another. Default: drawn at start.
   */
  readonly ticketSecret?: string;
  readonly limits?: Partial<LimitValues<typeof tlsLimits>>;
}

/** Where requests go. */
export interface UpstreamOptions {
  readonly name: string;
  /** `http://host:port` or `https://host:port`, one per server. */
  readonly urls: readonly string[];
  /** For `https`; default: the host of each URL, signed by an authority that Node trusts. */
  readonly tls?: UpstreamTlsOptions;
  /**
   * Whether a connection may carry requests of several clients. `shared` only where the upstream parses as strictly
   * as we write; `same-client` keeps a desynchronised connection from hitting anybody but its maker.
   */
  readonly reuse?: "never" | "same-client" | "shared";
  /**
   * `http2`: HTTP/2 (cleartext by prior knowledge, or over TLS), for gRPC, and the cure for request smuggling. One session serves all
   * clients, so `reuse` does not apply; WebSockets need `http1`.
   */
  readonly protocol?: "http1" | "http2";
  readonly balance?: "least-loaded" | "round-robin";
  /** Active checks: GET this path; 2xx and 3xx are healthy. Without it only failures in traffic count. */
  readonly health?: { readonly path: string; readonly intervalMs: number; readonly timeoutMs: number };
}

/** `observe` judges and records; `enforce` acts. */
export type Mode = "observe" | "enforce";

/** One protected application: which requests belong to it and where they go. First match wins. */
export interface ApplicationOptions {
  readonly name: string;
  /** Exact hosts or `*.example.org`; empty: every host. Ports are ignored. */
  readonly hosts?: readonly string[];
  /** Path prefixes, matched on segment borders; empty: every path. */
  readonly paths?: readonly string[];
  readonly upstream: UpstreamOptions;
  readonly mode?: Mode;
}

/** What differs for some paths. First match wins. */
export interface RouteOptions {
  /** Path prefixes, matched on segment borders. */
  readonly paths: readonly string[];
  readonly methods?: readonly string[];
  /** What happens when the engine cannot judge: `open` lets pass, `closed` answers 503. */
  readonly failMode?: "open" | "closed";
  readonly bodyBytesMax?: number;
}

/** A small text that the gateway answers itself, in every application's place, to whoever is let through. */
export interface DocumentOptions {
  /** Compared as received, without the query. */
  readonly path: string;
  readonly contentType: string;
  readonly text: string;
}

/** Everything the data plane is told. Plain data: it can be compared, sent to workers and swapped while serving. */
export interface GatewayOptions {
  readonly listen: readonly ListenOptions[];
  readonly applications: readonly ApplicationOptions[];
  readonly trustedProxies?: readonly string[];
  readonly mode: Mode;
  readonly routes?: readonly RouteOptions[];
  readonly failMode?: "open" | "closed";
  readonly limits?: Partial<EdgeLimits>;
  readonly http2Limits?: Partial<Http2Limits>;
  /** Headers in which trusted proxies tell the client's TLS and HTTP/2 fingerprints. From strangers they are dropped. */
  readonly presentationHeaders?: PresentationHeaders;
  /** Answered here after judgement, for GET and HEAD: robots.txt. */
  readonly documents?: readonly DocumentOptions[];
  /** On every refusal with 401, 403 or 429, whatever its reason, so that they tell nothing about it: `Accept-Signature`. */
  readonly refusalHeaders?: readonly { readonly name: string; readonly value: string }[];
  /** Path at which somebody who was refused can say so; shown on refusals. */
  readonly appealPath?: string;
  readonly hashKey: HashKey;
  readonly accessLog?: { readonly path: string; readonly format: "combined" | "json" };
  /** Version of the configuration, shown in statistics. */
  readonly revision?: number;
}
