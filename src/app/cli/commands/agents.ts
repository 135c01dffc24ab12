import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { exitCodes, GaitError, intelLimits } from "#core";
import { type AgentReport, renderAgentReport } from "../../agents/render-report.ts";
import { type AdminTarget, askGateway, errorIn, withAdminTarget } from "../admin-client.ts";
import type { CommandContext, Verb } from "../command.ts";
import { directoryOption, stateOf } from "../state-option.ts";

/** `gait agents`: who comes, who may, and the operator's own agents. */
export const agents: Verb = (program, context) => {
  const group = program.command("agents").description("agents and declared bots: report, add, list, presets");
  addReport(group, context);
  addAdd(group, context);
  addList(group, context);
  addPresets(group, context);
};

function addReport(group: Command, { stdout, env }: CommandContext): void {
  withAdminTarget(group.command("report"))
    .description("agents on your site: who, how many, what they touch, what they cost, which obey")
    .argument("[logs...]", "access logs to read instead of asking the running gateway")
    .option("--robots <file>", "robots.txt to hold them to (with logs)")
    .option("--hours <number>", "how far back nameless programs are looked for (default: 24)")
    .option("--json", "as one JSON document")
    .addHelpText("after", "\nExample:\n  gait agents report /var/log/nginx/access.log --robots /var/www/robots.txt\n")
    .action(async (logs: string[], options: AdminTarget & { robots?: string; hours?: string; json?: boolean }) => {
      const body = logs.length === 0 ? await fromGateway(options, env) : await fromLogs(logs, options.robots);
      stdout.write(options.json === true ? `${JSON.stringify({ version: 1, ...body })}\n` : renderAgentReport(body));
    });
}

async function fromGateway(
  options: AdminTarget & { readonly hours?: string },
  env: NodeJS.ProcessEnv,
): Promise<AgentReport> {
  const hours = options.hours === undefined ? {} : { hours: Number(options.hours) };
  const answer = await askGateway(options, { method: "POST", path: "/api/v1/agents/report", body: hours }, env);
  if (answer.status !== 200)
    throw new GaitError("operation-refused", `agents.report: ${errorIn(answer)}`, { exitCode: exitCodes.failed });
  return answer.body as AgentReport;
}

async function fromLogs(logs: readonly string[], robotsFile: string | undefined): Promise<AgentReport> {
  const { reportLogs } = await import("../../agents/report-logs.ts");
  const { readRobotsFile } = await import("../../agents/robots-book.ts");
  return reportLogs(logs, robotsFile === undefined ? undefined : readRobotsFile(robotsFile));
}

function addAdd(group: Command, { stdout }: CommandContext): void {
  directoryOption(group.command("add"))
    .description("register one of your own agents by its public key; `gait reload` makes it known")
    .argument("<name>", "what it is called in verdicts and policy")
    .requiredOption("--key <file>", "public key: JWK, JWK set with one key, or PEM")
    .option("--operator <name>", "whose agent it is", "us")
    .option("--json", "as one JSON document")
    .addHelpText("after", "\nExample:\n  gait agents add price-checker --key price-checker.jwk\n")
    .action(
      async (
        name: string,
        options: { key: string; operator: string; state?: string; config?: string; json?: boolean },
      ) => {
        const { registerAgent } = await import("../../agents/registered-agents.ts");
        const keyText = readKeyFile(options.key);
        const keyid = registerAgent(stateOf(options), { name, operator: options.operator, keyText });
        stdout.write(
          options.json === true
            ? `${JSON.stringify({ version: 1, name, keyid })}\n`
            : `registered ${name}; it must sign with keyid="${keyid}"\n`,
        );
      },
    );
}

function addList(group: Command, { stdout }: CommandContext): void {
  directoryOption(group.command("list"))
    .description("the agents that are known: your own by key, and the catalogue with how each can be checked")
    .option("--json", "as one JSON document")
    .addHelpText("after", "\nExample:\n  gait agents list --json\n")
    .action(async (options: { state?: string; config?: string; json?: boolean }) => {
      const { readRegisteredAgents } = await import("../../agents/registered-agents.ts");
      const { createBotDirectory } = await import("#intel");
      const own = readRegisteredAgents(stateOf(options)).map(({ name, operator, key }) => ({
        name,
        operator,
        keyid: key.thumbprint,
      }));
      const { known } = createBotDirectory({
        userAgentCharactersMax: intelLimits.userAgentCharacters.default,
        userAgentsCachedMax: 2,
      });
      if (options.json === true) {
        stdout.write(`${JSON.stringify({ version: 1, own, catalogue: known })}\n`);
        return;
      }
      for (const { name, operator, keyid } of own)
        stdout.write(`${name.padEnd(30)} ${operator.padEnd(22)} own             keyid ${keyid}\n`);
      for (const { name, operator, purpose, verification } of known) {
        const ways = [
          ...(verification.ranges.length > 0 ? ["ranges"] : []),
          ...(verification.domains.length > 0 ? ["dns"] : []),
          ...(verification.signatureAgent === "" ? [] : ["signature"]),
        ];
        stdout.write(
          `${name.padEnd(30)} ${operator.padEnd(22)} ${purpose.padEnd(15)} ${ways.length === 0 ? "only claimed" : ways.join(", ")}\n`,
        );
      }
    });
}

function addPresets(group: Command, { stdout }: CommandContext): void {
  group
    .command("presets")
    .description("ready-made lanes for `agents.preset` in gait.yaml, and the robots.txt lines that say the same")
    .option("--json", "as one JSON document")
    .addHelpText("after", "\nExample:\n  gait agents presets --json\n")
    .action(async (options: { json?: boolean }) => {
      const { presets, renderContentUsage } = await import("#policy");
      const all = Object.entries(presets).map(([name, { title, contentUsage }]) => ({
        name,
        title,
        contentUsage: renderContentUsage(contentUsage),
      }));
      if (options.json === true) stdout.write(`${JSON.stringify({ version: 1, presets: all })}\n`);
      else
        for (const { name, title, contentUsage } of all)
          stdout.write(`${name}\n  ${title}.\n  Content-Usage: ${contentUsage}\n`);
    });
}

function readKeyFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const message = `cannot read ${JSON.stringify(file)} (${(error as NodeJS.ErrnoException).code ?? "unknown"})`;
    throw new GaitError("agents-key", message, { exitCode: exitCodes.usage, cause: error });
  }
}
