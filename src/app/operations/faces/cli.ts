import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { exitCodes, GaitError } from "#core";
import { type AdminAnswer, type AdminTarget, askGateway, errorIn, withAdminTarget } from "../../cli/admin-client.ts";
import type { CommandContext, Verb } from "../../cli/command.ts";
import type { AnyOperation } from "../operation.ts";
import { operations } from "../operation-table.ts";
import { pathOf } from "./http.ts";
import { coerceTexts, inputSchema, type JsonSchema } from "./json-schemas.ts";
import { renderPlain } from "./render-plain.ts";

interface GeneratedOptions extends AdminTarget {
  readonly json?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly [field: string]: unknown;
}

const exitByStatus: Readonly<Record<number, number>> = {
  400: exitCodes.usage,
  401: exitCodes.permission,
  403: exitCodes.permission,
  404: exitCodes.notFound,
};

/** Sessions belong to browsers: at the socket the caller is known already. */
const notOnCommandLine = new Set([
  "session.create",
  "session.bootstrap",
  "session.sign-on",
  "session.finish-sign-on",
  "session.delete",
  "session.second-factor",
]);

/** Every operation as a command: `decisions.add` is `gait decisions add`. Hand-made verbs of the same name stay in front. */
export const operationVerbs: Verb = (program, context) => {
  for (const operation of operations) {
    if (notOnCommandLine.has(operation.name)) continue;
    const [group = "", verb] = operation.name.split(".");
    const known = program.commands.find((command) => command.name() === group);
    if (verb === undefined) {
      if (known === undefined) addOperation(program.command(group), operation, context);
      continue;
    }
    const parent = known ?? program.command(group).description(`${group}: see its commands`);
    if (parent.commands.every((command) => command.name() !== verb))
      addOperation(parent.command(verb), operation, context);
  }
};

function addOperation(command: Command, operation: AnyOperation, context: CommandContext): void {
  const schema = inputSchema(operation);
  const { argument, summary, effect } = operation;
  withAdminTarget(command).description(summary).option("--json", "as one JSON document");
  if (argument !== undefined) command.argument(`<${argument}>`, schema.properties?.[argument]?.description);
  for (const [name, field] of Object.entries(schema.properties ?? {}))
    if (name !== argument) addField(command, name, { field, must: schema.required?.includes(name) === true });
  if (effect === "write") command.option("--dry-run", "show what would be asked, and ask nothing");
  if (operation.destructive === true) command.option("--yes", "do not ask back");
  command.addHelpText("after", `\nExample:\n  ${exampleLine(operation)}\n`);
  command.action(async (...given: unknown[]) => {
    const options = command.opts<GeneratedOptions>();
    const argumentValue = argument === undefined ? undefined : String(given[0]);
    const input = coerceTexts(schema, textsOf(schema, { options, argument, argumentValue }));
    if (options.dryRun === true) {
      context.stdout.write(`${JSON.stringify({ operation: operation.name, input })}\n`);
      return;
    }
    if (operation.destructive === true && options.yes !== true) await confirm(operation, context);
    const answer = await askGateway(options, { method: "POST", path: pathOf(operation), body: input }, context.env);
    if (answer.status !== 200) throw fault(operation, answer);
    context.stdout.write(options.json === true ? `${JSON.stringify(answer.body)}\n` : renderPlain(answer.body));
    if (operation.findings?.(answer.body) === true) process.exitCode = exitCodes.findings;
  });
}

function addField(
  command: Command,
  name: string,
  { field, must }: { readonly field: JsonSchema; readonly must: boolean },
): void {
  const flag = flagOf(name);
  const otherwise = field.default === undefined ? "" : ` (default: ${String(field.default)})`;
  const description = `${field.description ?? ""}${otherwise}`;
  if (field.type === "boolean") command.option(flag, description);
  else if (must && field.default === undefined) command.requiredOption(`${flag} <value>`, description);
  else command.option(`${flag} <value>`, field.type === "array" ? `${description} Several: with commas.` : description);
}

/** Options that every such command has; a field of the same name is asked for as `--where-…`. */
const taken = new Set(["socket", "state", "config", "json", "yes", "dryRun"]);

function flagOf(name: string): string {
  return `--${taken.has(name) ? "where-" : ""}${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Where commander keeps the value of that flag. */
function attributeOf(name: string): string {
  return taken.has(name) ? `where${name.charAt(0).toUpperCase()}${name.slice(1)}` : name;
}

function textsOf(
  { properties = {} }: JsonSchema,
  given: {
    readonly options: GeneratedOptions;
    readonly argument: string | undefined;
    readonly argumentValue: string | undefined;
  },
): Record<string, string[]> {
  const texts: Record<string, string[]> = {};
  for (const name of Object.keys(properties)) {
    const value = name === given.argument ? given.argumentValue : given.options[attributeOf(name)];
    if (value !== undefined) texts[name] = [String(value)];
  }
  return texts;
}

function fault({ name }: AnyOperation, answer: AdminAnswer): GaitError {
  const exitCode = exitByStatus[answer.status] ?? exitCodes.failed;
  return new GaitError("operation-refused", `${name}: ${errorIn(answer)}`, { exitCode });
}

/** What cannot be undone is asked back at a terminal, and elsewhere wants `--yes`. */
async function confirm({ name }: AnyOperation, { stdin, stderr }: CommandContext): Promise<void> {
  const refuse = (why: string): GaitError => new GaitError("operation-refused", `${name}: ${why}`, { exitCode: 2 });
  if (!("isTTY" in stdin) || stdin.isTTY !== true) throw refuse("this cannot be undone; say --yes");
  const lines = createInterface({ input: stdin, output: stderr });
  const said = await lines.question(`${name} cannot be undone. Go on? [y/N] `);
  lines.close();
  if (!/^y(es)?$/i.test(said.trim())) throw refuse("nothing was done");
}

function exampleLine(operation: AnyOperation): string {
  const { argument, example } = operation;
  const parts = ["gait", ...operation.name.split(".")];
  if (argument !== undefined) parts.push(String(example[argument] ?? argument));
  for (const [name, value] of Object.entries(example)) {
    if (name === argument) continue;
    parts.push(flagOf(name));
    if (value !== true) parts.push(quoted(Array.isArray(value) ? value.join(",") : String(value)));
  }
  return parts.join(" ");
}

function quoted(text: string): string {
  return /^[\w.,:/@-]+$/.test(text) ? text : `"${text}"`;
}
