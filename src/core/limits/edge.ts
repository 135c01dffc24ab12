import type { Limit } from "./limit.ts";

/**
 * Every cap of the data plane. A stalled or flooding client costs bounded memory because each of these holds at
 * once: connections × (head + pipelined bytes + write buffer) is the worst case, and it is finite.
 */
export const edgeLimits = {
  tokenSampleBytes: {
    default: 32_768,
    unit: "bytes",
    why: "Of one answer that are read for the state tokens it issues; what is longer makes the session's tokens unknown.",
  },
  tokenSampleBytesPerSecond: {
    default: 4_194_304,
    unit: "bytes",
    why: "Of all answers of one process, so that reading them costs a few per cent of a core at most; beyond, tokens are unknown.",
  },
  connectionsMax: {
    default: 20_000,
    unit: "count",
    why: "Open client connections in one process; more are closed at once.",
  },
  connectionsPerAddressMax: {
    default: 1_000,
    unit: "count",
    why: "Open connections of one address. High enough for an office behind one address, low enough that one host cannot hold the table.",
  },
  connectionsPerPrefixMax: {
    default: 4_000,
    unit: "count",
    why: "Open connections of one /24 (IPv4) or /48 (IPv6): an attacker with a small block is still one attacker.",
  },
  headBytesMax: { default: 32_768, unit: "bytes", why: "Request line and headers together; more is refused with 431." },
  targetBytesMax: { default: 8_192, unit: "bytes", why: "Request target; longer is refused with 414." },
  headersMax: {
    default: 128,
    unit: "count",
    why: "Header lines of one request; more are refused with 431, never cut.",
  },
  headMs: {
    default: 8_000,
    unit: "ms",
    why: "From the first byte of a request to its last header (slow-header attack); then 408.",
  },
  idleMs: {
    default: 65_000,
    unit: "ms",
    why: "A kept-alive connection without a request; one above the usual 60 s of balancers.",
  },
  firstByteMs: { default: 10_000, unit: "ms", why: "A fresh connection that says nothing at all." },
  bodyBytesPerSecondMin: {
    default: 240,
    unit: "per-second",
    why: "Least rate of a request body, measured over bodyRateMs (slow-body attack); below it 408.",
  },
  bodyRateMs: { default: 5_000, unit: "ms", why: "The window over which a request body's rate is measured." },
  bodyBytesMax: {
    default: 1_073_741_824,
    unit: "bytes",
    why: "Request body where a route names no other size; more is 413.",
  },
  responseStallMs: {
    default: 20_000,
    unit: "ms",
    why: "A client that takes nothing from a full write buffer (slow-read attack) is cut after this long.",
  },
  requestsPerConnectionMax: { default: 100_000, unit: "count", why: "Then the connection is closed after its answer." },
  pipelinedBytesMax: {
    default: 65_536,
    unit: "bytes",
    why: "Bytes read ahead of the answer in progress; then reading stops.",
  },
  trailersMax: { default: 32, unit: "count", why: "Trailer lines of one message." },
  trailerBytesMax: { default: 8_192, unit: "bytes", why: "Trailer section of one message." },
  proxyHeaderBytesMax: {
    default: 536,
    unit: "bytes",
    why: "PROXY protocol header: 107 bytes in v1, 16 + 520 in v2 here.",
  },
  forwardedHopsMax: {
    default: 32,
    unit: "count",
    why: "Addresses read from X-Forwarded-For, from the nearest hop outwards.",
  },
  lingerMs: {
    default: 2_000,
    unit: "ms",
    why: "After a refusal we read and drop this long, so that the answer is not lost to a reset.",
  },
  lingerBytesMax: { default: 262_144, unit: "bytes", why: "Bytes read and dropped while lingering." },
  tunnelIdleMs: { default: 3_600_000, unit: "ms", why: "A WebSocket tunnel on which neither side spoke." },
  upstreamConnectMs: { default: 5_000, unit: "ms", why: "Connecting to an upstream; then 504." },
  upstreamHeadMs: { default: 60_000, unit: "ms", why: "From the request's last byte to the answer's head; then 504." },
  upstreamStallMs: { default: 60_000, unit: "ms", why: "Silence in the middle of an answer; then the answer is cut." },
  upstreamIdleMs: {
    default: 50_000,
    unit: "ms",
    why: "A pooled upstream connection without use; shorter than what servers usually allow.",
  },
  upstreamHeadBytesMax: { default: 65_536, unit: "bytes", why: "Head of an answer; more is a bad answer (502)." },
  upstreamHeadersMax: { default: 256, unit: "count", why: "Header lines of an answer; more is a bad answer (502)." },
  upstreamInterimMax: {
    default: 8,
    unit: "count",
    why: "1xx answers before the final one (interim storm); more is 502.",
  },
  upstreamConnectionsMax: {
    default: 2_048,
    unit: "count",
    why: "Connections to one upstream address; then requests queue. Above what one client address may open, so that one slow reader's connections cannot hold them all.",
  },
  upstreamIdleMax: { default: 128, unit: "count", why: "Idle connections kept for one upstream address." },
  upstreamQueueMax: {
    default: 1_024,
    unit: "count",
    why: "Requests waiting for an upstream connection; more are 503.",
  },
  upstreamQueueMs: { default: 5_000, unit: "ms", why: "Longest wait in that queue; then 503." },
  unhealthyMs: { default: 5_000, unit: "ms", why: "How long an upstream address rests after failing in a row." },
  failuresInARow: {
    default: 3,
    unit: "count",
    why: "Connect failures or bad answers in a row after which an address rests.",
  },
  throttleMs: { default: 1_000, unit: "ms", why: "Delay of the action throttle." },
  throttledMax: {
    default: 1_000,
    unit: "count",
    why: "Requests delayed at once; more are answered 429 instead of being held.",
  },
  tarpittedMax: {
    default: 500,
    unit: "count",
    why: "Requests held by the action tarpit; below throttledMax, so that people who are slowed down find room.",
  },
  accessLogBytesMax: {
    default: 8_388_608,
    unit: "bytes",
    why: "Access-log bytes waiting for the disk; more lines are dropped and counted.",
  },
  drainDelayMs: {
    default: 1,
    unit: "ms",
    why: "After a drain began, connections are still accepted for this long; set it to what a balancer in front needs to see /readyz turn.",
  },
  drainMs: { default: 30_000, unit: "ms", why: "Longest drain; then what is left is cut." },
} as const;

edgeLimits satisfies Readonly<Record<string, Limit>>;

/** The edge's caps as plain numbers. */
export type EdgeLimits = { readonly [Name in keyof typeof edgeLimits]: number };
