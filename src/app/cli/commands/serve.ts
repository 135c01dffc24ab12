import { existsSync } from "node:fs";
import { listenersOf } from "../../config/consistency.ts";
import type { Assignment } from "../../config/environment.ts";
import type { RunningService } from "../../serve/open-service.ts";
import type { CommandContext, Verb } from "../command.ts";

interface ServeOptions {
  readonly config?: string;
  readonly listen?: string;
  readonly upstream?: string;
  readonly mode?: string;
  readonly adminListen?: string;
  readonly state?: string;
  readonly trustedProxy?: readonly string[];
  readonly json?: boolean;
}

/** `gait serve`: the inline door. */
export const serve: Verb = (program, context) => {
  program
    .command("serve")
    .description("protect a web server: a reverse proxy that judges; observes unless told to enforce")
    .option("-c, --config <file>", "configuration file (default: gait.yaml where there is one and no --upstream)")
    .option("-l, --listen <address:port>", "where clients reach it (default: 127.0.0.1:8080)")
    .option("-u, --upstream <url>", "where requests go, http(s)://HOST:PORT")
    .option("-m, --mode <mode>", "observe (judge and record) or enforce (act)")
    .option("--trusted-proxy <network...>", "whose X-Forwarded-For is believed")
    .option("--admin-listen <address:port>", "status page and metrics (default: 127.0.0.1:9180)")
    .option("--state <directory>", "where the gateway keeps what it must remember (default: gait-data)")
    .option("--json", "print where it listens as one JSON document when it is ready")
    .addHelpText(
      "after",
      "\nExamples:\n  gait serve --listen 127.0.0.1:8080 --upstream http://127.0.0.1:3000\n  gait serve --config gait.yaml --mode enforce\n",
    )
    .action((options: ServeOptions) => run(options, context));
};

async function run(options: ServeOptions, context: CommandContext): Promise<void> {
  const { openService } = await import("../../serve/open-service.ts");
  const { readSuccession } = await import("../../serve/upgrade/succession.ts");
  const succession = readSuccession(context.env);
  const path = configPath(options);
  const sources = { path, env: context.env, flags: flagsOf(options), succession };
  const service = await openService(sources).catch((error: unknown) => {
    succession?.abandon();
    throw error;
  });
  const stopSignals = watchSignals(service, context);
  announce(service, { json: options.json === true, context });
  await new Promise<void>((resolve) => {
    if (context.signal.aborted) resolve();
    else context.signal.addEventListener("abort", () => resolve(), { once: true });
    void service.superseded.then(resolve);
  });
  context.stderr.write(
    context.signal.aborted
      ? "gait: draining; open requests are finished, new connections are refused\n"
      : "gait: a new process has taken over; open requests are finished\n",
  );
  const { cut } = await service.stop();
  stopSignals();
  context.stderr.write(cut === 0 ? "gait: stopped\n" : `gait: stopped; ${cut} connections were cut at the limit\n`);
}

function configPath({ config, upstream }: ServeOptions): string | undefined {
  if (config !== undefined) return config;
  return upstream === undefined && existsSync("gait.yaml") ? "gait.yaml" : undefined;
}

function flagsOf(options: ServeOptions): readonly Assignment[] {
  const flags: Assignment[] = [];
  const add = (name: string, path: readonly string[], value: unknown): void => {
    if (value !== undefined) flags.push({ name, path, value });
  };
  add("listen", ["listen"], options.listen);
  add("upstream", ["upstream"], options.upstream);
  add("mode", ["mode"], options.mode);
  add("trusted-proxy", ["trustedProxies"], options.trustedProxy);
  add("admin-listen", ["admin", "listen"], options.adminListen === "none" ? false : options.adminListen);
  add("state", ["store", "path"], options.state);
  return flags;
}

/** SIGHUP reloads, SIGUSR1 opens the logs anew after rotation, SIGUSR2 upgrades in place. Returns what takes the handlers away again. */
function watchSignals(service: RunningService, { stderr }: CommandContext): () => void {
  const reload = (): void => {
    const result = service.reload();
    if (result.kind === "refused") {
      stderr.write(`gait: reload refused, the configuration in force stays: ${result.reason}\n`);
      return;
    }
    const later = result.atNextStart.length === 0 ? "" : `; ${result.atNextStart.join(", ")} at the next start`;
    stderr.write(`gait: configuration ${result.revision} is in force${later}\n`);
  };
  const reopen = (): void => service.reopenLogs();
  const upgrade = (): void => {
    void service.upgrade().then((result) => {
      stderr.write(result.kind === "refused" ? `gait: ${result.reason}\n` : `gait: process ${result.pid} serves\n`);
    });
  };
  process.on("SIGHUP", reload);
  process.on("SIGUSR1", reopen);
  process.on("SIGUSR2", upgrade);
  return () => {
    process.off("SIGHUP", reload);
    process.off("SIGUSR1", reopen);
    process.off("SIGUSR2", upgrade);
  };
}

function written({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function announce(
  service: RunningService,
  { json, context }: { readonly json: boolean; readonly context: CommandContext },
): void {
  const { addresses, adminAddress, socketPath, config } = service;
  const listen = addresses.map(written);
  const beside = service.beside.map(written);
  if (json) {
    const passive = service.passive.doors.map(({ kind, where }) => ({ kind, where }));
    const publish = service.publishing.port ?? null;
    const document = {
      version: 1,
      listen,
      beside,
      passive,
      publish,
      admin: adminAddress ?? null,
      socket: socketPath,
      mode: config.mode,
    };
    context.stdout.write(`${JSON.stringify(document)}\n`);
  }
  const schemes = listenersOf(config).map(({ tls }) => (config.tls === undefined || !tls ? "http" : "https"));
  const mode =
    config.mode === "observe"
      ? "observe mode: judges and records, acts on nothing (--mode enforce acts)"
      : "enforce mode: acts on automation";
  const lines = [
    `gait is ready in ${mode}`,
    ...(listen.length === 0
      ? []
      : [`  traffic  ${listen.map((address, i) => `${schemes[i]}://${address}`).join(", ")}`]),
    ...(beside.length === 0 ? [] : [`  beside   ${beside.join(", ")} (your proxy asks here)`]),
    ...service.passive.doors.map(({ kind, where }) => `  passive  ${kind} ${where}`),
    ...(service.publishing.port === undefined ? [] : [`  publish  port ${service.publishing.port}`]),
    `  status   ${adminAddress ?? "no page; gait status works"}`,
  ];
  if (service.learned.notice !== "") lines.push(`  ${service.learned.notice}`);
  const first = service.identity.operators.bootstrapToken;
  if (first !== undefined && adminAddress !== undefined) {
    lines.push(`  console  ${adminAddress}/console/#bootstrap=${first} (once: makes the first administrator)`);
  }
  if (service.degraded !== "") lines.push(`  DEGRADED ${service.degraded}`);
  context.stderr.write(`${lines.join("\n")}\n`);
}
