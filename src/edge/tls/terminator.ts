import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { type Clock, type LimitValues, limitValues, tlsLimits } from "#core";
import { type ClientHello, createTlsFingerprinter, parseClientHello, type TlsFingerprints } from "#wire";
import type { CertificateStore } from "./certificates.ts";
import { HandshakeCaps } from "./handshake-caps.ts";
import { type HelloPeek, peekHello } from "./hello-peek.ts";

/** What the TLS layer knows about a connection; the connection keeps it for all its requests. */
export interface TlsFacts {
  readonly ja4: string;
  /** `stableTlsFingerprint`: the same for a resumed session and a WebSocket of the same client. */
  readonly stable: string;
  /** Lower case; empty when the client named nobody. */
  readonly serverName: string;
  readonly protocol: "h2" | "http/1.1";
  /** "TLSv1.2" or "TLSv1.3". */
  readonly version: string;
  readonly resumed: boolean;
  /** From first byte to finished handshake. */
  readonly handshakeMs: number;
  readonly oddities: readonly string[];
}

/** A connection that never became a TLS connection, and why. */
export interface TlsRefusal {
  readonly code: string;
  readonly found: string;
  readonly address: string;
  /** JA4 where a hello was read; empty otherwise. A flood without finished handshakes still has a face. */
  readonly ja4: string;
}

export interface TlsTerminatorOptions {
  readonly certificates: CertificateStore;
  readonly clock: Clock;
  readonly limits?: Partial<LimitValues<typeof tlsLimits>>;
  /** Offered by ALPN; HTTP/1.x always is. */
  readonly http2: boolean;
  readonly onRefused: (refusal: TlsRefusal) => void;
}

/** A finished handshake. The socket is not flowing and has no listeners of ours but for errors. */
export type OnSecure = (socket: TLSSocket, facts: TlsFacts) => void;

interface Handshake {
  readonly raw: Socket;
  readonly address: string;
  readonly onSecure: OnSecure;
  readonly group: string;
  readonly startedAt: number;
}

/** What the hello showed, kept until the handshake is over. */
interface Shown {
  readonly hello: ClientHello;
  readonly print: TlsFingerprints;
  readonly records: number;
}

/**
 * Terminates TLS on accepted sockets: reads the ClientHello first, chooses the certificate by its name, and hands
 * over a TLS socket together with what the hello showed. The choice is made before the TLS engine exists, so there
 * is no SNI callback that could throw in the middle of OpenSSL (CVE-2026-21637).
 */
export class TlsTerminator {
  readonly #options: TlsTerminatorOptions;
  readonly #limits: LimitValues<typeof tlsLimits>;
  readonly #caps: HandshakeCaps;
  readonly #alpn: Buffer;
  readonly #fingerprint = createTlsFingerprinter();

  constructor(options: TlsTerminatorOptions) {
    this.#options = options;
    this.#limits = limitValues(tlsLimits, options.limits ?? {});
    this.#caps = new HandshakeCaps(this.#limits.handshakesMax, this.#limits.handshakesPerAddressMax);
    // "http/1.0" too: old curl offers nothing else under --http1.0, and without overlap the handshake would fail.
    this.#alpn = alpnList(options.http2 ? ["h2", "http/1.1", "http/1.0"] : ["http/1.1", "http/1.0"]);
  }

  /** Handshakes under way. */
  get handshakes(): number {
    return this.#caps.total;
  }

  /**
   * Takes a freshly accepted socket; it ends in `onSecure` or in `onRefused` and a closed socket. Never throws.
   *
   * @param address The client's address in canonical text, which a PROXY header may have told.
   */
  accept(raw: Socket, address: string, onSecure: OnSecure): void {
    const group = handshakeGroup(address);
    raw.on("error", ignore);
    const entered = this.#caps.enter(group);
    if (entered !== "admitted") {
      this.#options.onRefused({ code: entered, found: `${this.#caps.total} handshakes under way`, address, ja4: "" });
      raw.resetAndDestroy();
      return;
    }
    const handshake = { raw, address, onSecure, group, startedAt: this.#options.clock.monotonic() };
    peekHello(raw, { limits: this.#limits, onDone: (peek) => this.#start(handshake, peek) });
  }

  #start(handshake: Handshake, peek: HelloPeek): void {
    if (peek.kind === "refused") {
      this.#refuse(handshake, { ...peek, ja4: "" });
      return;
    }
    try {
      this.#shake(handshake, peek);
    } catch (error) {
      // Nothing above may throw for bytes from the wire; should it after all, one connection ends and not the process.
      this.#refuse(handshake, { code: "tls-internal", found: String(error), ja4: "" });
    }
  }

  #shake(handshake: Handshake, peek: HelloPeek & { readonly kind: "hello" }): void {
    const { certificates, clock } = this.#options;
    const hello = parseClientHello(peek.message);
    const shown: Shown = { hello, print: this.#fingerprint(hello), records: peek.records };
    const socket = new TLSSocket(handshake.raw, {
      isServer: true,
      secureContext: certificates.contextFor(hello.serverName, clock.now()),
      ALPNProtocols: this.#alpn,
    });
    socket.on("_tlsError", destroyWithout);
    this.#await(socket, handshake, shown);
    peek.handOn(socket);
  }

  /** Nothing that listens here outlives the handshake: an idle connection must not hold its hello. */
  #await(socket: TLSSocket, handshake: Handshake, shown: Shown): void {
    let reason = "";
    const onError = (error: Error): void => {
      reason ||= error.message;
    };
    const over = (): void => {
      clearTimeout(timer);
      socket.off("_tlsError", onError).off("error", onError).off("close", onClose).off("secure", onSecure);
      socket.on("error", ignore);
    };
    const fail = (code: string): void => {
      over();
      socket.destroy();
      this.#refuse(handshake, { code, found: reason, ja4: shown.print.ja4 });
    };
    const onClose = (): void => fail("tls-handshake-failed");
    const onSecure = (): void => {
      over();
      this.#caps.leave(handshake.group);
      // `tls.Server` does this for its own sockets; while it is true, `node:http2` waits for an event that never comes.
      Object.assign(socket, { secureConnecting: false });
      this.#handOver(socket, handshake, this.#factsOf(socket, handshake, shown));
    };
    const left = this.#limits.handshakeTimeMs - (this.#options.clock.monotonic() - handshake.startedAt);
    const timer = setTimeout(() => fail("tls-handshake-timeout"), Math.max(1, left));
    socket.on("_tlsError", onError).on("error", onError).on("close", onClose).on("secure", onSecure);
  }

  #factsOf(socket: TLSSocket, { startedAt }: Handshake, { hello, print, records }: Shown): TlsFacts {
    return {
      ja4: print.ja4,
      stable: print.stable,
      serverName: hello.serverName.toLowerCase(),
      protocol: socket.alpnProtocol === "h2" ? "h2" : "http/1.1",
      version: socket.getProtocol() ?? "",
      resumed: socket.isSessionReused(),
      handshakeMs: this.#options.clock.monotonic() - startedAt,
      oddities: records > 1 ? [...hello.oddities, "tls-hello-fragmented"] : hello.oddities,
    };
  }

  #handOver(socket: TLSSocket, { onSecure, address }: Handshake, facts: TlsFacts): void {
    try {
      onSecure(socket, facts);
    } catch (error) {
      socket.destroy();
      this.#options.onRefused({ code: "tls-internal", found: String(error), address, ja4: facts.ja4 });
    }
  }

  #refuse(handshake: Handshake, refusal: Omit<TlsRefusal, "address">): void {
    this.#caps.leave(handshake.group);
    handshake.raw.destroy();
    this.#options.onRefused({ code: refusal.code, found: refusal.found, ja4: refusal.ja4, address: handshake.address });
  }
}

/** Whose handshakes are counted together: an IPv4 address, or the /64 that one subscriber of IPv6 has. */
function handshakeGroup(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined) {
    const after = tail === "" ? 0 : tail.split(":").length;
    while (groups.length + after < 8) groups.push("0");
  }
  return groups.slice(0, 4).join(":");
}

/** The wire form of a protocol list (RFC 7301 section 3.1). */
function alpnList(names: readonly string[]): Buffer {
  return Buffer.concat(names.flatMap((name) => [Buffer.from([name.length]), Buffer.from(name, "latin1")]));
}

/**
 * A TLS socket without a `tls.Server` around it reports the errors of its TLS engine by the name `_tlsError` only, also after
 * the handshake (a bad record, an alert); unheard, they would leave the connection open for good.
 */
function destroyWithout(this: TLSSocket): void {
  this.destroy();
}

/** A socket that dies before or after us has a `close` event that is handled; its error adds nothing. */
function ignore(): void {}
