import { exitCodes } from "#core";
import type { UpgradeResult } from "../../serve/service.ts";
import { type AdminTarget, askGateway, withAdminTarget } from "../admin-client.ts";
import type { Verb } from "../command.ts";

/** `gait upgrade`: the running gateway starts its successor and hands its sockets over. */
export const upgrade: Verb = (program, { stdout, stderr, env }) => {
  withAdminTarget(program.command("upgrade"))
    .description("replace the running gateway by the version that is installed now, without losing a connection")
    .option("--json", "as one JSON document")
    .addHelpText("after", "\nExample:\n  npm install -g gait && gait upgrade --config /etc/gait/gait.yaml\n")
    .action(async (options: AdminTarget & { json?: boolean }) => {
      const call = { method: "POST", path: "/upgrade", body: {}, timeoutMs: 35_000 } as const;
      const { body } = await askGateway(options, call, env);
      const result = body as UpgradeResult;
      if (options.json === true) stdout.write(`${JSON.stringify({ version: 1, ...result })}\n`);
      if (result.kind === "refused") {
        stderr.write(`gait: ${result.reason}\n`);
        process.exitCode = exitCodes.failed;
        return;
      }
      if (options.json !== true) stdout.write(`process ${result.pid} serves; the old one finishes what is under way\n`);
    });
};
