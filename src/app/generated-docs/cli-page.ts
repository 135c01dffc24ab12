import { PassThrough } from "node:stream";
import { Command } from "commander";
import type { CommandContext } from "../cli/command.ts";
import { verbs } from "../cli/commands/index.ts";

const columns = 100;

/** The text of docs/cli.md: what `--help` says of every verb. */
export function renderCliPage(): string {
  const sink = new PassThrough();
  const context: CommandContext = {
    stdout: sink,
    stderr: sink,
    stdin: sink,
    env: {},
    signal: new AbortController().signal,
  };
  let text = "";
  const program = new Command("gait").configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => columns,
    getOutHasColors: () => false,
  });
  for (const verb of verbs) verb(program, context);
  const sections = program.commands
    .flatMap((command) => [command, ...command.commands])
    .map((command) => {
      text = "";
      command.outputHelp();
      return `## ${fullName(command)}\n\n\`\`\`text\n${text.trim()}\n\`\`\`\n`;
    });
  return `${head}\n${sections.join("\n")}`;
}

function fullName(command: Command): string {
  const parent = command.parent;
  return parent === null ? command.name() : `${fullName(parent)} ${command.name()}`;
}

const head = `# Command line

Made from \`--help\` by \`npm run docs\`.

Data goes to standard output, talk to standard error. \`--json\` prints one document with a version. Verbs that speak to a
running gateway use its admin socket, never its files.

| exit code | meaning |
|---|---|
| 0 | ok |
| 1 | failed |
| 2 | usage, or a configuration with mistakes |
| 3 | not found |
| 4 | findings over a threshold |
| 5 | permission missing |
| 6 | no gateway answers |
| 130 | interrupted |
`;
