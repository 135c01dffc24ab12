import type { Command } from "commander";

/** What every verb is given; tests pass their own. */
export interface CommandContext {
  /** Data goes here, talk goes to `stderr`. */
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly stdin: NodeJS.ReadableStream;
  readonly env: NodeJS.ProcessEnv;
  /** Ends long runs politely: SIGINT, SIGTERM. */
  readonly signal: AbortSignal;
}

/** One verb of the command line: adds itself to the program. One file per verb in `commands/`. */
export type Verb = (program: Command, context: CommandContext) => void;
