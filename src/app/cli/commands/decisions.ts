import type { Command } from "commander";
import { exitCodes, GaitError } from "#core";
import { type AdminTarget, askGateway, errorIn, withAdminTarget } from "../admin-client.ts";
import type { CommandContext, Verb } from "../command.ts";

interface DecisionOptions extends AdminTarget {
  readonly for?: string;
  readonly reason?: string;
  readonly json?: boolean;
}

interface Listed {
  readonly scope: string;
  readonly value: string;
  readonly action: string;
  readonly reason: string;
  readonly expiresInMs: number | null;
}

/** `gait block ADDRESS`: refuses an address or network while `mode` is `enforce`. */
export const block: Verb = (program, context) => {
  addVerb(program, context, { action: "block", description: "refuse an address or network (acts in enforce mode)" });
};

/** `gait allow ADDRESS`: never acts on an address or network. */
export const allow: Verb = (program, context) => {
  addVerb(program, context, { action: "allow", description: "never act on an address or network" });
};

/** `gait unblock ADDRESS`: lifts what stands for an address or network. */
export const unblock: Verb = (program, { stdout, env }) => {
  withAdminTarget(program.command("unblock"))
    .description("lift what stands for an address or network")
    .argument("<value>", "address, CIDR network or the decision's id")
    .option("--json", "as one JSON document")
    .addHelpText("after", "\nExample:\n  gait unblock 203.0.113.9\n")
    .action(async (value: string, options: DecisionOptions) => {
      const path = `/decisions/${encodeURIComponent(value)}`;
      const answer = await askGateway(options, { method: "DELETE", path, body: {} }, env);
      if (answer.status !== 200) {
        throw new GaitError("decision-unknown", `${JSON.stringify(value)}: ${errorIn(answer)}`, {
          exitCode: exitCodes.notFound,
        });
      }
      stdout.write(
        options.json === true ? `${JSON.stringify({ version: 1, ...(answer.body as object) })}\n` : `lifted ${value}\n`,
      );
    });
};

/** `gait decisions`: what stands. */
export const decisions: Verb = (program, { stdout, env }) => {
  withAdminTarget(program.command("decisions"))
    .description("list the standing decisions of operators")
    .option("--json", "as one JSON document")
    .addHelpText("after", "\nExample:\n  gait decisions --json\n")
    .action(async (options: DecisionOptions) => {
      const { body } = await askGateway(options, { method: "GET", path: "/decisions" }, env);
      const { decisions: all } = body as { readonly decisions: readonly Listed[] };
      if (options.json === true) stdout.write(`${JSON.stringify(body)}\n`);
      else stdout.write(all.length === 0 ? "nothing stands\n" : all.map(line).join(""));
    });
};

function addVerb(
  program: Command,
  { stdout, env }: CommandContext,
  { action, description }: { readonly action: "block" | "allow"; readonly description: string },
): void {
  withAdminTarget(program.command(action))
    .description(description)
    .argument("<value>", "address or CIDR network")
    .option("--for <duration>", "how long, for example 1h (default: until lifted)")
    .option("--reason <text>", "shown by gait explain")
    .option("--json", "as one JSON document")
    .addHelpText("after", `\nExample:\n  gait ${action} 203.0.113.0/24 --for 24h --reason "ticket 4711"\n`)
    .action(async (value: string, options: DecisionOptions) => {
      const body = { action, value, for: options.for, reason: options.reason };
      const answer = await askGateway(options, { method: "POST", path: "/decisions", body }, env);
      if (answer.status !== 201) {
        throw new GaitError("decision-refused", errorIn(answer), { exitCode: exitCodes.usage });
      }
      stdout.write(
        options.json === true
          ? `${JSON.stringify({ version: 1, ...(answer.body as object) })}\n`
          : line(answer.body as Listed),
      );
    });
}

function line({ action, value, reason, expiresInMs }: Listed): string {
  const ends = expiresInMs === null ? "until lifted" : `for ${Math.round(expiresInMs / 1_000)} s`;
  return `${action} ${value} ${ends}: ${reason}\n`;
}
