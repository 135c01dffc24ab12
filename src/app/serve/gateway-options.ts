import { type EdgeLimits, GaitError, type HashKey, type Http2Limits, type LimitValues, type tlsLimits } from "#core";
import type { ApplicationOptions, GatewayOptions, ListenOptions, RouteOptions, UpstreamOptions } from "#edge";
import { acceptSignature } from "#intel";
import { parseByteSize } from "../config/byte-size.ts";
import type { ApplicationConfig, Config, ListenerConfig, RouteConfig, UpstreamConfig } from "../config/config.ts";
import { listenersOf } from "../config/consistency.ts";
import { parseDuration } from "../config/duration.ts";
import { parseListenAddress } from "../config/listen-address.ts";
import { readAuthorities } from "./read-authorities.ts";

/** The name of the application when `upstream` is all that is configured. */
export const applicationDefault = "default";

/** What the data plane is told, from a checked configuration. Reads the authorities of upstreams, nothing else. */
export function gatewayOptions(
  config: Config,
  {
    hashKey,
    revision,
    robots,
  }: { readonly hashKey: HashKey; readonly revision: number; readonly robots?: string | undefined },
): GatewayOptions {
  return {
    listen: listenersOf(config).map((listener) => listenOptions(listener, config)),
    applications: applicationOptions(config),
    trustedProxies: config.trustedProxies,
    mode: config.mode,
    routes: config.routes.map(routeOptions),
    failMode: config.failMode,
    limits: (config.limits.edge ?? {}) as Partial<EdgeLimits>,
    http2Limits: (config.limits.http2 ?? {}) as Partial<Http2Limits>,
    hashKey,
    revision,
    ...(robots === undefined
      ? {}
      : { documents: [{ path: "/robots.txt", contentType: "text/plain; charset=utf-8", text: robots }] }),
    ...(config.agents.inviteSignatures
      ? { refusalHeaders: [{ name: "Accept-Signature", value: acceptSignature("") }] }
      : {}),
    ...(config.appeals === undefined ? {} : { appealPath: config.appeals.path }),
    ...(config.presentationHeaders === undefined ? {} : { presentationHeaders: config.presentationHeaders }),
    ...(config.accessLog === undefined ? {} : { accessLog: config.accessLog }),
  };
}

/** The mode that holds for each application by its name. */
export function applicationModes(config: Config): ReadonlyMap<string, "observe" | "enforce"> {
  const modes = new Map(applicationOptions(config).map(({ name, mode }) => [name, mode ?? config.mode] as const));
  if (config.beside !== undefined) modes.set(config.beside.application, config.mode);
  if (config.passive !== undefined) modes.set(config.passive.application, config.mode);
  return modes;
}

function listenOptions(listener: ListenerConfig, config: Config): ListenOptions {
  const address = parseListenAddress(listener.address);
  if (address.kind !== "tcp") {
    throw new GaitError("edge-options", `listen: ${JSON.stringify(listener.address)} was read, expected ADDRESS:PORT`);
  }
  return {
    host: address.host,
    port: address.port,
    proxyProtocol: listener.proxyProtocol,
    reusePort: listener.reusePort,
    ...(config.tls === undefined || !listener.tls ? {} : { tls: tlsOptions(config) }),
  };
}

function tlsOptions(config: Config): NonNullable<ListenOptions["tls"]> {
  const certificates = config.tls === undefined ? [] : isList(config.tls) ? config.tls : [config.tls];
  return {
    certificates: certificates.map(({ certFile, keyFile }) => ({ cert: certFile, key: keyFile })),
    limits: (config.limits.tls ?? {}) as Partial<LimitValues<typeof tlsLimits>>,
  };
}

function applicationOptions(config: Config): readonly ApplicationOptions[] {
  if (config.applications.length > 0) return config.applications.map(applicationOf);
  return config.upstream === undefined
    ? []
    : [{ name: applicationDefault, upstream: upstreamOptions(applicationDefault, config.upstream) }];
}

function applicationOf({ name, hosts, paths, upstream, mode }: ApplicationConfig): ApplicationOptions {
  return { name, hosts, paths, upstream: upstreamOptions(name, upstream), ...(mode === undefined ? {} : { mode }) };
}

function upstreamOptions(name: string, upstream: string | UpstreamConfig): UpstreamOptions {
  if (typeof upstream === "string") return { name, urls: [upstream] };
  const { urls, reuse, protocol, balance, health } = upstream;
  const common = { name, urls, reuse, protocol, balance, ...upstreamTls(upstream) };
  if (health === undefined) return common;
  const intervalMs = parseDuration(health.interval) ?? 5_000;
  const timeoutMs = parseDuration(health.timeout) ?? 2_000;
  return { ...common, health: { path: health.path, intervalMs, timeoutMs } };
}

function upstreamTls({ tls }: UpstreamConfig): Pick<UpstreamOptions, "tls"> {
  if (tls === undefined) return {};
  const { caFile, serverName } = tls;
  // Read with every reload, so that a new authority needs no new path.
  return { tls: { serverName, ...(caFile === undefined ? {} : { ca: readAuthorities(caFile) }) } };
}

function routeOptions({ paths, methods, failMode, bodyBytesMax }: RouteConfig): RouteOptions {
  const bytes = typeof bodyBytesMax === "string" ? parseByteSize(bodyBytesMax) : bodyBytesMax;
  return {
    paths,
    ...(methods.length === 0 ? {} : { methods }),
    ...(failMode === undefined ? {} : { failMode }),
    ...(bytes === undefined ? {} : { bodyBytesMax: bytes }),
  };
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}
