import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { exitCodes, GaitError } from "#core";
import type { CommandContext } from "../cli/command.ts";
import { runReplay } from "../replay/run-replay.ts";
import { type FoundProxy, findProxies } from "./machine.ts";
import { renderFirstConfig } from "./render-config.ts";
import { renderSnippet, type Snippet, snippetFor } from "./snippet.ts";

/** What the command line asks for, checked. */
export interface InitRequest {
  readonly upstream: string | undefined;
  readonly logs: readonly string[];
  readonly configFile: string;
  readonly overwrite: boolean;
  readonly replay: boolean;
  readonly json: boolean;
  /** Where the machine's file system begins; tests give their own. */
  readonly root: string;
}

/** What was found and written, for `--json`. */
export interface InitResult {
  readonly version: 1;
  readonly mode: "observe";
  readonly proxies: readonly FoundProxy[];
  readonly logs: readonly string[];
  readonly written: readonly string[];
  readonly next: readonly string[];
}

const snippetFolder = "gait-snippets";

/**
 * Looks at the machine, shows what the existing log says, writes a first configuration in observe mode and the snippet
 * for the proxy found. Changes nothing but the files it names, and none that is there already.
 *
 * @throws GaitError `init-exists` when a file is there and `overwrite` is not, `init-nothing` when there is nothing to protect.
 */
export async function runInit(request: InitRequest, context: CommandContext): Promise<InitResult> {
  const proxies = findProxies(request.root);
  const [proxy] = request.upstream === undefined ? proxies : [];
  const logs =
    request.logs.length > 0
      ? request.logs
      : (proxies[0]?.logs ?? []).slice(0, 1).map((path) => join(request.root, path));
  if (request.upstream === undefined && proxy === undefined && logs.length === 0) {
    throw new GaitError(
      "init-nothing",
      "found no proxy that runs or is configured (nginx, HAProxy, Caddy, Traefik, Envoy); expected --upstream URL of your application, or --log FILE",
      { exitCode: exitCodes.usage },
    );
  }
  const snippet = proxy === undefined ? undefined : snippetFor(proxy, resolve("gait-data/nginx-key.conf"));
  const files = filesOf(request, { proxy, logs, snippet });
  refuseOverwriting(request, Object.keys(files));
  say(context, found(proxies, logs));
  if (request.replay && logs.length > 0) await replay(request, logs, context);
  for (const [path, text] of Object.entries(files)) write(path, text);
  const next = nextSteps(request, { proxy, snippet });
  const result: InitResult = { version: 1, mode: "observe", proxies, logs, written: Object.keys(files), next };
  if (request.json) context.stdout.write(`${JSON.stringify(result)}\n`);
  else {
    if (snippet !== undefined) context.stdout.write(`\n${renderSnippet(snippet)}\n`);
    say(context, [
      `\nwrote    ${result.written.join(", ")}`,
      "mode     observe: Gait judges and records and acts on nothing",
      ...next.map((step, i) => `${i === 0 ? "next     " : "         "}${i + 1}. ${step}`),
    ]);
  }
  return result;
}

function say({ stderr }: CommandContext, lines: readonly string[]): void {
  stderr.write(`${lines.join("\n")}\n`);
}

function found(proxies: readonly FoundProxy[], logs: readonly string[]): readonly string[] {
  return [
    ...proxies.map(
      ({ kind, pid, configFile }) =>
        `found    ${kind}${pid > 0 ? ` (process ${pid})` : " (not running)"}${configFile === "" ? "" : `, ${configFile}`}`,
    ),
    ...logs.map((path) => `log      ${path}`),
  ];
}

/** The existing log first: nobody's request is touched by it. An unreadable one is told and does not stop the rest. */
async function replay({ json }: InitRequest, logs: readonly string[], context: CommandContext): Promise<void> {
  try {
    await runReplay(
      {
        logs,
        format: "auto",
        fields: "",
        captures: [],
        by: "actor",
        maskUserAgents: false,
        json: false,
        html: "",
        rotated: false,
        forwarded: "inside",
        zoneMinutes: 0,
        progress: !json,
        failOver: undefined,
      },
      // The report is talk beside the document that `--json` asked for.
      json ? { ...context, stdout: context.stderr } : context,
    );
  } catch (error) {
    if (!(error instanceof GaitError)) throw error;
    say(context, [`note     the log could not be replayed: ${error.message}`]);
  }
}

interface Plan {
  readonly proxy: FoundProxy | undefined;
  readonly logs: readonly string[];
  readonly snippet: Snippet | undefined;
}

function filesOf(
  { upstream, configFile }: InitRequest,
  { proxy, logs, snippet }: Plan,
): Readonly<Record<string, string>> {
  return {
    [configFile]: renderFirstConfig({ upstream, proxy, logs: logs.map((path) => resolve(path)) }),
    ...(snippet === undefined
      ? {}
      : {
          [join(snippetFolder, `${snippet.proxy}.txt`)]: `${renderSnippet(snippet)}\n`,
          ...Object.fromEntries(Object.entries(snippet.files).map(([name, text]) => [join(snippetFolder, name), text])),
        }),
  };
}

function refuseOverwriting({ overwrite }: InitRequest, paths: readonly string[]): void {
  const there = paths.filter((path) => existsSync(path));
  if (there.length === 0 || overwrite) return;
  throw new GaitError("init-exists", `${there.join(", ")} exists already and was left as it is; --yes overwrites`, {
    exitCode: exitCodes.usage,
  });
}

function write(path: string, text: string): void {
  const folder = join(path, "..");
  mkdirSync(folder, { recursive: true });
  const beside = `${path}.${process.pid}.tmp`;
  writeFileSync(beside, text);
  renameSync(beside, path);
}

function nextSteps(
  { configFile, upstream }: InitRequest,
  { proxy, snippet }: Pick<Plan, "proxy" | "snippet">,
): readonly string[] {
  const serve = `gait serve --config ${configFile}`;
  if (proxy !== undefined && snippet !== undefined) {
    return [
      `${serve}   (before the proxy asks)`,
      `put ${join(snippetFolder, `${snippet.proxy}.txt`)} into ${proxy.configFile === "" ? `${proxy.kind}'s configuration` : proxy.configFile}, then: ${snippet.reload}`,
      "gait doctor http://YOUR-SITE   (proves the wiring with harmless probes)",
    ];
  }
  return upstream === undefined
    ? [serve]
    : [
        serve,
        "gait doctor http://127.0.0.1:8080   (proves the wiring with harmless probes)",
        "send your clients to port 8080",
      ];
}
