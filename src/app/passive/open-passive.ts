import { readFileSync } from "node:fs";
import { type Clock, GaitError, type Guard, type HashKey } from "#core";
import {
  createDecisionService,
  createLiveLines,
  type FollowedLog,
  followLog,
  type LiveLines,
  openSyslogListener,
  type SyslogListener,
} from "#edge";
import { createNetworkSet, type NetworkSet } from "#wire";
import type { Config } from "../config/config.ts";
import { parseListenAddress } from "../config/listen-address.ts";
import { readSecretFile } from "../serve/secret-file.ts";
import { createEventIntake, type EventIntake } from "./event-intake.ts";
import { batchObserves, type SentExchange, sentExchange, takeExchange } from "./exchange-batch.ts";
import { openIngestServer } from "./ingest-server.ts";
import { type SentEvent, sentEvent } from "./product-events.ts";

/** What the doors share with the rest of the service. */
export interface PassiveParts {
  readonly guard: Guard;
  readonly clock: Clock;
  readonly hashKey: HashKey;
}

/** One door and what came through it, for people. */
export interface PassiveDoor {
  readonly kind: "log" | "syslog" | "syslogTls" | "ingest";
  /** File name or address. */
  readonly where: string;
  readonly facts: () => Readonly<Record<string, number | string>>;
}

/** The open doors that tell of what is over. */
export interface Passive {
  readonly doors: readonly PassiveDoor[];
  readonly events: EventIntake;
  /** Resolves once all that was in the followed logs was read. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

const loopback = ["127.0.0.0/8", "::1"];
const tokenCharactersMin = 32;

/** Opens the doors that `passive` names. They share the judge with every other door. @throws GaitError `passive-token`. */
export async function openPassive(config: Config, parts: PassiveParts): Promise<Passive> {
  const events = createEventIntake(parts.hashKey);
  const doors: PassiveDoor[] = [];
  const logs: FollowedLog[] = [];
  const closers: (() => Promise<void>)[] = [];
  const { passive } = config;
  if (passive === undefined) return { doors, events, settled: async () => undefined, close: async () => undefined };
  const lines = (): LiveLines =>
    createLiveLines(parts.guard, {
      choice: { format: passive.format, fields: "", captures: [] },
      parse: { key: parts.hashKey, forwarded: "inside", zoneMinutes: 0, application: passive.application },
    });
  const close = async (): Promise<void> => {
    for (const one of closers) await one();
  };
  try {
    for (const path of passive.logs) {
      const read = lines();
      const log = followLog(path, { onLine: (bytes, start, end) => read.line(bytes, start, end) });
      logs.push(log);
      closers.push(() => log.close());
      doors.push({ kind: "log", where: path, facts: () => ({ ...read.facts, ...log.facts }) });
    }
    for (const door of await openSyslogDoors(config, lines)) {
      closers.push(door.close);
      doors.push(door);
    }
    const ingest = await openIngest(config, parts, events);
    if (ingest !== undefined) {
      closers.push(ingest.close);
      doors.push(ingest);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    doors,
    events,
    close,
    async settled() {
      for (const log of logs) await log.settled();
    },
  };
}

interface ClosableDoor extends PassiveDoor {
  close(): Promise<void>;
}

async function openSyslogDoors(config: Config, lines: () => LiveLines): Promise<readonly ClosableDoor[]> {
  const { passive } = config;
  const trusted = createNetworkSet([...loopback, ...config.trustedProxies]) as NetworkSet;
  const wanted = [
    ...(passive?.syslog === undefined ? [] : [{ kind: "syslog" as const, address: passive.syslog, tls: undefined }]),
    ...(passive?.syslogTls === undefined
      ? []
      : [{ kind: "syslogTls" as const, address: passive.syslogTls.address, tls: passive.syslogTls }]),
  ];
  const doors: ClosableDoor[] = [];
  for (const { kind, address, tls } of wanted) {
    const listen = parseListenAddress(address);
    if (listen.kind !== "tcp") continue;
    // Programs of one sender write in their own formats: each tag is recognised by itself.
    const byTag = new Map<string, LiveLines>();
    const listener: SyslogListener = await openSyslogListener({
      listen,
      trusted,
      ...(tls === undefined
        ? {}
        : { tls: { cert: readFileSync(tls.certFile, "utf8"), key: readFileSync(tls.keyFile, "utf8") } }),
      onMessage: ({ tag, text }) => {
        let read = byTag.get(tag);
        if (read === undefined) {
          if (byTag.size >= tagsMax) return;
          read = lines();
          byTag.set(tag, read);
        }
        const bytes = Buffer.from(text, "latin1");
        read.line(bytes, 0, bytes.length);
      },
    });
    doors.push({
      kind,
      where: `${listen.host}:${listener.port}`,
      facts: () => ({ ...listener.facts, ...sumOf([...byTag.values()].map(({ facts }) => facts)) }),
      close: () => listener.close(),
    });
  }
  return doors;
}

const tagsMax = 64;

function sumOf(all: readonly LiveLines["facts"][]): Readonly<Record<string, number | string>> {
  return {
    format: [...new Set(all.map(({ format }) => format))].join(" "),
    parsed: all.reduce((sum, { parsed }) => sum + parsed, 0),
    rejectedLines: all.reduce((sum, { rejected }) => sum + rejected, 0),
    failures: all.reduce((sum, { failures }) => sum + failures, 0),
  };
}

async function openIngest(config: Config, parts: PassiveParts, events: EventIntake): Promise<ClosableDoor | undefined> {
  const { passive } = config;
  if (passive?.ingest === undefined) return undefined;
  const listen = parseListenAddress(passive.ingest.listen);
  if (listen.kind !== "tcp") return undefined;
  const token = readSecretFile(passive.ingest.tokenFile, "passive.ingest.tokenFile");
  if (token.length < tokenCharactersMin) {
    throw new GaitError(
      "passive-token",
      `passive.ingest.tokenFile: the token has ${token.length} characters; expected at least ${tokenCharactersMin}`,
      { exitCode: 2 },
    );
  }
  const service = createDecisionService({
    ...parts,
    application: passive.application,
    mode: "observe",
    failMode: "open",
    observes: batchObserves,
  });
  const server = await openIngestServer({
    listen,
    token,
    clock: parts.clock,
    routes: [
      { path: "/v1/exchanges", item: sentExchange, take: (item) => takeExchange(service, item as SentExchange) },
      {
        path: "/v1/events",
        item: sentEvent,
        take: (item) => {
          events.take(item as SentEvent);
          return "";
        },
      },
    ],
  });
  return {
    kind: "ingest",
    where: `${listen.host}:${server.port}`,
    facts: () => ({
      exchanges: service.stats().answered,
      failures: service.stats().failures,
      events: events.facts.taken,
      eventsRepeated: events.facts.repeated,
    }),
    close: () => server.close(),
  };
}
