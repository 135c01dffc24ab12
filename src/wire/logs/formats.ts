import { GaitError } from "#core";
import { AlbParser } from "./alb.ts";
import { CaddyParser } from "./caddy.ts";
import { CombinedParser } from "./combined.ts";
import { CustomParser } from "./custom.ts";
import { HaproxyParser } from "./haproxy.ts";
import { HarParser } from "./har.ts";
import { JsonLinesParser, parseFieldMap } from "./json-lines.ts";
import type { LogParser } from "./log-record.ts";
import type { LogParseOptions } from "./parse-options.ts";
import { W3cParser } from "./w3c.ts";

/** Formats known by name, in the order in which they are tried. */
export const logFormatNames = [
  "caddy",
  "json",
  "cloudfront",
  "w3c",
  "alb",
  "haproxy",
  "combined",
  "common",
  "har",
] as const;
export type LogFormatName = (typeof logFormatNames)[number];

/** How the lines of one run are to be read. */
export interface LogFormatChoice {
  /** A name, `auto`, or a format string of nginx (`$remote_addr …`) or Apache (`%h …`). */
  readonly format: string;
  /** `ip=client.addr,time=ts`: where a JSON log holds its fields. Empty: known loggers' names. */
  readonly fields: string;
  /** HAProxy's captured request headers by name, in order. */
  readonly captures: readonly string[];
}

/**
 * The parser for a format given by name or as a format string.
 * @throws GaitError `log-format-name`, `log-format-string` or `log-field-map`.
 */
export function createLogParser(choice: LogFormatChoice, options: LogParseOptions): LogParser {
  const { format } = choice;
  if (/[$%]/.test(format)) return new CustomParser(format, options);
  switch (format as LogFormatName) {
    case "combined":
    case "common":
      return new CombinedParser(format as "combined" | "common", options);
    case "json":
      return new JsonLinesParser(options, choice.fields === "" ? new Map() : parseFieldMap(choice.fields));
    case "caddy":
      return new CaddyParser(options);
    case "haproxy":
      return new HaproxyParser(options, choice.captures);
    case "alb":
      return new AlbParser(options);
    case "cloudfront":
    case "w3c":
      return new W3cParser(format as "cloudfront" | "w3c", options);
    case "har":
      return new HarParser(options);
    default:
      throw new GaitError(
        "log-format-name",
        `no log format is called ${JSON.stringify(format)}; expected auto, ${logFormatNames.join(", ")}, or a format string of nginx ($remote_addr …) or Apache (%h …)${didYouMean(format)}`,
        { exitCode: 2 },
      );
  }
}

const otherNames: Readonly<Record<string, LogFormatName>> = {
  nginx: "combined",
  apache: "combined",
  clf: "common",
  ncsa: "common",
  jsonl: "json",
  ndjson: "json",
  iis: "w3c",
  aws: "alb",
  elb: "alb",
  traefik: "json",
  envoy: "json",
};

function didYouMean(name: string): string {
  const lower = name.toLowerCase();
  const other = Object.hasOwn(otherNames, lower) ? otherNames[lower] : undefined;
  const close = other ?? logFormatNames.find((known) => known.startsWith(lower.slice(0, 3)) && lower.length > 2);
  return close === undefined ? "" : `; did you mean ${close}?`;
}
