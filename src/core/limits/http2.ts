import type { Limit } from "./limit.ts";

/** Caps of HTTP/2: per connection, and per address over all its connections. */
export const http2Limits = {
  prefaceBytesMax: {
    default: 32_768,
    unit: "bytes",
    why: "Opening bytes kept to read SETTINGS and the first HEADERS; a browser's are below 2 KiB.",
  },
  prefaceFramesMax: {
    default: 64,
    unit: "count",
    why: "Frames read before the first request; Firefox opens with nine.",
  },
  prefaceSettingsMax: {
    default: 32,
    unit: "count",
    why: "Entries of the opening SETTINGS that go into the fingerprint; the standard defines nine.",
  },
  prefacePrioritiesMax: { default: 16, unit: "count", why: "Opening PRIORITY frames that go into the fingerprint." },
  prefaceTimeMs: {
    default: 5_000,
    unit: "ms",
    why: "From the connection to whole SETTINGS; they are the client's first words and need no answer.",
  },
  prefaceLingerMs: {
    default: 15,
    unit: "ms",
    why: "How long the first HEADERS are awaited after SETTINGS: they usually share a segment; a client that waits for ours loses this once.",
  },
  streamsMax: {
    default: 128,
    unit: "count",
    why: "Open streams of one connection (SETTINGS_MAX_CONCURRENT_STREAMS); browsers use up to 100.",
  },
  headerListBytesMax: {
    default: 32_768,
    unit: "bytes",
    why: "Decoded header list of one request, the same as an HTTP/1.1 head: an HPACK bomb decodes to megabytes.",
  },
  headersMax: { default: 128, unit: "count", why: "Header fields of one request, pseudo-headers included." },
  headerTableBytes: {
    default: 4_096,
    unit: "bytes",
    why: "HPACK table a client may fill in us (SETTINGS_HEADER_TABLE_SIZE), the protocol's default.",
  },
  windowBytes: {
    default: 262_144,
    unit: "bytes",
    why: "Request body bytes one stream may send ahead of the upstream.",
  },
  connectionWindowBytes: {
    default: 1_048_576,
    unit: "bytes",
    why: "Request body bytes all streams of a connection may send ahead together.",
  },
  sessionMemoryMiB: {
    default: 8,
    unit: "count",
    why: "Mebibytes one HTTP/2 session may hold in buffers before it gets no further streams.",
  },
  settingsPerFrameMax: { default: 32, unit: "count", why: "Entries of one SETTINGS frame; more ends the connection." },
  outstandingPingsMax: { default: 4, unit: "count", why: "Our own PINGs that may wait for their answer." },
  invalidFramesMax: {
    default: 50,
    unit: "count",
    why: "Frames of a connection that break the protocol before it ends.",
  },
  rejectedStreamsMax: {
    default: 50,
    unit: "count",
    why: "Streams a connection may have refused (above streamsMax) before it ends.",
  },
  resetsPerConnectionMax: {
    default: 200,
    unit: "count",
    why: "Cancelled streams within resetWindowMs on one connection (rapid reset, CVE-2023-44487); a reader leaving a page cancels tens.",
  },
  resetsPerAddressMax: {
    default: 1_000,
    unit: "count",
    why: "The same over all connections of one address; above it every HTTP/2 connection of the address is closed.",
  },
  resetWindowMs: { default: 10_000, unit: "ms", why: "The span over which cancelled streams are counted." },
  addressesMax: {
    default: 16_384,
    unit: "count",
    why: "Addresses whose cancelled streams are counted at one time; the oldest give way.",
  },
  penaltyMs: {
    default: 30_000,
    unit: "ms",
    why: "How long an address above resetsPerAddressMax is offered no HTTP/2 connection.",
  },
  faultsPerConnectionMax: {
    default: 50,
    unit: "count",
    why: "Streams we had to end because their frames or headers broke the protocol (MadeYouReset, CVE-2025-8671), per connection.",
  },
  overheadBytesPerSecond: {
    default: 65_536,
    unit: "per-second",
    why: "Bytes beyond bodies and their due share of heads and window updates: floods of PING, SETTINGS, empty DATA or PRIORITY are nothing else.",
  },
  overheadBytesBurst: {
    default: 262_144,
    unit: "bytes",
    why: "What may be ahead of that rate; above it the connection is closed.",
  },
  heldBodyBytesMax: {
    default: 16_384,
    unit: "bytes",
    why: "A body announced no longer than this is read whole before the upstream sees the request, so a false length never gets there.",
  },
  idleTimeMs: { default: 65_000, unit: "ms", why: "A connection without a stream is closed after this." },
} as const;

http2Limits satisfies Readonly<Record<string, Limit>>;

/** The caps of HTTP/2 as plain numbers. */
export type Http2Limits = { readonly [Name in keyof typeof http2Limits]: number };
