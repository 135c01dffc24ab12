import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock, Guard, HashKey, Observes } from "#core";
import {
  type CheckDialect,
  checkObserves,
  connectorKey,
  createDecisionService,
  type DecisionService,
  envoyCheckObserves,
  haproxyObserves,
  openCheckServer,
  openEnvoyAgent,
  openSpoeAgent,
  renderNginxKey,
} from "#edge";
import type { Config } from "../config/config.ts";
import { type BesideDoor, besideListeners } from "../config/consistency.ts";
import { parseListenAddress } from "../config/listen-address.ts";

/** What the doors share with the rest of the service. */
export interface BesideParts {
  readonly guard: Guard;
  readonly clock: Clock;
  readonly hashKey: HashKey;
  /** Where nginx finds the key of its cookie hashes. */
  readonly statePath: string;
}

/** The open doors of proxies beside us. */
export interface Beside {
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  close(): Promise<void>;
}

const loopback = ["127.0.0.0/8", "::1"];

const nginxKeyFile = "nginx-key.conf";

/** Opens the doors that `beside` names. They share the judge, so a client is one client whichever door it came by. */
export async function openBeside(config: Config, parts: BesideParts): Promise<Beside> {
  const trustedProxies = [...loopback, ...config.trustedProxies];
  const doors: { readonly host: string; readonly port: number; close(): Promise<void> }[] = [];
  try {
    for (const [key, text] of besideListeners(config)) {
      const listen = parseListenAddress(text);
      if (listen.kind !== "tcp") continue;
      const service = serviceFor(config, parts, key);
      if (key === "nginx") keepNginxKey(parts);
      const door = await openDoor(key, service, { listen, trustedProxies });
      doors.push({ host: listen.host, port: door.port, close: () => door.close() });
    }
  } catch (error) {
    for (const door of doors) await door.close();
    throw error;
  }
  return {
    addresses: doors,
    async close() {
      for (const door of doors) await door.close();
    },
  };
}

function openDoor(
  key: BesideDoor,
  service: DecisionService,
  {
    listen,
    trustedProxies,
  }: { readonly listen: { readonly host: string; readonly port: number }; readonly trustedProxies: readonly string[] },
): Promise<{ readonly port: number; close(): Promise<void> }> {
  if (key === "haproxy") return openSpoeAgent(service, listen);
  if (key === "envoy") return openEnvoyAgent(service, listen);
  return openCheckServer(service, { listen, trustedProxies, dialect: dialects[key] });
}

const dialects: Readonly<Record<Exclude<BesideDoor, "haproxy" | "envoy">, CheckDialect>> = {
  nginx: "auth-request",
  forwardAuth: "forward-auth",
  envoyHttp: "ext-authz",
};

/** nginx reads it as root; the directory and the file are for their owner alone. */
function keepNginxKey({ hashKey, statePath }: BesideParts): void {
  writeFileSync(join(statePath, nginxKeyFile), renderNginxKey(connectorKey(hashKey, "nginx")), { mode: 0o600 });
}

function serviceFor(config: Config, { guard, clock, hashKey }: BesideParts, door: BesideDoor): DecisionService {
  const observes: Observes =
    door === "haproxy" ? haproxyObserves : door === "envoy" ? envoyCheckObserves : checkObserves;
  return createDecisionService({
    guard,
    clock,
    hashKey,
    ...(door === "nginx" ? { cookieKey: connectorKey(hashKey, "nginx") } : {}),
    application: config.beside?.application ?? "default",
    mode: config.mode,
    failMode: config.failMode,
    observes,
  });
}
