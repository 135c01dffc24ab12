import type { Command } from "commander";
import { exitCodes } from "#core";
import type { CommandContext, Verb } from "../command.ts";
import { addDeskVerbs } from "../policy/policy-desk-verbs.ts";

/** `gait policy`: rules and packs. */
export const policy: Verb = (program, context) => {
  const group = program.command("policy").description("rules: what there is, what it would do, how far it may go");
  addTest(group, context);
  addDeskVerbs(group, context);
};

function addTest(group: Command, { stdout }: CommandContext): void {
  group
    .command("test")
    .description("run the traces of rules through the engine; exit code 4 when one does not do as it says")
    .argument("[pack...]", "packs by name; all of them without a name")
    .option("--rules <directory>", "the site's own rules instead of packs")
    .option("--json", "as one JSON document")
    .addHelpText(
      "after",
      "\nExamples:\n  gait policy test account-takeover\n  gait policy test --rules /etc/gait/rules\n",
    )
    .action(async (names: string[], options: { rules?: string; json?: boolean }) => {
      const { packNames, readRuleFiles } = await import("../../policy/rule-files.ts");
      const { rulesOf, testRules } = await import("../../policy/trial/test-packs.ts");
      const { plural } = await import("../../replay/words.ts");
      const packs = names.length > 0 ? names : options.rules === undefined ? packNames() : [];
      const started = performance.now();
      const report = testRules(rulesOf(readRuleFiles({ packs, rules: options.rules })));
      const seconds = (performance.now() - started) / 1_000;
      if (options.json === true) stdout.write(`${JSON.stringify({ version: 1, packs, ...report })}\n`);
      else {
        for (const { rule, file, place, message } of report.failures)
          stdout.write(`${file}:${place.line}:${place.column}: ${rule}: ${message}\n`);
        const said = report.failures.length === 0 ? "all as they say" : `${report.failures.length} not as they say`;
        stdout.write(
          `${plural(report.rules, "rule")}, ${plural(report.traces, "trace")} in ${seconds.toFixed(1)} s: ${said}\n`,
        );
      }
      if (report.failures.length > 0) process.exitCode = exitCodes.findings;
    });
}
