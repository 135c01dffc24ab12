import { z } from "zod";
import { packageVersion } from "../../cli/commands/version.ts";
import { storePathOf } from "../../records/disk.ts";
import type { Operation } from "../operation.ts";

/** Nothing is asked. */
export type HealthInput = Readonly<Record<string, never>>;

/** One part of the gateway. */
export interface HealthPart {
  readonly name: string;
  readonly state: "good" | "warning" | "bad";
  readonly says: string;
  /** What to do about it; empty while good. */
  readonly fix: string;
}

/** How the gateway is. */
export interface Health {
  readonly state: "good" | "warning" | "bad";
  readonly version: string;
  readonly node: string;
  readonly uptimeSeconds: number;
  readonly memoryBytes: number;
  readonly parts: readonly HealthPart[];
  readonly records: { readonly appended: number; readonly stored: number; readonly shed: number };
  readonly failModeUsed: Readonly<Record<string, number>>;
  readonly engine: Readonly<Record<string, number>>;
}

const state = z.enum(["good", "warning", "bad"]);

/** `health`: components, lag, losses, fail modes, disk. */
export const health: Operation<HealthInput, Health> = {
  name: "health",
  summary: "How the gateway and its parts are, and what to do where something is wrong.",
  effect: "read",
  permission: "look",
  example: {},
  input: z.strictObject({}) as z.ZodType<HealthInput>,
  output: z.strictObject({
    state,
    version: z.string(),
    node: z.string(),
    uptimeSeconds: z.number(),
    memoryBytes: z.number(),
    parts: z.array(z.strictObject({ name: z.string(), state, says: z.string(), fix: z.string() })),
    records: z.strictObject({ appended: z.number(), stored: z.number(), shed: z.number() }),
    failModeUsed: z.record(z.string(), z.number()),
    engine: z.record(z.string(), z.number()),
  }),
  handle({ service, now }) {
    const { appended, stored, shed, problem, notice } = service.records.stats();
    const edge = service.edgeStats();
    const parts: HealthPart[] = [
      part("configuration", service.degraded === "", service.degraded, "Mend the file, then gait reload."),
      part("records", problem === "", problem, "See that the disk of store.path has room and can be written."),
      part(
        "records lost",
        shed === 0,
        `${shed} decisions were shed since the start`,
        "The store was too slow or full.",
      ),
      ...(notice === ""
        ? []
        : [
            {
              name: "records damaged",
              state: "warning",
              says: notice,
              fix: "Look whether the disk is sound.",
            } as const,
          ]),
      storePathOf(service.config),
      ...edge.upstreams.map(({ upstream, address, healthy }) =>
        part(`upstream ${upstream}`, healthy, `${address} does not answer`, "See whether the origin runs."),
      ),
      ...service.agentReport().alarms.map(
        (alarm): HealthPart => ({
          name: "address lists",
          state: "warning",
          says: typeof alarm === "string" ? alarm : JSON.stringify(alarm),
          fix: "gait intel update",
        }),
      ),
    ];
    const worst = parts.some((one) => one.state === "bad")
      ? "bad"
      : parts.some((one) => one.state === "warning")
        ? "warning"
        : "good";
    return {
      state: worst,
      version: packageVersion(),
      node: process.versions.node,
      uptimeSeconds: Math.round((now - service.startedAt) / 1_000),
      memoryBytes: process.memoryUsage.rss(),
      parts,
      records: { appended, stored, shed },
      failModeUsed: { ...edge.failures },
      engine: { ...service.engineStats() },
    };
  },
};

function part(name: string, good: boolean, says: string, fix: string): HealthPart {
  return good ? { name, state: "good", says: "", fix: "" } : { name, state: "bad", says, fix };
}
