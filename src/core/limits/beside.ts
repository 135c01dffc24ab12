import type { Limit } from "./limit.ts";

/** Caps of the doors where proxies beside us ask, and of those where logs arrive. */
export const besideLimits = {
  pendingAnswersMax: {
    default: 100_000,
    unit: "count",
    why: "Requests of one door that wait for their answer to be reported; beyond it the oldest counts as unanswered.",
  },
  pendingAnswerMs: {
    default: 120_000,
    unit: "ms",
    why: "How long an answer may take to be reported; then its request counts as unanswered.",
  },
  spoeConnectionsMax: {
    default: 4_096,
    unit: "count",
    why: "Connections that HAProxy holds to the SPOE door: some for each of its threads, and more under load. When full, the one silent longest makes room.",
  },
  spoeFrameBytesMax: {
    default: 16_384,
    unit: "bytes",
    why: "One frame from HAProxy (its default buffer); a larger one ends the connection.",
  },
  spoeFragmentsMax: { default: 1_024, unit: "count", why: "Messages of one SPOE connection that came in part." },
  spoeFragmentBytesMax: { default: 65_536, unit: "bytes", why: "All parts of one SPOE message." },
  spoeWriteBytesMax: {
    default: 1_048_576,
    unit: "bytes",
    why: "Verdicts that HAProxy has not read; then the connection ends: who asks and never reads must not be held for ever.",
  },
  checkConnectionsMax: {
    default: 4_096,
    unit: "count",
    why: "Connections of nginx, Caddy, Traefik or Envoy to one door; more are closed at once.",
  },
  checkHeadBytesMax: {
    default: 65_536,
    unit: "bytes",
    why: "Head of one question over HTTP; more ends the connection.",
  },
  checkWriteBytesMax: { default: 1_048_576, unit: "bytes", why: "Verdicts that the proxy has not read." },
  checkIdleMs: {
    default: 75_000,
    unit: "ms",
    why: "A kept connection without a question; above the 60 s after which proxies let go of theirs.",
  },
  checkHeadMs: { default: 5_000, unit: "ms", why: "From the first byte of a question to its last header line." },
  syslogConnectionsMax: { default: 256, unit: "count", why: "Senders connected to one syslog door over TCP or TLS." },
} as const;

besideLimits satisfies Readonly<Record<string, Limit>>;
