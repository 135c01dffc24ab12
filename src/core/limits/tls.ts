import type { Limit } from "./limit.ts";

/** Caps of TLS termination: what one handshake may cost before anybody has proved anything. */
export const tlsLimits = {
  helloBytesMax: {
    default: 65_536,
    unit: "bytes",
    why: "A ClientHello with two post-quantum key shares and a large ticket stays below 8 KiB; a handshake message may claim 16 MiB.",
  },
  helloRecordsMax: {
    default: 2_048,
    unit: "count",
    why: "Records as small as one byte are legal; every one costs work, and no client needs more than one byte per record of a 2 KiB hello.",
  },
  helloTimeMs: {
    default: 5_000,
    unit: "ms",
    why: "Node starts its own handshake timer only once the TLS engine exists; a client may stall before that.",
  },
  handshakeTimeMs: {
    default: 10_000,
    unit: "ms",
    why: "From the first byte to the finished handshake: four round trips on a bad mobile line take under 4 s.",
  },
  handshakesPerAddressMax: {
    default: 64,
    unit: "count",
    why: "Handshakes under way from one address at one time; a browser opens six, an office behind one address rarely sixty.",
  },
  handshakesMax: {
    default: 4_096,
    unit: "count",
    why: "Handshakes under way in one process; each holds up to 100 KiB of TLS engine and buffers.",
  },
  certificatesMax: {
    default: 10_000,
    unit: "count",
    why: "Certificate pairs of one listener; each holds about 20 KiB once parsed.",
  },
  sessionSeconds: {
    default: 7_200,
    unit: "count",
    why: "Seconds a session ticket resumes.",
  },
  ticketKeyMs: {
    default: 43_200_000,
    unit: "ms",
    why: "How long one ticket key issues tickets; a stolen key opens no session older than this.",
  },
  certificateWatchMs: {
    default: 5_000,
    unit: "ms",
    why: "How often certificate files are looked at: a renewed certificate serves within seconds of its arrival.",
  },
} as const;

tlsLimits satisfies Readonly<Record<string, Limit>>;
