import { statfsSync } from "node:fs";
import type { Config } from "../config/config.ts";
import type { HealthPart } from "../operations/health/health.ts";

const freeShareMin = 0.05;

/** How much room is left where records are kept. */
export function storePathOf({ store }: Config): HealthPart {
  try {
    const { bavail, blocks, bsize } = statfsSync(store.path);
    const free = Math.round((bavail * bsize) / 1e6);
    const good = blocks === 0 || bavail / blocks >= freeShareMin;
    return {
      name: "disk",
      state: good ? "good" : "warning",
      says: `${free} MB free in ${store.path}`,
      fix: good ? "" : "Free some room: when the disk is full, records are shed and changes are refused.",
    };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    return { name: "disk", state: "bad", says: `${store.path}: ${code}`, fix: "See that store.path exists." };
  }
}
