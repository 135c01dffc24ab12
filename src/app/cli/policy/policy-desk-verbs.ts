import { existsSync, readFileSync } from "node:fs";
import type { Command } from "commander";
import { exitCodes, GaitError } from "#core";
import type { ApplyPackOutput } from "../../operations/policies/apply-pack.ts";
import type { BacktestPolicyOutput } from "../../operations/policies/backtest-policy.ts";
import { type AdminAnswer, type AdminTarget, askGateway, errorIn, withAdminTarget } from "../admin-client.ts";
import type { CommandContext } from "../command.ts";
import {
  renderApplied,
  renderBacktest,
  renderChange,
  renderDifference,
  renderRule,
  renderTried,
} from "./render-policy.ts";

interface Options extends AdminTarget {
  readonly json?: boolean;
  readonly to?: string;
  readonly why?: string;
  readonly force?: boolean;
  readonly file?: string;
  readonly when?: string;
}

interface ApplyOptions extends Options {
  readonly application?: string;
  readonly mode?: string;
  readonly preview?: boolean;
}

interface Ask {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Adds what people do with rules to `gait policy`: list, show, backtest, diff, apply, approve, reject, rollback. */
export function addDeskVerbs(group: Command, context: CommandContext): void {
  for (const add of [addList, addShow, addBacktest, addDiff, addApply, addWithdraw, addApprove, addReject, addRollback])
    add(group, context);
}

function addList(group: Command, { stdout, env }: CommandContext): void {
  verb(group, "list", "every rule, where it stands and what it did")
    .argument("[text]", "part of a name, pack or reason")
    .addHelpText("after", "\nExample:\n  gait policy list login\n")
    .action(async (text: string | undefined, options: Options) => {
      const body = await call(options, { path: "list", body: text === undefined ? {} : { contains: text } }, env);
      const { rules, degraded, panic } = body as {
        readonly rules: readonly Parameters<typeof renderRule>[0][];
        readonly degraded: string;
        readonly panic: boolean;
      };
      const warnings = `${panic ? "panic is on: nothing is done to anybody\n" : ""}${degraded === "" ? "" : `${degraded}\n`}`;
      const lines =
        rules.length === 0 ? "no rules; policy.packs and policy.rules say which\n" : rules.map(renderRule).join("");
      stdout.write(options.json === true ? json(body) : warnings + lines);
    });
}

function addShow(group: Command, { stdout, env }: CommandContext): void {
  verb(
    group,
    "show",
    "one rule with its history: who changed it, when and why; without a name every version of the rules",
  )
    .argument("[rule]", "name of the rule")
    .addHelpText("after", "\nExamples:\n  gait policy show object-walk\n  gait policy show\n")
    .action(async (name: string | undefined, options: Options) => {
      if (name === undefined) {
        const all = await versionsOf(options, env);
        stdout.write(options.json === true ? json({ versions: all }) : all.map(renderChange).join(""));
        return;
      }
      const history = await call(options, { path: "history", body: { name } }, env);
      const listed = (await call(options, { path: "list", body: { contains: name } }, env)) as {
        readonly rules: readonly (Parameters<typeof renderRule>[0] & { readonly when: string; readonly why: string })[];
      };
      const rule = listed.rules.find((one) => one.name === name);
      if (options.json === true) {
        stdout.write(json({ rule, ...(history as object) }));
        return;
      }
      const { versions } = history as { readonly versions: readonly Parameters<typeof renderChange>[0][] };
      if (rule !== undefined) stdout.write(`${renderRule(rule)}${rule.why}\nwhen ${rule.when}\n`);
      stdout.write(versions.map(renderChange).join(""));
    });
}

function addBacktest(group: Command, { stdout, env }: CommandContext): void {
  verb(group, "backtest", "what rules would have done to the stored requests; exit code 4 over the limit")
    .argument("[rule...]", "names of rules in force")
    .option("--file <path>", "rules to try, as YAML")
    .option("--when <condition>", "a condition to try")
    .addHelpText(
      "after",
      "\nExample:\n  gait policy backtest --when 'request.path == \"/login\" && session.requests > 50'\n",
    )
    .action(async (names: string[], options: Options) => {
      const text = options.file === undefined ? {} : { text: readRules(options.file) };
      const when = options.when === undefined ? {} : { when: options.when };
      const given = names.length === 0 ? {} : { names };
      const body = await call(options, { path: "backtest", body: { ...given, ...text, ...when } }, env);
      const report = body as Parameters<typeof renderBacktest>[0];
      stdout.write(options.json === true ? json(body) : renderBacktest(report));
      if (report.rules.some(({ overLimit }) => overLimit)) process.exitCode = exitCodes.findings;
    });
}

function addDiff(group: Command, { stdout, env }: CommandContext): void {
  verb(group, "diff", "what differs between two versions of the rules")
    .argument("<from>", "number of the earlier version")
    .argument("<to>", "number of the later version")
    .addHelpText("after", "\nExample:\n  gait policy diff 3 4\n")
    .action(async (from: string, to: string, options: Options) => {
      const body = await call(options, { path: "diff", body: { from: Number(from), to: Number(to) } }, env);
      const { rules } = body as { readonly rules: readonly Parameters<typeof renderDifference>[0][] };
      stdout.write(
        options.json === true
          ? json(body)
          : rules.length === 0
            ? "no difference\n"
            : rules.map(renderDifference).join(""),
      );
    });
}

function addApply(group: Command, { stdout, env }: CommandContext): void {
  verb(group, "apply", "put a pack or a file of rules in force; exit code 4 when one that acts is over its limit")
    .argument("<what>", "a pack that comes with Gait, by name, or a file of rules, as YAML")
    .option("--application <name>", "a pack at one application only (default: all)")
    .option("--mode <mode>", "how far a pack's rules may go: watch, canary or enforce (default: watch)")
    .option("--preview", "only say what the pack would have done")
    .option("--why <text>", "stands in the history")
    .option("--force", "although over the limit")
    .addHelpText(
      "after",
      "\nA pack is tried on the stored requests before it takes effect. `gait policy withdraw` takes it back.\n\nExamples:\n  gait policy apply bad-infrastructure --application shop\n  gait policy apply site.yaml --why 'ticket 4711'\n",
    )
    .action(async (what: string, options: ApplyOptions) => {
      const text =
        existsSync(what) || /[/.]/.test(what)
          ? await fileApplied(what, options, env)
          : await packApplied(what, options, env);
      stdout.write(text);
    });
}

async function fileApplied(path: string, options: ApplyOptions, env: NodeJS.ProcessEnv): Promise<string> {
  if (options.application !== undefined || options.mode !== undefined || options.preview === true)
    throw new GaitError(
      "policy-files",
      `--application, --mode and --preview are for packs; ${JSON.stringify(path)} is a file, whose rules say where and how far`,
      { exitCode: exitCodes.usage },
    );
  const file = path.split("/").at(-1) ?? path;
  const confirm = options.force === true ? { confirm: file } : {};
  const rulesText = readRules(path);
  const body = await call(
    options,
    { path: "apply", body: { file, text: rulesText, why: options.why, ...confirm } },
    env,
  );
  const { version, rules } = body as { readonly version: number; readonly rules: number };
  return options.json === true ? json(body) : `version ${version}: ${rules} rules are in force\n`;
}

async function packApplied(pack: string, options: ApplyOptions, env: NodeJS.ProcessEnv): Promise<string> {
  const { application, mode, why, preview } = options;
  if (preview === true) {
    const tried = await call(options, { path: "try-pack", body: { pack, application } }, env);
    return options.json === true ? json(tried) : `${renderTried(tried as BacktestPolicyOutput)}nothing was changed\n`;
  }
  const confirm = options.force === true ? { confirm: pack } : {};
  const body = await call(options, { path: "apply-pack", body: { pack, application, mode, why, ...confirm } }, env);
  return options.json === true ? json(body) : renderApplied(pack, application, body as ApplyPackOutput);
}

function addWithdraw(group: Command, { stdout, env }: CommandContext): void {
  verb(group, "withdraw", "take back a pack or a file that was applied; other rules stay as they are")
    .argument("<what>", "name of the pack, or of the file as it was applied")
    .option("--application <name>", "the application that the pack was applied to")
    .option("--why <text>", "stands in the history")
    .addHelpText("after", "\nExample:\n  gait policy withdraw bad-infrastructure --application shop\n")
    .action(async (pack: string, { application, ...options }: ApplyOptions) => {
      const body = await call(options, { path: "withdraw", body: { pack, application, why: options.why } }, env);
      const { version } = body as { readonly version: number };
      stdout.write(options.json === true ? json(body) : `${pack} is withdrawn (version ${version})\n`);
    });
}

function addApprove(group: Command, { stdout, env }: CommandContext): void {
  verb(group, "approve", "move a rule one step on, behind a backtest; exit code 4 when it is over its limit")
    .argument("<rule>", "name of the rule")
    .option("--to <step>", "watch, canary-1, canary-10 or enforce (default: one step on)")
    .option("--why <text>", "stands in the history")
    .option("--force", "although over the limit: to 1 % of sessions, from where it is taken back if it hurts people")
    .addHelpText("after", "\nExample:\n  gait policy approve object-walk\n")
    .action(async (name: string, options: Options) => {
      const confirm = options.force === true ? { confirm: name } : {};
      const body = await call(
        options,
        { path: "move", body: { name, to: options.to, why: options.why, ...confirm } },
        env,
      );
      const { step, version } = body as { readonly step: string; readonly version: number };
      stdout.write(options.json === true ? json(body) : `${name} is at ${step} (version ${version})\n`);
    });
}

function addReject(group: Command, { stdout, env }: CommandContext): void {
  verb(group, "reject", "retire a rule or a proposal")
    .argument("<rule>", "name of the rule")
    .option("--why <text>", "stands in the history")
    .addHelpText("after", "\nExample:\n  gait policy reject object-walk --why 'hits our app'\n")
    .action(async (name: string, options: Options) => {
      const body = await call(options, { path: "move", body: { name, to: "retired", why: options.why } }, env);
      stdout.write(options.json === true ? json(body) : `${name} is retired\n`);
    });
}

function addRollback(group: Command, { stdout, env }: CommandContext): void {
  verb(group, "rollback", "put the rules back as they were before the last change, or in a version")
    .argument("[version]", "number of the version")
    .option("--why <text>", "stands in the history")
    .addHelpText("after", "\nExample:\n  gait policy rollback\n")
    .action(async (version: string | undefined, options: Options) => {
      const wanted = version === undefined ? {} : { version: Number(version) };
      const body = await call(options, { path: "rollback", body: { ...wanted, why: options.why } }, env);
      const made = (body as { readonly version: number }).version;
      if (options.json === true) {
        stdout.write(json(body));
        return;
      }
      const why = (await versionsOf(options, env)).find((one) => one.version === made)?.why ?? "";
      stdout.write(`version ${made} is in force: ${why}\n`);
    });
}

type ChangeOfRules = Parameters<typeof renderChange>[0];

async function versionsOf(options: Options, env: NodeJS.ProcessEnv): Promise<readonly ChangeOfRules[]> {
  const history = await call(options, { path: "history", body: {} }, env);
  return (history as { readonly versions: readonly ChangeOfRules[] }).versions;
}

function verb(group: Command, name: string, description: string): Command {
  return withAdminTarget(group.command(name)).description(description).option("--json", "as one JSON document");
}

async function call(options: Options, { path, body }: Ask, env: NodeJS.ProcessEnv): Promise<unknown> {
  const answer = await askGateway(options, { method: "POST", path: `/api/v1/policies/${path}`, body }, env);
  if (answer.status === 200) return answer.body;
  throw new GaitError("policy-refused", errorIn(answer), { exitCode: exitCodeOf(answer) });
}

function exitCodeOf({ status }: AdminAnswer): number {
  if (status === 404) return exitCodes.notFound;
  if (status === 409) return exitCodes.findings;
  if (status === 401 || status === 403) return exitCodes.permission;
  return status === 400 ? exitCodes.usage : exitCodes.failed;
}

function readRules(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    throw new GaitError("policy-files", `cannot read ${JSON.stringify(path)} (${code})`, { exitCode: exitCodes.usage });
  }
}

function json(body: unknown): string {
  return `${JSON.stringify({ version: 1, ...(body as object) })}\n`;
}
