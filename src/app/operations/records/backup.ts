import { z } from "zod";
import { createBackup } from "../../backup/create-backup.ts";
import type { Operation } from "../operation.ts";

/** Where the backup lies on the gateway's machine. */
export interface BackupOutput {
  readonly path: string;
  readonly files: number;
  readonly bytes: number;
}

/** `backup`: everything the gateway keeps, copied while it serves. */
export const backup: Operation<Readonly<Record<string, never>>, BackupOutput> = {
  name: "backup",
  summary:
    "Copy everything the gateway keeps into a folder below store.path/backups while it serves; gait restore puts it back.",
  effect: "write",
  permission: "administer",
  example: {},
  input: z.strictObject({}) as z.ZodType<Readonly<Record<string, never>>>,
  output: z.strictObject({ path: z.string(), files: z.number(), bytes: z.number() }),
  async handle(context) {
    const { service, now } = context;
    context.change({});
    return createBackup(service.config.store.path, { records: service.records, now });
  },
};
