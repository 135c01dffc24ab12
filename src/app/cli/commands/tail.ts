import type { RunningService } from "../../serve/open-service.ts";
import type { SeenVerdict } from "../../serve/recent-verdicts.ts";
import type { CommandContext, Verb } from "../command.ts";

interface TailOptions {
  readonly format: string;
  readonly config?: string;
  readonly state?: string;
  readonly adminListen?: string;
  readonly json?: boolean;
}

/** `gait tail LOG…`: judges a growing access log and says who is automated as it happens. */
export const tail: Verb = (program, context) => {
  program
    .command("tail")
    .description("follow access logs as they grow, over rotation, and say who is automated")
    .argument("<logs...>", "access logs that a server is writing")
    .option("-f, --format <format>", "format by name, auto, or the server's own format string", "auto")
    .option("-c, --config <file>", "configuration for everything else: lists, rules, published decisions")
    .option("--admin-listen <address:port>", "status page and metrics (default: 127.0.0.1:9180)")
    .option("--state <directory>", "where Gait keeps what it must remember (default: gait-data)")
    .option("--json", "one JSON document a line")
    .addHelpText("after", "\nExample:\n  gait tail /var/log/nginx/access.log\n")
    .action((logs: string[], options: TailOptions) => run(logs, options, context));
};

const lookEveryMs = 500;
const linesPerLook = 1_000;
/** Clients whose line was printed already; the oldest is forgotten and would be said again. */
const saidMax = 50_000;

async function run(logs: readonly string[], options: TailOptions, context: CommandContext): Promise<void> {
  const { openService } = await import("../../serve/open-service.ts");
  const flags = [
    { name: "logs", path: ["passive", "logs"], value: logs },
    { name: "format", path: ["passive", "format"], value: options.format },
    ...(options.state === undefined ? [] : [{ name: "state", path: ["store", "path"], value: options.state }]),
    ...(options.adminListen === undefined
      ? []
      : [
          {
            name: "admin-listen",
            path: ["admin", "listen"],
            value: options.adminListen === "none" ? false : options.adminListen,
          },
        ]),
  ];
  const service = await openService({ path: options.config, env: context.env, flags });
  context.stderr.write(
    `gait follows ${logs.join(", ")}; status ${service.adminAddress ?? "by gait status"}; Ctrl-C ends it\n`,
  );
  const say = speaker(service, { json: options.json === true, context });
  const timer = setInterval(say, lookEveryMs);
  await new Promise<void>((resolve) => {
    if (context.signal.aborted) resolve();
    else context.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  clearInterval(timer);
  await service.passive.settled();
  say();
  for (const { where, facts } of service.passive.doors) {
    const { parsed = 0, rejected = 0, format = "", problem = "" } = facts();
    context.stderr.write(
      `gait: ${where}: ${parsed} lines read${format === "" ? "" : ` as ${format}`}, ${rejected} not understood${problem === "" ? "" : `; ${problem}`}\n`,
    );
  }
  await service.stop();
}

/** Prints each client once for each kind it is taken for, newest knowledge last. */
function speaker(
  service: RunningService,
  { json, context }: { readonly json: boolean; readonly context: CommandContext },
): () => void {
  const said = new Set<string>();
  return () => {
    const telling = (seen: Omit<SeenVerdict, "signals">): boolean =>
      (seen.kind === "automated" || seen.kind === "declared-bot" || seen.action === "block") && !said.has(keyOf(seen));
    for (const seen of [...service.witness.recent.newest(linesPerLook, telling, Number.POSITIVE_INFINITY)].reverse()) {
      if (said.has(keyOf(seen))) continue;
      said.add(keyOf(seen));
      if (said.size > saidMax) for (const first of [...said].slice(0, 1)) said.delete(first);
      context.stdout.write(json ? `${JSON.stringify(documentOf(seen))}\n` : lineOf(seen));
    }
  };
}

function keyOf({ ip, userAgent, kind, action }: Omit<SeenVerdict, "signals">): string {
  return `${ip} ${kind} ${action} ${userAgent}`;
}

function documentOf({ reference, at, ip, userAgent, kind, action, score, signals }: SeenVerdict): object {
  const detectors = signals.map(({ detector }) => detector);
  return {
    version: 1,
    reference,
    at: new Date(at).toISOString(),
    ip,
    userAgent,
    kind,
    action,
    score: score.total,
    detectors,
  };
}

function lineOf({ reference, ip, userAgent, kind, action, score, signals }: SeenVerdict): string {
  const why = signals
    .filter(({ nats }) => nats > 0)
    .slice(0, 4)
    .map(({ detector }) => detector)
    .join(", ");
  // What a client wrote may hold escape sequences for the terminal.
  const agent = userAgent.replace(/[^ -~]/g, "?").slice(0, 60);
  return `${kind.padEnd(13)} ${String(Math.round(score.total)).padStart(3)}  ${ip.padEnd(15)} ${action.padEnd(8)} ${why === "" ? "-" : why}  ${JSON.stringify(agent)}  ${reference}\n`;
}
