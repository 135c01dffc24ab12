import { exitCodes, GaitError } from "#core";
import { checkBackup, restoreBackup } from "../../backup/restore-backup.ts";
import type { Verb } from "../command.ts";

interface RestoreOptions {
  readonly state: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `gait restore`: puts a backup in place of a state directory, while no gateway runs there. */
export const restore: Verb = (program, { stdout }) => {
  program
    .command("restore <backup>")
    .description("put a backup in place of the state directory of a gateway that is stopped")
    .option("--state <directory>", "state directory of the gateway", "gait-data")
    .option("--dry-run", "check the backup and change nothing")
    .option("--yes", "do not ask back: what is there is moved aside")
    .option("--json", "as one JSON document")
    .addHelpText("after", "\nExample:\n  gait restore /backups/2026-03-01T04-00-00-000Z --state /var/lib/gait --yes\n")
    .action(async (backup: string, { state, dryRun, yes, json }: RestoreOptions) => {
      const { at, files, audit } = checkBackup(backup);
      const told = { from: new Date(at).toISOString(), files: files.length, auditEntries: audit.entries };
      if (dryRun !== true && yes !== true)
        throw new GaitError("operation-refused", `restore replaces ${JSON.stringify(state)}; say --yes`, {
          exitCode: exitCodes.usage,
        });
      const before = dryRun === true ? null : (await restoreBackup(backup, state, { now: Date.now() })).before;
      if (json === true) {
        stdout.write(`${JSON.stringify({ ...told, restored: dryRun !== true, before })}\n`);
        return;
      }
      stdout.write(
        `backup of ${told.from}: ${told.files} files as they were written, ${told.auditEntries} audit entries\n`,
      );
      if (dryRun === true) stdout.write("nothing was changed\n");
      else stdout.write(`restored to ${state}${before === null ? "" : `; what was there is now ${before}`}\n`);
    });
};
