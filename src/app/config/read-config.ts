import { readFileSync, statSync } from "node:fs";
import { exitCodes, GaitError } from "#core";
import type { Assignment } from "./environment.ts";
import { type LoadedConfig, loadConfig } from "./load-config.ts";
import { type ConfigProblem, renderProblems } from "./problem.ts";
import { configBytesMax } from "./yaml-tree.ts";

/** Read when neither a file is named nor an upstream given. */
export const configFileDefault = "gait.yaml";

/** Reads a config file for `loadConfig`; its size is checked before its bytes are read. */
export function readConfigFile(path: string): { readonly name: string; readonly bytes: Uint8Array } {
  try {
    const facts = statSync(path);
    if (facts.isDirectory()) throw unreadable(path, "it is a directory; expected a file");
    if (facts.size > configBytesMax) {
      throw unreadable(path, `it has ${facts.size} bytes; at most ${configBytesMax} are read`);
    }
    return { name: path, bytes: readFileSync(path) };
  } catch (error) {
    if (error instanceof GaitError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    throw unreadable(path, code === "ENOENT" ? "there is no such file" : `the system says ${code ?? String(error)}`);
  }
}

/** The configuration as the command line asks for it. @throws GaitError `config-invalid` with every mistake. */
export function requireConfig(options: {
  readonly path: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly flags?: readonly Assignment[];
}): Extract<LoadedConfig, { kind: "config" }> {
  const file = options.path === undefined ? undefined : readConfigFile(options.path);
  const loaded = loadConfig({ file, env: options.env, flags: options.flags });
  if (loaded.kind === "config") return loaded;
  throw refusal(loaded.problems);
}

/** Every mistake as one error: one line each, then what follows from it. */
export function refusal(problems: readonly ConfigProblem[]): GaitError {
  const count = problems.length === 1 ? "1 mistake" : `${problems.length} mistakes`;
  return new GaitError("config-invalid", `the configuration has ${count}\n${renderProblems(problems)}`, {
    exitCode: exitCodes.usage,
  });
}

function unreadable(path: string, why: string): GaitError {
  return new GaitError("config-unreadable", `cannot read ${JSON.stringify(path)}: ${why}`, {
    exitCode: exitCodes.usage,
  });
}
