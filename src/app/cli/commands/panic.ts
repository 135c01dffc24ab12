import { existsSync } from "node:fs";
import { exitCodes, GaitError } from "#core";
import { setPanic } from "../../policy/panic-switch.ts";
import type { Verb } from "../command.ts";

interface PanicOptions {
  readonly state?: string;
  readonly config?: string;
  readonly json?: boolean;
}

/** `gait panic on|off`: stops every action, with everything but the data plane down. */
export const panic: Verb = (program, { stdout, env }) => {
  program
    .command("panic")
    .description("stop every action at once (on): all is judged and recorded, nothing is done to anybody")
    .argument("<on|off>", "on or off")
    .option("--state <directory>", "state directory of the gateway (default: gait-data)")
    .option("-c, --config <file>", "configuration that names it (default: gait.yaml where there is one)")
    .option("--json", "as one JSON document")
    .addHelpText("after", "\nExample:\n  gait panic on --state /var/lib/gait\n")
    .action(async (wanted: string, options: PanicOptions) => {
      if (wanted !== "on" && wanted !== "off")
        throw new GaitError("panic-switch", `expected "on" or "off", found ${JSON.stringify(wanted)}`, {
          exitCode: exitCodes.usage,
        });
      // The file itself, not the admin socket: it must work when nobody answers there.
      setPanic(await directoryOf(options, env), wanted);
      stdout.write(
        options.json === true
          ? `${JSON.stringify({ version: 1, panic: wanted === "on" })}\n`
          : `panic is ${wanted}, everywhere within two seconds\n`,
      );
    });
};

async function directoryOf({ state, config }: PanicOptions, env: NodeJS.ProcessEnv): Promise<string> {
  if (state !== undefined) return state;
  const path = config ?? (existsSync("gait.yaml") ? "gait.yaml" : undefined);
  if (path === undefined) return env.GAIT__STORE__PATH ?? "gait-data";
  const { requireConfig } = await import("../../config/read-config.ts");
  return requireConfig({ path, env }).config.store.path;
}
