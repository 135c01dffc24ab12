import { Command, CommanderError } from "commander";
import { exitCodes, GaitError } from "#core";
import type { CommandContext } from "./command.ts";
import { verbs } from "./commands/index.ts";
import { packageVersion } from "./commands/version.ts";

/** Runs one command line and returns its exit code; never throws for what a user can cause. */
export async function runCli(argv: readonly string[], context: CommandContext): Promise<number> {
  const program = new Command("gait")
    .description("recognises clients by how they move, not by what they wear")
    .version(packageVersion(), "-V, --version")
    .exitOverride()
    .showHelpAfterError("(gait --help lists the verbs)")
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
    });
  for (const verb of verbs) verb(program, context);
  try {
    await program.parseAsync(argv, { from: "user" });
    return typeof process.exitCode === "number" ? process.exitCode : exitCodes.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (error instanceof GaitError) {
      context.stderr.write(`gait: ${error.message} [${error.code}]\n`);
      return error.exitCode;
    }
    throw error;
  }
}

/** Runs this process as the `gait` command. */
export async function start(): Promise<void> {
  const abort = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => abort.abort(name));
  // A closed pipe (`gait replay … | head`) is the reader's choice, not our failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(exitCodes.ok);
    throw error;
  });
  process.exitCode = await runCli(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    env: process.env,
    signal: abort.signal,
  });
}

if (import.meta.main) await start();
