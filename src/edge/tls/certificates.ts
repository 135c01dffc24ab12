import { constants } from "node:crypto";
import { createSecureContext, type SecureContext } from "node:tls";
import { GaitError, type LimitValues, type tlsLimits } from "#core";
import { type CertificateFiles, type CertificatePair, readCertificatePair } from "./certificate-pair.ts";
import { HostNames } from "./host-names.ts";
import type { TicketKeys } from "./ticket-keys.ts";

/** What became of one pair when the files were read. */
export interface PairReport {
  readonly files: CertificateFiles;
  readonly outcome: "loaded" | "unchanged" | "refused";
  readonly names: readonly string[];
  /** Wall clock milliseconds; of the pair in use. */
  readonly validTo: number;
  /** Why it was refused, and whatever else an operator should know. */
  readonly messages: readonly string[];
}

export interface CertificateStoreOptions {
  readonly files: readonly CertificateFiles[];
  readonly ticketKeys: TicketKeys;
  readonly limits: Pick<LimitValues<typeof tlsLimits>, "certificatesMax" | "sessionSeconds">;
}

/**
 * Forward secrecy and authenticated encryption only (the "intermediate" list of Mozilla's server side TLS
 * guidelines 5.7); TLS 1.3 first. The client's order decides, since all of them are good.
 */
const ciphers = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
].join(":");

interface Loaded {
  readonly pair: CertificatePair;
  /** Built when first asked for, so that ten thousand hosts do not cost their start; rebuilt when ticket keys step. */
  context: SecureContext | undefined;
  contextStep: number;
}

/** The certificates of one listener: chosen by name, replaced while serving, never left in a broken state. */
export class CertificateStore {
  readonly #options: CertificateStoreOptions;
  #loaded: readonly Loaded[] = [];
  #names = new HostNames<Loaded>();

  /** @throws GaitError `tls-pair` when any pair cannot be used, `tls-certificates` when there are none or too many. */
  constructor(options: CertificateStoreOptions, now: number) {
    const { files, limits } = options;
    if (files.length === 0 || files.length > limits.certificatesMax) {
      throw new GaitError("tls-certificates", `found ${files.length} pairs, expected 1 to ${limits.certificatesMax}`);
    }
    this.#options = options;
    this.#use(files.map((one) => load(readCertificatePair(one, now))));
    for (const one of this.#loaded) this.#contextOf(one, now);
  }

  /** The context for a name from the wire. Never throws on any name; the first pair answers for unknown names. */
  contextFor(serverName: string, now: number): SecureContext {
    const loaded = this.#names.find(serverName) ?? this.#loaded[0];
    if (loaded === undefined) throw new GaitError("tls-certificates", "no certificate is loaded");
    return this.#contextOf(loaded, now);
  }

  /** Whether a certificate answers for the name (and not merely the default one). */
  answersFor(serverName: string): boolean {
    return this.#names.find(serverName) !== undefined;
  }

  /**
   * Reads every pair again and swaps in those that are good, all in one step. A pair that cannot be used is
   * refused and its last good state stays; so does a running pair whose replacement is not valid today.
   */
  reload(now: number): readonly PairReport[] {
    const reports: PairReport[] = [];
    const next = this.#loaded.map((current) => {
      const { one, report } = this.#reloadPair(current, now);
      reports.push(report);
      return one;
    });
    this.#use(next);
    return reports;
  }

  /** What is in use, without reading anything. */
  pairs(): readonly CertificatePair[] {
    return this.#loaded.map(({ pair }) => pair);
  }

  #reloadPair(current: Loaded, now: number): { readonly one: Loaded; readonly report: PairReport } {
    const { files, names, validTo } = current.pair;
    try {
      const pair = readCertificatePair(files, now);
      if (pair.digest === current.pair.digest) {
        return { one: current, report: { files, outcome: "unchanged", names, validTo, messages: pair.warnings } };
      }
      if (isValid(current.pair, now) && !isValid(pair, now)) {
        const messages = ["the new certificate is not valid today; the running one stays", ...pair.warnings];
        return { one: current, report: { files, outcome: "refused", names, validTo, messages } };
      }
      const one = load(pair);
      this.#contextOf(one, now);
      return {
        one,
        report: { files, outcome: "loaded", names: pair.names, validTo: pair.validTo, messages: pair.warnings },
      };
    } catch (error) {
      const messages = [error instanceof Error ? error.message : String(error)];
      return { one: current, report: { files, outcome: "refused", names, validTo, messages } };
    }
  }

  #use(loaded: readonly Loaded[]): void {
    const names = new HostNames<Loaded>();
    for (const one of loaded) for (const name of one.pair.names) names.add(name, one);
    this.#loaded = loaded;
    this.#names = names;
  }

  #contextOf(loaded: Loaded, now: number): SecureContext {
    const { ticketKeys, limits } = this.#options;
    const step = ticketKeys.step(now);
    if (loaded.context === undefined || loaded.contextStep !== step) {
      loaded.context = createContext(loaded.pair, ticketKeys.current(), limits.sessionSeconds);
      loaded.contextStep = step;
    }
    return loaded.context;
  }
}

function load(pair: CertificatePair): Loaded {
  return { pair, context: undefined, contextStep: -1 };
}

function isValid(pair: CertificatePair, now: number): boolean {
  return pair.validFrom <= now && now <= pair.validTo;
}

/** @throws GaitError `tls-pair` when OpenSSL does not accept what parsed well (a key too small, a broken chain). */
function createContext(pair: CertificatePair, ticketKeys: Buffer, sessionTimeout: number): SecureContext {
  try {
    return createSecureContext({
      cert: pair.cert,
      key: pair.key,
      ciphers,
      minVersion: "TLSv1.2",
      sessionTimeout,
      sessionIdContext: "gait",
      ticketKeys,
      // Renegotiation by the client is an old way to make a server do work (CVE-2011-1473); nobody needs it.
      secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION,
    });
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new GaitError("tls-pair", `OpenSSL does not accept "${pair.files.cert}": ${found}`, { cause });
  }
}
