import { resolve } from "node:path";
import { GaitError } from "#core";
import type { Config } from "../config/config.ts";
import { readEnvironment } from "../config/environment.ts";
import { loadConfig } from "../config/load-config.ts";
import { readConfigFile, requireConfig } from "../config/read-config.ts";
import { readYamlTree } from "../config/yaml-tree.ts";
import type { ServiceSources } from "./open-service.ts";
import { readLastGood } from "./state-directory.ts";

/** The configuration to start with, and why it is not the file's when it is not. */
export interface StartConfig {
  readonly config: Config;
  /** Empty: everything is as configured. */
  readonly degraded: string;
}

/** The file's configuration; where that has mistakes, the last good one that was kept for the same file. */
export function startConfig(sources: ServiceSources): StartConfig {
  try {
    return { config: requireConfig(sources).config, degraded: "" };
  } catch (error) {
    if (!(error instanceof GaitError) || sources.path === undefined) throw error;
    const bytes = readLastGood(storePath(sources), resolve(sources.path));
    if (bytes === undefined) throw error;
    // Flags and environment were part of what took effect and are kept in the copy already.
    const kept = loadConfig({ file: { name: "last-good.yaml", bytes } });
    if (kept.kind === "refused") throw error;
    return { config: kept.config, degraded: `started with the last good configuration: ${error.message}` };
  }
}

/** Where the last good copy would be: as flags, environment or the file say, however broken the rest of it is. */
function storePath({ path, env, flags }: ServiceSources): string {
  const given = [...flags, ...readEnvironment(env).assignments].find(
    ({ path: [section, key] }) => section === "store" && key === "path",
  );
  if (typeof given?.value === "string") return given.value;
  return (path === undefined ? undefined : storePathIn(path)) ?? "gait-data";
}

function storePathIn(path: string): string | undefined {
  let bytes: Uint8Array;
  try {
    bytes = readConfigFile(path).bytes;
  } catch {
    // The file is gone or unreadable; the default place is all that is left to try.
    return undefined;
  }
  const { value } = readYamlTree(bytes, path);
  const store = typeof value === "object" && value !== null && "store" in value ? value.store : undefined;
  const named = typeof store === "object" && store !== null && "path" in store ? store.path : undefined;
  if (typeof named === "string") return named;
  const text = Buffer.from(bytes).toString("latin1");
  return /^store:[ \t]*(?:\{[ \t]*|\r?\n[ \t]+)path:[ \t]*["']?([^\s"'}]+)/m.exec(text)?.[1];
}
