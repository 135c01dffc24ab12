import type { Limit } from "./limit.ts";

type EngineLimitName =
  | "sessionsMax"
  | "sessionIdleMs"
  | "probationShare"
  | "clientsMax"
  | "verdictMemoryMax"
  | "userAgentsMax"
  | "userAgentCharsMax"
  | "addressTextsMax"
  | "addressesMax"
  | "applicationsMax"
  | "endpointsMax"
  | "endpointChildrenMax"
  | "pathSegmentsMax"
  | "pathCharsMax"
  | "pathCacheMax"
  | "identityNamesMax"
  | "refererHostsMax"
  | "factKeysMax"
  | "factAccountsMax"
  | "networkRisksMax"
  | "journeysMax"
  | "sharedAddressesMax"
  | "suspectAddressesMax"
  | "gateGroupsMax"
  | "trainingSessionsMax"
  | "unusualGroupsMax";

/** What the fast lane may hold at most. */
export const engineLimits: Readonly<Record<EngineLimitName, Limit>> = {
  trainingSessionsMax: {
    default: 16_384,
    unit: "count",
    why: "Sessions that models are trained on, half of them automated by some rule of thumb; about 4 MB.",
  },
  unusualGroupsMax: {
    default: 1_024,
    unit: "count",
    why: "Groups by look and step in which unusual sessions gather; those with the fewest leave first.",
  },
  gateGroupsMax: {
    default: 65_536,
    unit: "count",
    why: "Anchored people whose sessions the conformal gate compares with, one vote each; a bound of 1e-4 needs 29,956.",
  },
  sessionsMax: {
    default: 131_072,
    unit: "count",
    why: "Live sessions of one process. Twice the 100,000 the cost goals are measured at; a flood of new keys recycles the probationary part only.",
  },
  sessionIdleMs: {
    default: 1_800_000,
    unit: "ms",
    why: "The usual definition of a web session (W3C, 1999; every analytics product since): thirty minutes without a request.",
  },
  probationShare: {
    default: 25,
    unit: "count",
    why: "Per cent of the live sessions that keys without a past may occupy while the table is full. The rest belongs to clients that came back.",
  },
  clientsMax: {
    default: 1_048_576,
    unit: "count",
    why: "Compact client rows of 120 bytes; a million fit into 128 MB beside their index.",
  },
  verdictMemoryMax: {
    default: 65_536,
    unit: "count",
    why: "Convicted clients remembered after their row had to go, so that a flood cannot wash a verdict away.",
  },
  userAgentsMax: {
    default: 65_536,
    unit: "count",
    why: "Distinct user agents kept as text; later ones share buckets by hash and are shown as such.",
  },
  userAgentCharsMax: {
    default: 512,
    unit: "count",
    why: "Longer user agents are cut before they are kept. Real browsers stay below 300.",
  },
  addressTextsMax: { default: 16_384, unit: "count", why: "Client names in logs that are not addresses (host names)." },
  addressesMax: {
    default: 262_144,
    unit: "count",
    why: "Addresses whose spread of user agents is followed; direct-mapped, newer replace older.",
  },
  applicationsMax: { default: 256, unit: "count", why: "Protected applications of one process." },
  endpointsMax: {
    default: 4_096,
    unit: "count",
    why: "Learned endpoint templates per process; beyond, requests fall to their parent's template.",
  },
  endpointChildrenMax: {
    default: 30,
    unit: "count",
    why: "Distinct children after which a path segment is taken for a variable.",
  },
  pathSegmentsMax: { default: 12, unit: "count", why: "Path depth that is told apart." },
  pathCharsMax: { default: 2_048, unit: "count", why: "Characters of a path that are hashed and templated." },
  pathCacheMax: {
    default: 32_768,
    unit: "count",
    why: "Paths whose template is remembered; direct-mapped, a power of two.",
  },
  identityNamesMax: {
    default: 1_024,
    unit: "count",
    why: "Cookie names followed while it is learned which of them identify a client.",
  },
  factKeysMax: {
    default: 16_384,
    unit: "count",
    why: "Keys of each sort that a rule counts by; 24 bytes each, 4 more for each count and 32 for each set, reserved when a rule asks. The least busy gives way.",
  },
  factAccountsMax: {
    default: 65_536,
    unit: "count",
    why: "Accounts whose habits rules may ask about, 140 bytes each; the longest silent gives way.",
  },
  refererHostsMax: {
    default: 1_024,
    unit: "count",
    why: "Referer hosts followed while it is learned which are our own.",
  },
  networkRisksMax: {
    default: 16_384,
    unit: "count",
    why: "Operators and prefixes whose share of convictions is kept, about 150 bytes each; the one with the least to say gives way.",
  },
  journeysMax: {
    default: 65_536,
    unit: "count",
    why: "Accounts whose last place is remembered, about 120 bytes each, in memory only; the longest silent gives way.",
  },
  sharedAddressesMax: {
    default: 20_000,
    unit: "count",
    why: "Addresses whose people are counted, about 200 bytes each; the oldest gives way.",
  },
  suspectAddressesMax: {
    default: 65_536,
    unit: "count",
    why: "Addresses suspected to be exits of a residential proxy, 12 bytes each; direct-mapped, newer replace older.",
  },
};
