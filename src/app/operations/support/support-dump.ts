import { readdirSync, statSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { renderMetrics } from "../../admin/metrics.ts";
import { renderForSupport } from "../../config/shown-config.ts";
import { health } from "../health/health.ts";
import type { Operation } from "../operation.ts";
import type { OperationContext } from "../operation-context.ts";

/** What somebody who helps needs to see, and nothing about anybody who visited. */
export interface SupportDump {
  readonly version: 1;
  readonly at: number;
  readonly machine: Readonly<Record<string, string | number>>;
  readonly health: unknown;
  readonly configuration: string;
  readonly degraded: string;
  readonly metrics: string;
  readonly engine: Readonly<Record<string, number>>;
  readonly records: Readonly<Record<string, string | number>>;
  readonly audit: { readonly entries: number; readonly whole: boolean };
  readonly state: readonly { readonly file: string; readonly bytes: number }[];
}

const filesMax = 2_000;

/**
 * `support.dump`: one document to attach to a question. It holds counts, sizes and the configuration, which names secret
 * files and holds no secrets; no address, path, user agent, name, reference or audit entry.
 */
export const supportDump: Operation<Readonly<Record<string, never>>, SupportDump> = {
  name: "support.dump",
  summary:
    "One document for whoever helps: versions, health, configuration, counts. Nothing about visitors, no secrets.",
  effect: "read",
  permission: "administer",
  example: {},
  input: z.strictObject({}) as z.ZodType<Readonly<Record<string, never>>>,
  output: z.strictObject({
    version: z.literal(1),
    at: z.number(),
    machine: z.record(z.string(), z.union([z.string(), z.number()])),
    health: z.unknown(),
    configuration: z.string(),
    degraded: z.string(),
    metrics: z.string(),
    engine: z.record(z.string(), z.number()),
    records: z.record(z.string(), z.union([z.string(), z.number()])),
    audit: z.strictObject({ entries: z.number(), whole: z.boolean() }),
    state: z.array(z.strictObject({ file: z.string(), bytes: z.number() })),
  }) as z.ZodType<SupportDump>,
  async handle(context) {
    const { service, now } = context;
    const { control } = service.records;
    const [cpu] = cpus();
    return {
      version: 1,
      at: now,
      machine: {
        platform: `${process.platform} ${process.arch}`,
        node: process.versions.node,
        cores: cpus().length,
        cpu: cpu?.model ?? "",
        memoryBytes: totalmem(),
      },
      health: await health.handle(context, {}),
      configuration: renderForSupport(service.config),
      degraded: service.degraded,
      metrics: renderMetrics(service),
      engine: { ...service.engineStats() },
      records: await recordsOf(context),
      audit: { entries: control.auditLength(), whole: control.verifyAudit().whole },
      state: filesBelow(service.config.store.path),
    };
  },
};

async function recordsOf({ service, query }: OperationContext): Promise<SupportDump["records"]> {
  try {
    const [row] = await query(
      "SELECT count(*) AS rows, coalesce(min(time), 0) AS oldest, coalesce(max(time), 0) AS newest FROM everything",
    );
    return { ...service.records.stats(), ...(row as Readonly<Record<string, number>>) };
  } catch {
    // The reason is in the stats.
    return { ...service.records.stats() };
  }
}

function filesBelow(folder: string): SupportDump["state"] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .slice(0, filesMax)
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({
      file: file.slice(folder.length + 1),
      bytes: statSync(file, { throwIfNoEntry: false })?.size ?? 0,
    }));
}
