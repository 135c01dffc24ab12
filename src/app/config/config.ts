import type { BotPurpose } from "#core";

import type { AlertsConfig } from "./alerts-section.ts";
import type { AppealsConfig } from "./appeals-section.ts";
import type { ChallengeConfig } from "./challenge-section.ts";
import type { PassiveConfig, PublishConfig } from "./passive-section.ts";
import type { SignOnConfig } from "./sign-on-section.ts";
import type { StoreConfig } from "./store-section.ts";
import type { WebhookConfig } from "./webhooks-section.ts";

/** `10m`, `7d`: see `parseDuration`. */
export type DurationText = string;
/** `64KB`, `10MB` or plain bytes: see `parseByteSize`. */
export type ByteSizeText = string | number;

/** A listener, where more is to be said than its address. */
export interface ListenerConfig {
  readonly address: string;
  readonly proxyProtocol: boolean;
  readonly reusePort: boolean;
  readonly tls: boolean;
}

/** Where requests go, where more is to be said than one URL. */
export interface UpstreamConfig {
  readonly urls: readonly string[];
  readonly reuse: "never" | "same-client" | "shared";
  readonly protocol: "http1" | "http2";
  readonly balance: "least-loaded" | "round-robin";
  readonly tls?: { readonly caFile?: string | undefined; readonly serverName?: string | undefined } | undefined;
  readonly health?:
    | { readonly path: string; readonly interval: DurationText; readonly timeout: DurationText }
    | undefined;
}

export interface ApplicationConfig {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly paths: readonly string[];
  readonly upstream: string | UpstreamConfig;
  readonly tags: readonly string[];
  readonly mode?: "observe" | "enforce" | undefined;
}

export interface RouteConfig {
  readonly paths: readonly string[];
  readonly methods: readonly string[];
  readonly failMode?: "open" | "closed" | undefined;
  readonly bodyBytesMax?: ByteSizeText | undefined;
  /** What the endpoints are for. */
  readonly tags?: readonly string[] | undefined;
}

export interface CertificateConfig {
  readonly certFile: string;
  readonly keyFile: string;
}

/** One lane of an operator's own; every condition given must hold. */
export interface AgentLaneConfig {
  readonly agents?: readonly string[] | undefined;
  readonly purposes?: readonly BotPurpose[] | undefined;
  readonly standings?: readonly ("signed" | "verified" | "claimed" | "impostor")[] | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly delegated?: boolean | undefined;
  readonly action: "allow" | "step-up" | "tag" | "deceive" | "block" | { readonly perMinute: number };
}

export interface AgentsConfig {
  /** Ready-made lanes for agents; `none`: identify and count only. */
  readonly preset: "none" | "welcome-search-refuse-training" | "user-triggered-only" | "signed-only";
  /** Asked before the preset's. */
  readonly lanes: readonly AgentLaneConfig[];
  readonly robotsFile?: string | undefined;
  readonly serveRobots: boolean;
  readonly inviteSignatures: boolean;
}

export interface AddressListConfig {
  readonly name: string;
  readonly category: "hosting" | "vpn" | "proxy" | "tor" | "mobile-gateway" | "corporate-nat" | "listed";
  readonly source: string;
  readonly sha256?: string | undefined;
}

export interface IntelConfig {
  readonly lists: readonly AddressListConfig[];
  readonly databases: readonly string[];
  readonly botRanges: boolean;
  readonly maximumAge: DurationText;
}

/** Proxies that ask instead of being replaced. */
export interface BesideConfig {
  readonly application: string;
  readonly haproxy?: string | undefined;
  readonly nginx?: string | undefined;
  readonly forwardAuth?: string | undefined;
  readonly envoy?: string | undefined;
  readonly envoyHttp?: string | undefined;
}

/** Rules and lists: what the operator wants done. */
export interface PolicyConfig {
  /** Packs that come with Gait, by name. */
  readonly packs: readonly string[];
  /** Directory with the site's own rules. */
  readonly rules?: string | undefined;
  /** A place asked this many times as often as usual is kept within what its origin is used to; 0: off. */
  readonly surgeFactor: number;
  /** When many visitors are wanted. */
  readonly events: readonly {
    readonly name: string;
    readonly from: string;
    readonly to: string;
    readonly applications: readonly string[];
  }[];
  /** What becomes of policies that Gait writes from convictions. */
  readonly automatic: "off" | "review" | "canary";
  /** Proof of work for browsers; absent: `challenge` is a refusal. */
  readonly challenge?: ChallengeConfig | undefined;
  /** Who is called when a rule that names them acts. */
  readonly webhooks: readonly WebhookConfig[];
  /** Files of values by the name under which rules ask for them. */
  readonly lists: Readonly<Record<string, string>>;
  readonly allow: readonly string[];
  readonly block: readonly string[];
}

/**
 * Everything an operator can say, checked and with every default filled in. The schema beside this file is its
 * twin; docs/configuration.md is made from the schema.
 */
export interface Config {
  readonly listen: string | ListenerConfig | readonly (string | ListenerConfig)[];
  /** Edge workers; 0 or 1: one thread does everything. */
  readonly workers: number;
  readonly upstream?: string | UpstreamConfig | undefined;
  readonly applications: readonly ApplicationConfig[];
  readonly beside?: BesideConfig | undefined;
  readonly passive?: PassiveConfig | undefined;
  readonly publish?: PublishConfig | undefined;
  /** Where visitors say that they were stopped by mistake. */
  readonly appeals?: AppealsConfig | undefined;
  readonly tls?: CertificateConfig | readonly CertificateConfig[] | undefined;
  readonly trustedProxies: readonly string[];
  /** Headers in which trusted proxies tell the client's fingerprints. */
  readonly presentationHeaders?: { readonly ja4?: string | undefined; readonly h2?: string | undefined } | undefined;
  readonly mode: "observe" | "enforce";
  readonly enforce: { readonly basis: "prior" | "certified"; readonly falsePositivesPerDay: number };
  readonly failMode: "open" | "closed";
  readonly routes: readonly RouteConfig[];
  readonly policy: PolicyConfig;
  readonly alerts: AlertsConfig;
  readonly agents: AgentsConfig;
  readonly intel: IntelConfig;
  readonly admin: {
    readonly listen: string | false;
    readonly socket?: string | undefined;
    readonly tokenFile?: string | undefined;
    readonly hosts: readonly string[];
    readonly mcp: "off" | "read" | "write";
    readonly signOn?: SignOnConfig | undefined;
  };
  readonly store: StoreConfig;
  readonly accessLog?: { readonly path: string; readonly format: "combined" | "json" } | undefined;
  readonly limits: Readonly<Record<string, Readonly<Record<string, number>>>>;
}
