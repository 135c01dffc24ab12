import { tagNames } from "#policy";

/** Whom counts and sets are kept for. */
export const keyWords = [
  "session",
  "address",
  "subnet",
  "network",
  "country",
  "account",
  "token",
  "presentation",
  "cohort",
  "endpoint",
  "site",
] as const;
export type KeyWord = (typeof keyWords)[number];

/** What may be counted as different. */
export const valueWords = [
  "account",
  "password",
  "address",
  "subnet",
  "network",
  "country",
  "agent",
  "presentation",
  "session",
  "token",
  "endpoint",
  "path",
  "query",
] as const;
export type ValueWord = (typeof valueWords)[number];

/** Windows by name and length in milliseconds. */
export const windows = { "1m": 60_000, "10m": 600_000, "1h": 3_600_000, "24h": 86_400_000 } as const;
export const windowWords: readonly string[] = Object.keys(windows);

/** Events that are no step of an application. */
export const plainEvents = ["request", "page", "write", "ok", "error", "not-found", "denied", "server-error"] as const;

/** Every event: the plain ones, and for each tag the attempt, the accepted, the refused and what the application told of. */
export const eventWords: readonly string[] = [
  ...plainEvents,
  ...tagNames.flatMap((tag) => [tag, `${tag}.ok`, `${tag}.failed`, `${tag}.told`]),
];
