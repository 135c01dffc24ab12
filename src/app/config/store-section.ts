import { z } from "zod";
import type { ByteSizeText, DurationText } from "./config.ts";
import { byteSize, durationText, fileText } from "./scalars.ts";

/** Where and how long the gateway remembers. */
export interface StoreConfig {
  readonly path: string;
  readonly retention: DurationText;
  readonly sizeMax: ByteSizeText;
  readonly addresses: "hashed" | "full";
}

/** Section `store`. */
export const storeSection: z.ZodType<StoreConfig> = z.strictObject({
  path: fileText.default("gait-data").meta({
    description:
      "Directory of everything the gateway keeps: its hash key, the last good configuration, the admin socket. Mode 0700.",
  }),
  retention: durationText
    .default("30d")
    .meta({ description: "Recorded decisions older than this are deleted.", examples: ["7d"] }),
  sizeMax: byteSize
    .default("20GB")
    .meta({ description: "The oldest hours of records are deleted beyond this.", examples: ["5GB"] }),
  addresses: z.enum(["hashed", "full"]).default("hashed").meta({
    description:
      "What is kept of client addresses: a keyed hash and the network (/24, /48), by which an address can be followed and searched but not read; or the address itself.",
  }),
});
