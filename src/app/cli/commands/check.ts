import type { Verb } from "../command.ts";

/** `gait check [FILE]`: reads a configuration as `serve` would and says everything that is wrong with it. */
export const check: Verb = (program, { stdout, env }) => {
  program
    .command("check")
    .description("check a configuration; every mistake with its place, exit code 2 if there is one")
    .argument("[file]", "configuration file (default: gait.yaml)")
    .option("-c, --config <file>", "the same, as the other verbs say it")
    .option("--json", "as one JSON document")
    .addHelpText("after", "\nExample:\n  gait check /etc/gait/gait.yaml\n")
    .action(async (named: string | undefined, options: { config?: string; json?: boolean }) => {
      const file = named ?? options.config ?? "gait.yaml";
      const { readConfigFile, refusal } = await import("../../config/read-config.ts");
      const { loadConfig } = await import("../../config/load-config.ts");
      const { renderPlace } = await import("../../config/problem.ts");
      const loaded = loadConfig({ file: readConfigFile(file), env });
      if (options.json === true) {
        const problems =
          loaded.kind === "config"
            ? []
            : loaded.problems.map(({ place, reason, suggestion }) => ({
                place: renderPlace(place),
                ...place,
                reason,
                suggestion: suggestion ?? null,
              }));
        stdout.write(`${JSON.stringify({ version: 1, file, ok: problems.length === 0, problems })}\n`);
      } else if (loaded.kind === "config") {
        stdout.write(`${file}: ok, mode ${loaded.config.mode}\n`);
      }
      if (loaded.kind === "refused") throw refusal(loaded.problems);
    });
};
