import { stringify } from "yaml";
import type { Config } from "./config.ts";
import { type Origins, originOf } from "./load-config.ts";
import { renderPlace } from "./problem.ts";

/** One setting in force. */
export interface EffectiveSetting {
  readonly path: string;
  readonly value: unknown;
  readonly origin: string;
}

/** Every setting in force with its origin, in the schema's order. Lists of texts stay whole; lists of entries are opened. */
export function effectiveSettings(config: Config, origins: Origins): readonly EffectiveSetting[] {
  const found: EffectiveSetting[] = [];
  const visit = (value: unknown, path: readonly string[]): void => {
    if (Array.isArray(value) && value.some((item) => typeof item === "object")) {
      for (const [index, item] of value.entries()) visit(item, [...path, String(index)]);
    } else if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      for (const [key, below] of Object.entries(value)) visit(below, [...path, key]);
    } else if (value !== undefined) {
      found.push({ path: path.join("."), value, origin: renderPlace(originOf(path, origins)) });
    }
  };
  visit(config, []);
  return found;
}

/** The whole configuration as a YAML document that `gait check` accepts. */
export function renderEffective(config: Config): string {
  return stringify(config);
}

/** One setting per line, `path: value`, with its origin behind it where asked for. */
export function renderGiven(settings: readonly EffectiveSetting[], options: { readonly origin: boolean }): string {
  return settings
    .map(({ path, value, origin }) => `${path}: ${JSON.stringify(value)}${options.origin ? `  # ${origin}` : ""}\n`)
    .join("");
}
