import { exitCodes } from "#core";
import type { ReloadResult } from "../../serve/service.ts";
import { type AdminTarget, askGateway, withAdminTarget } from "../admin-client.ts";
import type { Verb } from "../command.ts";

/** `gait reload`: the running gateway reads its configuration again. */
export const reload: Verb = (program, { stdout, stderr, env }) => {
  withAdminTarget(program.command("reload"))
    .description("make the running gateway read its configuration again; a bad one is refused")
    .option("--json", "as one JSON document")
    .addHelpText("after", "\nExample:\n  gait reload --config /etc/gait/gait.yaml\n")
    .action(async (options: AdminTarget & { json?: boolean }) => {
      const { body } = await askGateway(options, { method: "POST", path: "/reload", body: {} }, env);
      const result = body as ReloadResult;
      if (options.json === true) stdout.write(`${JSON.stringify({ version: 1, ...result })}\n`);
      if (result.kind === "refused") {
        stderr.write(`gait: reload refused, the configuration in force stays: ${result.reason}\n`);
        process.exitCode = exitCodes.usage;
        return;
      }
      const later = result.atNextStart.length === 0 ? "" : `; ${result.atNextStart.join(", ")} at the next start`;
      if (options.json !== true) stdout.write(`configuration ${result.revision} is in force${later}\n`);
    });
};
