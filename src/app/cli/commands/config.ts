import type { Verb } from "../command.ts";

interface ShowOptions {
  readonly config?: string;
  readonly effective?: boolean;
  readonly origin?: boolean;
  readonly json?: boolean;
}

/** `gait config show|schema`: what is in force and where it came from; the schema for editors. */
export const config: Verb = (program, { stdout, env }) => {
  const group = program
    .command("config")
    .description("show the configuration in force, or its schema")
    .addHelpText("after", "\nExample:\n  gait config show --effective --origin\n");
  group
    .command("show")
    .description("the configuration in force: flag before environment before file before default")
    .option("-c, --config <file>", "configuration file", "gait.yaml")
    .option("--effective", "with every default filled in")
    .option("--origin", "each setting with the place it came from")
    .option("--json", "as one JSON document")
    .addHelpText("after", "\nExample:\n  gait config show --config gait.yaml --effective --origin\n")
    .action(async (options: ShowOptions) => {
      const { requireConfig } = await import("../../config/read-config.ts");
      const { effectiveSettings, renderEffective, renderGiven } = await import("../../config/effective.ts");
      const { config: found, origins } = requireConfig({ path: options.config, env });
      const settings = effectiveSettings(found, origins);
      const chosen = options.effective === true ? settings : settings.filter(({ origin }) => origin !== "default");
      if (options.json === true) stdout.write(`${JSON.stringify({ version: 1, settings: chosen })}\n`);
      else if (options.effective === true && options.origin !== true) stdout.write(renderEffective(found));
      else stdout.write(renderGiven(chosen, { origin: options.origin === true }));
    });
  group
    .command("schema")
    .description("the JSON Schema (draft-07) of gait.yaml")
    .addHelpText("after", "\nExample:\n  gait config schema > gait.schema.json\n")
    .action(async () => {
      const { renderJsonSchema } = await import("../../config/json-schema.ts");
      stdout.write(renderJsonSchema());
    });
};
