import { type Clock, GaitError, type Guard } from "#core";
import type { DecisionTable } from "#policy";
import type { Config } from "../config/config.ts";
import { parseDuration } from "../config/duration.ts";
import { parseListenAddress } from "../config/listen-address.ts";
import { readSecretFile } from "../serve/secret-file.ts";
import { type BouncerServer, openBouncerServer } from "./bouncer-server.ts";
import { renderMap, writeMap } from "./map-files.ts";
import { PublishedDecisions } from "./published-decisions.ts";

/** What publishing shares with the rest of the service. */
export interface PublishParts {
  readonly clock: Clock;
  readonly decisions: DecisionTable;
  /** The configuration in force; a reload may change the mode. */
  readonly config: () => Config;
  /** Told of what a person should know, such as a file that cannot be written. */
  readonly say: (text: string) => void;
}

/** Decisions offered to others. */
export interface Publishing {
  readonly list: PublishedDecisions;
  readonly port: number | undefined;
  /** Notes what this guard decides. */
  around(guard: Guard): Guard;
  close(): Promise<void>;
}

const writeEveryMs = 2_000;
const keyCharactersMin = 32;

/** Opens what `publish` names; without it the list is kept and nobody is told. @throws GaitError `publish-key`. */
export async function openPublish(config: Config, parts: PublishParts): Promise<Publishing> {
  const { clock, decisions } = parts;
  const { publish } = config;
  const list = new PublishedDecisions({
    clock,
    lifetimeMs: parseDuration(publish?.lifetime ?? "4h") ?? 0,
    standing: () => decisions.list(),
    allowed: (address) => decisions.lookup(keysOf(address), clock.monotonic())?.action === "allow",
  });
  const active = (): boolean => parts.config().mode === "enforce";
  const server = await openServer(config, { list, active, clock });
  const timer = setInterval(() => {
    list.refresh();
    maps.write();
  }, writeEveryMs).unref();
  const maps = createMaps(config, { list, active, say: parts.say });
  maps.write();
  return {
    list,
    port: server?.port,
    around: (guard) => (publish === undefined ? guard : list.around(guard)),
    async close() {
      clearInterval(timer);
      await server?.close();
    },
  };
}

function keysOf(address: string): Parameters<DecisionTable["lookup"]>[0] {
  return { address, session: 0, account: 0, token: 0, fingerprint: "", behaviour: "", cohort: "" };
}

async function openServer(
  { publish }: Config,
  parts: { readonly list: PublishedDecisions; readonly active: () => boolean; readonly clock: Clock },
): Promise<BouncerServer | undefined> {
  if (publish?.listen === undefined) return undefined;
  const listen = parseListenAddress(publish.listen);
  if (listen.kind !== "tcp" || publish.keyFile === undefined) return undefined;
  const keys = readSecretFile(publish.keyFile, "publish.keyFile")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const short = keys.findIndex((key) => key.length < keyCharactersMin);
  if (short >= 0) {
    throw new GaitError(
      "publish-key",
      `publish.keyFile: key ${short + 1} has ${keys[short]?.length} characters; expected at least ${keyCharactersMin}`,
      { exitCode: 2 },
    );
  }
  return openBouncerServer({ listen, keys, ...parts });
}

/** Writes what changed, and says once what cannot be written. */
function createMaps(
  { publish }: Config,
  {
    list,
    active,
    say,
  }: { readonly list: PublishedDecisions; readonly active: () => boolean; readonly say: (text: string) => void },
): { write(): void } {
  const files = [
    ...(publish?.nginxMap === undefined ? [] : [{ path: publish.nginxMap, dialect: "nginx" as const, text: "" }]),
    ...(publish?.haproxyMap === undefined ? [] : [{ path: publish.haproxyMap, dialect: "haproxy" as const, text: "" }]),
  ];
  return {
    write() {
      for (const file of files) {
        const text = renderMap(list.list(), { dialect: file.dialect, active: active() });
        if (text === file.text) continue;
        file.text = text;
        try {
          writeMap(file.path, text);
        } catch (error) {
          say(`publish: cannot write ${file.path}: ${(error as Error).message}`);
        }
      }
    },
  };
}
