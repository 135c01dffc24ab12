import { randomBytes, randomInt } from "node:crypto";
import { rename, stat, writeFile } from "node:fs/promises";
import { setFlagsFromString } from "node:v8";
import type { GroupBy } from "#actors";
import { exitCodes, GaitError, type HashKey } from "#core";
import { type LogInput, logInputFromPath, openLogStream, rotatedSiblings } from "#edge";
import { createEngine } from "#engine";
import { createIntel } from "#intel";
import type { LogParseOptions } from "#wire";
import type { CommandContext } from "../cli/command.ts";
import { Progress } from "./progress.ts";
import { type Replay, replayLogs } from "./replay.ts";
import { renderReplayJson } from "./replay-json.ts";
import { renderHtmlReport } from "./report-html.ts";
import { renderTextReport } from "./report-text.ts";
import { sizeNursery } from "./size-nursery.ts";

/** What the command line asks of a replay, checked. */
export interface ReplayRequest {
  readonly logs: readonly string[];
  readonly format: string;
  readonly fields: string;
  readonly captures: readonly string[];
  readonly by: GroupBy;
  readonly maskUserAgents: boolean;
  readonly json: boolean;
  /** File for the page, or "". */
  readonly html: string;
  /** Read the rotated siblings of each log as well. */
  readonly rotated: boolean;
  readonly forwarded: LogParseOptions["forwarded"];
  readonly zoneMinutes: number;
  readonly progress: boolean;
  /** Share of automated requests in percent from which the run ends with exit code 4; undefined: never. */
  readonly failOver: number | undefined;
}

/** Runs one replay and writes what was asked for. Returns the process's exit code. */
export async function runReplay(request: ReplayRequest, context: CommandContext): Promise<number> {
  const { stdout, stderr, env, signal } = context;
  sizeNursery();
  // The old space is kept within a quarter of what is alive: a report over a million clients would let it treble.
  setFlagsFromString("--heap-growing-percent=25");
  const paths = await expandLogs(request, stderr);
  const progress = await createProgress(request, paths, stderr);
  const inputs = paths.map((path) => (path === "-" ? stdinInput(context.stdin) : logInputFromPath(path)));
  const intel = createIntel();
  const replay = await replayLogs(inputs, {
    declaredBot: (userAgent) => intel.declaredBot(userAgent),
    engine: createEngine({ intel, maskUserAgents: request.maskUserAgents, seed: randomInt(2 ** 31) }),
    by: request.by,
    maskUserAgents: request.maskUserAgents,
    seed: 1,
    choice: { format: request.format, fields: request.fields, captures: request.captures },
    parse: { application: "default", key: drawKey(), forwarded: request.forwarded, zoneMinutes: request.zoneMinutes },
    signal,
    onProgress: (taken, facts) => progress?.update(taken, facts.lines),
  });
  progress?.clear();
  if (request.html !== "") await writePage(request.html, renderHtmlReport(replay, { logs: paths }));
  if (request.json) await writeAll(stdout, renderReplayJson(replay));
  else {
    const terminal = stdout as Partial<NodeJS.WriteStream>;
    const colour = terminal.isTTY === true && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb";
    await writeAll(stdout, [renderTextReport(replay, { width: terminal.columns ?? 100, colour, logs: request.logs })]);
  }
  if (request.html !== "") stderr.write(`gait: wrote ${request.html}\n`);
  return exitCodeOf(replay, request);
}

function exitCodeOf({ facts, summary }: Replay, { failOver }: ReplayRequest): number {
  if (facts.interrupted) return exitCodes.interrupted;
  const automated = (100 * summary.requestsByKind.automated) / Math.max(1, summary.requests);
  return failOver !== undefined && automated > failOver ? exitCodes.findings : exitCodes.ok;
}

/** The logs with their rotated siblings where asked for; otherwise says that there are some. */
async function expandLogs({ logs, rotated, json }: ReplayRequest, stderr: NodeJS.WritableStream): Promise<string[]> {
  const paths: string[] = [];
  for (const log of logs) {
    if (!paths.includes(log)) paths.push(log);
    if (log === "-") continue;
    const siblings = (await rotatedSiblings(log)).filter((path) => !logs.includes(path) && !paths.includes(path));
    if (rotated) paths.push(...siblings);
    else if (siblings.length > 0 && !json) {
      stderr.write(`gait: ${siblings.length} rotated logs stand beside ${log}; --rotated reads them too\n`);
    }
  }
  return paths;
}

async function createProgress(
  request: ReplayRequest,
  paths: readonly string[],
  stderr: NodeJS.WritableStream,
): Promise<Progress | undefined> {
  if (!request.progress || (stderr as Partial<NodeJS.WriteStream>).isTTY !== true) return undefined;
  let totalBytes = 0;
  for (const path of paths) {
    if (path === "-") return new Progress(stderr, { totalBytes: 0, now: () => performance.now() });
    totalBytes += await stat(path).then(
      (found) => found.size,
      () => 0,
    );
  }
  return new Progress(stderr, { totalBytes, now: () => performance.now() });
}

function stdinInput(stdin: NodeJS.ReadableStream): LogInput {
  return { name: "standard input", reopens: false, open: () => openLogStream(stdin, "standard input") };
}

/** A key for this run alone: hashes of cookies and accounts cannot be joined with any other run's. */
function drawKey(): HashKey {
  const bytes = randomBytes(8);
  return { k0: bytes.readUInt32LE(0), k1: bytes.readUInt32LE(4) };
}

/** Writes the page beside its place and moves it there, so that nobody ever opens half of one. */
async function writePage(path: string, pieces: Iterable<string>): Promise<void> {
  const beside = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(beside, pieces);
    await rename(beside, path);
  } catch (cause) {
    throw new GaitError("report-file", `cannot write the report to ${path}: ${(cause as Error).message}`, {
      exitCode: exitCodes.failed,
      cause,
    });
  }
}

async function writeAll(stream: NodeJS.WritableStream, pieces: Iterable<string>): Promise<void> {
  for (const piece of pieces) {
    if (!stream.write(piece)) await new Promise<void>((resolve) => stream.once("drain", () => resolve()));
  }
}
