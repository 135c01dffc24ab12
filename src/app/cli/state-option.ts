import { existsSync, mkdirSync } from "node:fs";
import type { Command } from "commander";
import { requireConfig } from "../config/read-config.ts";

/** Where a verb that works without the gateway finds its files. */
export interface StateOptions {
  readonly state?: string;
  readonly config?: string;
}

/** Adds the options by which such a verb is told. */
export function directoryOption(command: Command): Command {
  return command
    .option("--state <directory>", "state directory of the gateway (default: as configured, or gait-data)")
    .option("-c, --config <file>", "configuration that names it (default: gait.yaml where there is one)");
}

/** The state directory, made when it is missing. @throws GaitError of a configuration that cannot be read. */
export function stateOf(options: StateOptions): string {
  const directory = options.state ?? configuredState(options.config);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return directory;
}

function configuredState(file: string | undefined): string {
  const path = file ?? (existsSync("gait.yaml") ? "gait.yaml" : undefined);
  if (path === undefined) return "gait-data";
  return requireConfig({ path, env: process.env }).config.store.path;
}
