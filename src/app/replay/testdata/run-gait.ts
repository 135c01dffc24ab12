import { PassThrough, Readable } from "node:stream";
import type { CommandContext } from "../../cli/command.ts";
import { runCli } from "../../cli/main.ts";

export interface GaitRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command line in this process, as `main.ts` would. */
export async function runGait(
  argv: readonly string[],
  options: { readonly stdin?: string | Buffer; readonly signal?: AbortSignal; readonly columns?: number } = {},
): Promise<GaitRun> {
  const out = new PassThrough();
  const err = new PassThrough();
  if (options.columns !== undefined) Object.assign(out, { columns: options.columns });
  const chunks: { out: Buffer[]; err: Buffer[] } = { out: [], err: [] };
  out.on("data", (chunk: Buffer) => chunks.out.push(chunk));
  err.on("data", (chunk: Buffer) => chunks.err.push(chunk));
  const context: CommandContext = {
    stdout: out,
    stderr: err,
    stdin: Readable.from(options.stdin === undefined ? [] : [Buffer.from(options.stdin)]),
    env: {},
    signal: options.signal ?? new AbortController().signal,
  };
  const before = process.exitCode;
  process.exitCode = undefined;
  const code = await runCli(argv, context);
  process.exitCode = before;
  return { code, stdout: Buffer.concat(chunks.out).toString(), stderr: Buffer.concat(chunks.err).toString() };
}
