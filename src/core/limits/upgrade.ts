import type { Limit } from "./limit.ts";

/** Caps of an upgrade in place, while two processes overlap. */
export const upgradeLimits = {
  servingMs: {
    default: 30_000,
    unit: "ms",
    why: "From the start of a successor until it serves; then it is killed and the old process serves on.",
  },
  releaseMs: {
    default: 15_000,
    unit: "ms",
    why: "How long a successor waits for the store and the admin plane; then it opens them as if nobody held them.",
  },
  socketsMax: { default: 1_024, unit: "count", why: "Listening sockets handed over to a successor." },
  spoolBytesMax: {
    default: 67_108_864,
    unit: "bytes",
    why: "Records that a successor keeps in a file until the store is released to it; more are dropped and counted.",
  },
} as const;

upgradeLimits satisfies Readonly<Record<string, Limit>>;
