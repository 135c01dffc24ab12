import { InvalidArgumentError } from "commander";
import type { GroupBy } from "#actors";
import { exitCodes } from "#core";
import type { LogParseOptions } from "#wire";
import type { Verb } from "../command.ts";

interface Options {
  readonly format: string;
  readonly fields: string;
  readonly captures: readonly string[];
  readonly by: GroupBy;
  readonly mask?: "ua";
  readonly json?: boolean;
  readonly html?: string;
  readonly rotated?: boolean;
  readonly forwarded: LogParseOptions["forwarded"];
  readonly zone: number;
  readonly progress: boolean;
  readonly failOver?: number;
}

/** `gait replay LOG…`: the offline door. Reads access logs and says who moves like what, and why. */
export const replay: Verb = (program, context) => {
  program
    .command("replay")
    .description("read access logs and explain who is a person, a declared bot or automation in disguise")
    .argument("<logs...>", "log files, plain, .gz or .zst; - for standard input")
    .option("-f, --format <format>", "format by name, auto, or the server's own format string", "auto")
    .option("--fields <map>", "where a JSON log holds its fields: ip=client.addr,time=ts,target=url", "")
    .option("--captures <names>", "names of HAProxy's captured request headers, in order", listOf, [])
    .option(
      "--by <unit>",
      "one line per actor, client (address and user agent) or ip",
      oneOf("actor", "client", "ip"),
      "actor",
    )
    .option("--mask <what>", "ua: treat all user agents as one and hide them from judgement", oneOf("ua"))
    .option("--json", "one JSON document on standard output (schemas/replay.schema.json)")
    .option("--html <file>", "write one self-contained page with pictures")
    .option("--rotated", "read the rotated siblings of each log as well")
    .option(
      "--forwarded <when>",
      "take the client from the last X-Forwarded-For address: inside (peer in a private network), always, never",
      oneOf("inside", "always", "never"),
      "inside",
    )
    .option("--zone <offset>", "time zone of logs that name none, such as +01:00", zoneMinutes, 0)
    .option("--fail-over <percent>", "exit with 4 when more than this share of requests is automated", percentOf)
    .option("--no-progress", "draw no progress line")
    .addHelpText(
      "after",
      "\nExamples:\n  gait replay /var/log/nginx/access.log\n  gait replay --html report.html --rotated access.log\n  zcat access.log.2.gz | gait replay --json -\n",
    )
    .action(async (logs: string[], options: Options) => {
      const { runReplay } = await import("../../replay/run-replay.ts");
      const code = await runReplay(
        {
          logs,
          format: options.format,
          fields: options.fields,
          captures: options.captures,
          by: options.by,
          maskUserAgents: options.mask === "ua",
          json: options.json === true,
          html: options.html ?? "",
          rotated: options.rotated === true,
          forwarded: options.forwarded,
          zoneMinutes: options.zone,
          progress: options.progress,
          failOver: options.failOver,
        },
        context,
      );
      if (code !== exitCodes.ok) process.exitCode = code;
    });
};

function oneOf<Name extends string>(...names: readonly Name[]): (value: string) => Name {
  return (value) => {
    const found = names.find((name) => name === value);
    if (found === undefined) throw new InvalidArgumentError(`expected ${names.join(", ")}.`);
    return found;
  };
}

function listOf(value: string): string[] {
  return value.split(",").map((name) => name.trim());
}

function zoneMinutes(value: string): number {
  const match = /^([+-])(\d\d):?(\d\d)$/.exec(value);
  if (match === null) throw new InvalidArgumentError("expected an offset such as +01:00.");
  return (match[1] === "-" ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
}

function percentOf(value: string): number {
  const percent = Number(value);
  if (!(percent >= 0 && percent <= 100)) throw new InvalidArgumentError("expected a number from 0 to 100.");
  return percent;
}
