import type { Limit } from "./limit.ts";

/** Caps of the admin plane and of what it remembers for people to look at. */
export const appLimits = {
  recentVerdictsMax: {
    default: 5_000,
    unit: "count",
    why: "Verdicts kept in memory for `gait explain`; about 1 KB each. Acting on automation is never pushed out by calm traffic faster than the ring turns.",
  },
  actorsMax: {
    default: 5_000,
    unit: "count",
    why: "Clients tallied for the status page. The first seen leaves when a new one comes; the engine's own memory is apart.",
  },
  splitBuckets: { default: 300, unit: "count", why: "Steps of the traffic split over time." },
  splitBucketMs: { default: 2_000, unit: "ms", why: "Width of one step: ten minutes in all." },
  adminConnectionsMax: { default: 64, unit: "count", why: "Open connections to the admin listener or socket." },
  adminStreamsMax: { default: 16, unit: "count", why: "Status pages open at once; more are told to come back." },
  adminBodyBytesMax: { default: 65_536, unit: "bytes", why: "Body of an admin request." },
  adminStreamMs: { default: 1_000, unit: "ms", why: "Between two updates of an open status page." },
  operatorSessionsMax: { default: 1_000, unit: "count", why: "People signed in at once; the one idle longest leaves." },
  signInAddressesMax: { default: 10_000, unit: "count", why: "Addresses whose tries to sign in are counted." },
  signOnFlowsMax: {
    default: 1_000,
    unit: "count",
    why: "People on their way to the identity provider and back; the first who left is forgotten.",
  },
  signInsAtOnceMax: {
    default: 2,
    unit: "count",
    why: "Passwords checked at once: each takes 100 MB for a moment, and the threads that serve files.",
  },
  incidentsMax: { default: 1_000, unit: "count", why: "Incidents kept; beyond it the oldest resolved one leaves." },
  incidentCohortsMax: { default: 64, unit: "count", why: "Cohorts of one incident; a further one opens its own." },
  incidentNotesMax: { default: 500, unit: "count", why: "Notes on one incident." },
  appealsMax: { default: 1_000, unit: "count", why: "Appeals kept; beyond it the oldest decided one leaves." },
  appealsPerMinute: {
    default: 30,
    unit: "count",
    why: "Appeals that the public page takes in a minute, from everybody together; more are thanked and forgotten.",
  },
  appealBytesMax: { default: 16_384, unit: "bytes", why: "Body of an appeal." },
  appealConnectionsMax: { default: 64, unit: "count", why: "Open connections to the page of appeals." },
  alertsFiringMax: { default: 1_000, unit: "count", why: "Things alerted about at once; more are not told apart." },
  alertsKeptMax: { default: 200, unit: "count", why: "Alerts kept to be looked at, dead letters among them." },
  decisionsListedMax: { default: 1_000, unit: "count", why: "Standing decisions in one answer." },
  eventIdsMax: {
    default: 200_000,
    unit: "count",
    why: "Ids of product events remembered to take each once, in each of two generations; about 20 MB at most.",
  },
  ingestBodyBytesMax: { default: 4_194_304, unit: "bytes", why: "One batch sent to the ingest endpoint." },
  ingestItemsMax: { default: 10_000, unit: "count", why: "Exchanges or events in one batch." },
  ingestBatchesMax: { default: 8, unit: "count", why: "Batches read at once; more are 503 with Retry-After." },
  ingestItemsPerSecond: {
    default: 20_000,
    unit: "per-second",
    why: "Exchanges and events a second, above which senders are told 429 with Retry-After: the engine judges people's requests first.",
  },
  publishedMax: {
    default: 100_000,
    unit: "count",
    why: "Addresses in published lists; when full the one that ends first leaves.",
  },
  publishedStreamsMax: {
    default: 32,
    unit: "count",
    why: "Readers of published decisions that are told of each change as it happens; more are 503.",
  },
  publishedStreamBytesMax: {
    default: 33_554_432,
    unit: "bytes",
    why: "Changes that such a reader has not read, room for one whole list; then it is let go.",
  },
  peopleRememberedMax: {
    default: 200_000,
    unit: "count",
    why: "Addresses behind which a person was seen, so that their address is not published.",
  },
} as const;

appLimits satisfies Readonly<Record<string, Limit>>;
