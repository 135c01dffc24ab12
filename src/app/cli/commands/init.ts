import { exitCodes, GaitError } from "#core";
import type { Verb } from "../command.ts";

interface InitOptions {
  readonly upstream?: string;
  readonly log?: readonly string[];
  readonly config: string;
  readonly yes?: boolean;
  readonly replay: boolean;
  readonly json?: boolean;
}

/** `gait init`: looks at the machine and writes a first configuration in observe mode. */
export const init: Verb = (program, context) => {
  program
    .command("init")
    .description("look at this machine, show what its access log says, write a first configuration in observe mode")
    .option("-u, --upstream <url>", "put Gait in front of this application: http://HOST:PORT")
    .option("--log <file...>", "access logs to look at first (default: the log of the proxy found)")
    .option("-c, --config <file>", "file to write", "gait.yaml")
    .option("--no-replay", "do not read the log")
    .option("-y, --yes", "overwrite files that exist")
    .option("--json", "what was found and written as one JSON document")
    .addHelpText("after", "\nExamples:\n  gait init\n  gait init --upstream http://127.0.0.1:3000\n")
    .action(async (options: InitOptions) => {
      const upstream = options.upstream;
      if (upstream !== undefined && !(URL.canParse(upstream) && new URL(upstream).protocol === "http:")) {
        throw new GaitError(
          "init-upstream",
          `--upstream: ${JSON.stringify(upstream)} is no URL; expected http://HOST:PORT`,
          {
            exitCode: exitCodes.usage,
          },
        );
      }
      const { runInit } = await import("../../init/run-init.ts");
      await runInit(
        {
          upstream: upstream === undefined ? undefined : new URL(upstream).origin,
          logs: options.log ?? [],
          configFile: options.config,
          overwrite: options.yes === true,
          replay: options.replay,
          json: options.json === true,
          root: "/",
        },
        context,
      );
    });
};
