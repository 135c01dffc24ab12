import { z } from "zod";
import { renderShown } from "../../config/shown-config.ts";
import type { Operation } from "../operation.ts";

/** Nothing is asked. */
export type EffectiveConfigurationInput = Readonly<Record<string, never>>;

/** What is in force. */
export interface EffectiveConfiguration {
  readonly revision: number;
  readonly file: string | null;
  /** Empty while everything is as configured. */
  readonly degraded: string;
  /** As YAML with every default filled in. It holds no secrets: only the names of secret files. */
  readonly yaml: string;
}

/** `config.effective`: the configuration in force. */
export const effectiveConfiguration: Operation<EffectiveConfigurationInput, EffectiveConfiguration> = {
  name: "config.effective",
  summary: "The configuration in force, with every default filled in.",
  effect: "read",
  permission: "look",
  example: {},
  input: z.strictObject({}) as z.ZodType<EffectiveConfigurationInput>,
  output: z.strictObject({
    revision: z.number(),
    file: z.string().nullable(),
    degraded: z.string(),
    yaml: z.string(),
  }),
  handle({ service }) {
    return {
      revision: service.revision,
      file: service.configFile ?? null,
      degraded: service.degraded,
      yaml: renderShown(service.config),
    };
  },
};
