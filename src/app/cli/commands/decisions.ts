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

/** `gait unblock REFERENCE`: lets somebody through again. */
export const unblock: Verb = (program, { stdout, env }) => {
  withAdminTarget(program.command("unblock"))
    .description("let somebody through again, by the reference of the refused request or by what stands")
    .argument("<what>", "reference (X-Request-Id), address, CIDR network, cohort or a decision's id")
    .option("--for <duration>", "how long whoever was refused is let through (default: 24h)")
    .option("--reason <text>", "stands in the audit log")
    .option("--json", "as one JSON document")
    .addHelpText("after", '\nExample:\n  gait unblock 6e1f0a52-3 --for 7d --reason "ticket 4711"\n')
    .action(async (what: string, options: DecisionOptions) => {
      const body = { what, for: options.for, reason: options.reason };
      const answer = await askGateway(options, { method: "POST", path: "/api/v1/decisions/unblock", body }, env);
      if (answer.status !== 200) {
        const exitCode = answer.status === 404 ? exitCodes.notFound : exitCodes.usage;
        throw new GaitError("decision-unknown", errorIn(answer), { exitCode });
      }
      const { lifted, allowed } = answer.body as {
        readonly lifted: readonly Listed[];
        readonly allowed: Listed | null;
      };
      if (options.json === true) stdout.write(`${JSON.stringify({ version: 1, lifted, allowed })}\n`);
      else {
        for (const one of lifted) stdout.write(`lifted ${one.action} of ${one.scope} ${one.value}: ${one.reason}\n`);
        if (allowed !== null) stdout.write(line(allowed));
      }
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
      const answer = await askGateway(options, { method: "POST", path: "/api/v1/decisions/add", body }, env);
      if (answer.status !== 200) {
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
