/** Every category, in the order that reports show them. */
export const networkCategories = [
  "hosting",
  "vpn",
  "proxy",
  "tor",
  "mobile-gateway",
  "corporate-nat",
  "residential-proxy-suspect",
  "listed",
] as const;

/** What a client's network is known or suspected to be. One address can be several. */
export type NetworkCategory = (typeof networkCategories)[number];

/** Where an address lives, as far as the operator's databases and lists say. Interned: never change it. */
export interface Network {
  /** Autonomous system number; 0: unknown. */
  readonly asn: number;
  /** Name of the autonomous system's holder; empty: unknown. */
  readonly organisation: string;
  /** ISO 3166-1 alpha-2, upper case; empty: unknown. */
  readonly country: string;
  /** English name; empty: unknown. */
  readonly city: string;
  /** WGS 84 degrees; NaN: unknown. */
  readonly latitude: number;
  readonly longitude: number;
  readonly categories: readonly NetworkCategory[];
  /** Names of the configured lists that hold this address; empty when none does. */
  readonly lists: readonly string[];
}

/** Nothing is known about this address. */
export const unknownNetwork: Network = Object.freeze({
  asn: 0,
  organisation: "",
  country: "",
  city: "",
  latitude: Number.NaN,
  longitude: Number.NaN,
  categories: Object.freeze([]),
  lists: Object.freeze([]),
});

/** Why a declared bot comes. */
export type BotPurpose =
  | "train"
  | "search"
  | "user-triggered"
  | "monitor"
  | "seo"
  | "preview"
  | "archive"
  | "security"
  | "tool"
  | "feed"
  | "other";

/** How a bot's claim to be itself can be checked. All empty: it cannot, and its name is only a claim. */
export interface BotVerification {
  /** Addresses its operator publishes: URLs of lists. */
  readonly ranges: readonly string[];
  /** Domains its addresses' forward-confirmed reverse names end in, without leading dot. */
  readonly domains: readonly string[];
  /** Origin of its Web Bot Auth key directory, or empty. */
  readonly signatureAgent: string;
}

/** A bot that says in its user agent what it is. A claim, not a proof. Interned: never change it. */
export interface DeclaredBot {
  readonly name: string;
  /** Empty: unknown. */
  readonly operator: string;
  readonly purpose: BotPurpose;
  readonly verification: BotVerification;
  /** Where its operator describes it; empty: unknown. */
  readonly documentation: string;
}

/** What the world knows about an address and a user agent. Synchronous, bounded, free of IO: the fast lane asks it. */
export interface Intel {
  /** About 0.1 µs for an address seen lately, at most a few µs otherwise. An unreadable address is `unknownNetwork`. */
  network(ip: string): Network;
  /** Undefined: this user agent does not say that it is a bot. Cached per user agent. */
  declaredBot(userAgent: string): DeclaredBot | undefined;
}

/** An Intel that knows nothing, for tests and for a gateway without data. */
export const noIntel: Intel = Object.freeze({
  network: () => unknownNetwork,
  declaredBot: () => undefined,
});
