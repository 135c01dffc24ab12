import { type Command, InvalidArgumentError } from "commander";
import type { Verb } from "../command.ts";

const shells = ["bash", "zsh", "fish"] as const;
type Shell = (typeof shells)[number];

/** `gait completion SHELL`: a script that completes verbs and options. */
export const completion: Verb = (program, { stdout }) => {
  program
    .command("completion")
    .description("print a completion script for bash, zsh or fish")
    .argument("<shell>", shells.join(", "), shellNamed)
    .addHelpText("after", "\nExamples:\n  source <(gait completion bash)\n  gait completion fish | source\n")
    .action((shell: Shell) => {
      stdout.write(scripts[shell](program.commands.filter((command) => command.name() !== "help")));
    });
};

function shellNamed(text: string): Shell {
  const shell = shells.find((each) => each === text);
  if (shell === undefined) throw new InvalidArgumentError(`expected ${shells.join(", ")}.`);
  return shell;
}

const scripts: Readonly<Record<Shell, (commands: readonly Command[]) => string>> = { bash, zsh, fish };

function wordsOf(command: Command): string {
  const words = command.commands.map((below) => below.name());
  for (const option of command.options) if (option.long !== undefined && option.long !== null) words.push(option.long);
  return [...words, "--help"].join(" ");
}

function bash(commands: readonly Command[]): string {
  const cases = commands.map((command) => `    ${command.name()}) words="${wordsOf(command)}" ;;`);
  return `_gait() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words
  if [ "$COMP_CWORD" -eq 1 ]; then words="${commands.map((command) => command.name()).join(" ")} --help --version"
  else case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
    *) words="" ;;
  esac; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ "\${#COMPREPLY[@]}" -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
}
complete -F _gait gait
`;
}

function zsh(commands: readonly Command[]): string {
  const verbs = commands.map((command) => `    '${command.name()}:${plain(command.description())}'`);
  const cases = commands.map((command) => `    ${command.name()}) compadd -- ${wordsOf(command)}; _files ;;`);
  return `#compdef gait
_gait() {
  local -a verbs
  verbs=(
${verbs.join("\n")}
  )
  if (( CURRENT == 2 )); then _describe verb verbs; return; fi
  case "$words[2]" in
${cases.join("\n")}
  esac
}
compdef _gait gait
`;
}

function fish(commands: readonly Command[]): string {
  const lines = commands.flatMap((command) => [
    `complete -c gait -n __fish_use_subcommand -a ${command.name()} -d '${plain(command.description())}'`,
    ...command.commands.map(
      (below) => `complete -c gait -n '__fish_seen_subcommand_from ${command.name()}' -a ${below.name()}`,
    ),
    ...command.options
      .filter((option) => option.long !== undefined && option.long !== null)
      .map(
        (option) =>
          `complete -c gait -n '__fish_seen_subcommand_from ${command.name()}' -l ${(option.long ?? "").slice(2)} -d '${plain(option.description)}'`,
      ),
  ]);
  return `${lines.join("\n")}\n`;
}

/** Descriptions are ours; quotes and colons would end a word all the same. */
function plain(text: string): string {
  return text.replace(/['`\\]/g, "").replaceAll(":", ",");
}
