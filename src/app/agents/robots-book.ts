import { readFileSync } from "node:fs";
import { exitCodes, GaitError, intelLimits } from "#core";
import { parseRobots, type Robots } from "#policy";
import type { Config } from "../config/config.ts";
import { applicationDefault } from "../serve/gateway-options.ts";
import { fetchRobots } from "./fetch-robots.ts";

/** The robots.txt that holds for each application. */
export interface RobotsBook {
  /** Undefined: the application has none, or it is not known (yet). */
  of(application: string): Robots | undefined;
  /** Takes a new configuration. @throws GaitError `agents-robots` where `robotsFile` cannot be read. */
  configure(config: Config): void;
  /** Asks the upstreams again. Resolves when each has answered or failed. */
  refresh(): Promise<void>;
  /** What the gateway answers for /robots.txt; undefined: the application answers. */
  readonly served: string | undefined;
}

type Fetch = (upstream: string, host: string) => Promise<string | undefined>;

const limits = { bytesMax: intelLimits.robotsBytes.default, rulesMax: intelLimits.robotsRules.default };

/** Makes the book for a configuration. Nothing is fetched before `refresh`. */
export function createRobotsBook(first: Config, fetch: Fetch = fetchRobots): RobotsBook {
  const known = new Map<string, Robots | undefined>();
  let config = first;
  let own: Robots | undefined;
  let served: string | undefined;
  const configure = (next: Config): void => {
    const { robotsFile, serveRobots } = next.agents;
    const text = robotsFile === undefined ? undefined : readRobotsFile(robotsFile);
    own = text === undefined ? undefined : parseRobots(text, limits);
    served = serveRobots ? text : undefined;
    config = next;
  };
  configure(first);
  return {
    of: (application) => own ?? known.get(application),
    configure,
    get served() {
      return served;
    },
    async refresh() {
      if (own !== undefined) return;
      await Promise.all(
        upstreamsOf(config).map(async ({ name, upstream, host }) => {
          const text = await fetch(upstream, host);
          if (text !== undefined) known.set(name, text === "" ? undefined : parseRobots(text, limits));
        }),
      );
    },
  };
}

/** One server of each application, and the name under which it is asked. */
function upstreamsOf(
  config: Config,
): readonly { readonly name: string; readonly upstream: string; readonly host: string }[] {
  const first = (upstream: Config["upstream"]): string =>
    upstream === undefined ? "" : typeof upstream === "string" ? upstream : (upstream.urls[0] ?? "");
  const all =
    config.applications.length > 0
      ? config.applications.map(({ name, upstream, hosts }) => ({
          name,
          upstream: first(upstream),
          host: hosts.find((host) => !host.startsWith("*")) ?? "",
        }))
      : [{ name: applicationDefault, upstream: first(config.upstream), host: "" }];
  return all.filter(({ upstream }) => upstream !== "");
}

/** @throws GaitError `agents-robots`. */
export function readRobotsFile(path: string): string {
  try {
    return readFileSync(path, "utf8").slice(0, limits.bytesMax);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    throw new GaitError("agents-robots", `cannot read ${JSON.stringify(path)} (${code}); expected a robots.txt`, {
      exitCode: exitCodes.usage,
      cause: error,
    });
  }
}
