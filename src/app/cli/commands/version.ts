import { createRequire } from "node:module";
import type { Verb } from "../command.ts";

/** `gait version`: this build and the runtime under it. */
export const version: Verb = (program, { stdout }) => {
  program
    .command("version")
    .description("print the version of Gait and of the runtime under it")
    .option("--json", "as one JSON document")
    .addHelpText("after", "\nExample:\n  gait version --json\n")
    .action((options: { json?: boolean }) => {
      const facts = {
        gait: packageVersion(),
        node: process.versions.node,
        platform: `${process.platform}-${process.arch}`,
      };
      stdout.write(
        options.json ? `${JSON.stringify(facts)}\n` : `gait ${facts.gait} (node ${facts.node}, ${facts.platform})\n`,
      );
    });
};

/** The version in package.json, found from source and from dist alike. */
export function packageVersion(): string {
  const { version: found } = createRequire(import.meta.url)("../../../../package.json") as { version: string };
  return found;
}
