import { GaitError } from "#core";
import type { PolicyConfig } from "../../config/config.ts";
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
      const rules = loaded.kind === "config" ? await faultOfRules(loaded.config.policy) : undefined;
      if (options.json === true) {
        const problems =
          loaded.kind === "config"
            ? problemsOf(rules)
            : loaded.problems.map(({ place, reason, suggestion }) => ({
                place: renderPlace(place),
                ...place,
                reason,
                suggestion: suggestion ?? null,
              }));
        stdout.write(`${JSON.stringify({ version: 1, file, ok: problems.length === 0, problems })}\n`);
      } else if (loaded.kind === "config" && rules === undefined) {
        stdout.write(`${file}: ok, mode ${loaded.config.mode}\n`);
      }
      if (loaded.kind === "refused") throw refusal(loaded.problems);
      if (rules !== undefined) throw rules;
    });
};

/** What is wrong with the rules that a configuration names. The engine's vocabulary is only loaded where there are any. */
async function faultOfRules(policy: PolicyConfig): Promise<GaitError | undefined> {
  if (policy.rules === undefined && policy.packs.length === 0 && Object.keys(policy.lists).length === 0)
    return undefined;
  const { checkRules } = await import("../../policy/check-rules.ts");
  try {
    checkRules(policy);
    return undefined;
  } catch (error) {
    if (error instanceof GaitError) return error;
    throw error;
  }
}

/** `file:line:col: reason` of each line, as the mistakes of a configuration are told. */
function problemsOf(fault: GaitError | undefined): readonly Readonly<Record<string, unknown>>[] {
  if (fault === undefined) return [];
  return fault.message.split("\n").map((text) => {
    const end = text.indexOf(": ");
    const parts = text.slice(0, Math.max(0, end)).split(":");
    const [line = "", column = ""] = parts.splice(-2);
    const file = parts.join(":");
    if (file === "" || !/^\d+$/.test(line) || !/^\d+$/.test(column))
      return { place: "policy", kind: "file", reason: text, suggestion: null };
    const reason = text.slice(end + 2);
    const place = `${file}:${line}:${column}`;
    return { place, kind: "file", file, line: Number(line), column: Number(column), reason, suggestion: null };
  });
}
