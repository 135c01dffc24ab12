import { type EdgeLimits, edgeLimits, GaitError, limitValues } from "#core";
import { createHeadMemory, createNetworkSet, type HeadLimits, type NetworkSet, pathSpellings } from "#wire";
import type {
  ApplicationOptions,
  DocumentOptions,
  GatewayOptions,
  Mode,
  RouteOptions,
  UpstreamOptions,
} from "./options.ts";
import { type PresentationNames, presentationNames } from "./presentation.ts";

/** One configuration, compiled. Immutable: a reload makes a new one and swaps it in whole. */
export interface Runtime<Upstream> {
  readonly options: GatewayOptions;
  readonly limits: EdgeLimits;
  /** The part of the limits that the parser of heads takes, with what it remembers. */
  readonly headLimits: HeadLimits;
  readonly trusted: NetworkSet;
  readonly applications: readonly Application<Upstream>[];
  readonly routes: readonly RouteOptions[];
  readonly presentation: PresentationNames;
  /** What the gateway answers itself, by path; undefined: nothing. */
  readonly documents: ReadonlyMap<string, DocumentOptions> | undefined;
  readonly revision: number;
}

/** One protected application, compiled. */
export interface Application<Upstream> {
  readonly name: string;
  readonly mode: Mode;
  readonly hosts: readonly string[];
  readonly paths: readonly string[];
  readonly upstream: Upstream;
}

/**
 * Compiles options.
 *
 * @param upstreamFor Gives the pool for an upstream; across reloads an unchanged upstream keeps its connections.
 * @throws GaitError `edge-options` naming what is wrong.
 */
export function compileRuntime<Upstream>(
  options: GatewayOptions,
  upstreamFor: (upstream: UpstreamOptions) => Upstream,
): Runtime<Upstream> {
  const trusted = createNetworkSet(options.trustedProxies ?? []);
  if ("bad" in trusted) throw optionsError(`trustedProxies: "${trusted.bad}" is not an address or a CIDR block`);
  if (options.applications.length === 0) throw optionsError("applications: none given, expected at least one");
  for (const application of options.applications) checkApplication(application);
  const limits = limitValues(edgeLimits, options.limits);
  const { headersMax, targetBytesMax } = limits;
  return {
    options,
    limits,
    headLimits: { headersMax, targetBytesMax, memory: createHeadMemory() },
    trusted,
    routes: options.routes ?? [],
    presentation: presentationNames(options.presentationHeaders),
    documents: options.documents === undefined ? undefined : new Map(options.documents.map((one) => [one.path, one])),
    revision: options.revision ?? 0,
    applications: options.applications.map((application) => ({
      name: application.name,
      mode: application.mode ?? options.mode,
      hosts: (application.hosts ?? []).map((host) => host.toLowerCase()),
      paths: application.paths ?? [],
      upstream: upstreamFor(application.upstream),
    })),
  };
}

function checkApplication({ name, upstream }: ApplicationOptions): void {
  if (upstream.urls.length === 0) throw optionsError(`application "${name}": upstream "${upstream.name}" has no url`);
  for (const url of upstream.urls) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
      throw optionsError(`application "${name}": upstream url "${url}" was read, expected http(s)://host:port`);
  }
}

function optionsError(message: string): GaitError {
  return new GaitError("edge-options", message, { exitCode: 2 });
}

/** The application a request belongs to, by host, then by every spelling of its path. */
export function matchApplication<Upstream>(
  runtime: Runtime<Upstream>,
  host: string,
  path: string,
): Application<Upstream> | undefined {
  const { applications } = runtime;
  for (let i = 0; i < applications.length; i++) {
    const application = applications[i] as Application<Upstream>;
    if (application.hosts.length > 0 && !matchesHost(application.hosts, host)) continue;
    if (application.paths.length === 0) return application;
    const spellings = pathSpellings(path);
    if (application.paths.some((prefix) => spellings.some((spelling) => hasPrefix(spelling, prefix))))
      return application;
  }
  return undefined;
}

function matchesHost(hosts: readonly string[], host: string): boolean {
  const colon = host.lastIndexOf(":");
  const bare = colon > 0 && !host.endsWith("]") ? host.slice(0, colon) : host;
  return hosts.some((wanted) => wanted === bare || (wanted.startsWith("*.") && bare.endsWith(wanted.slice(1))));
}

function hasPrefix(path: string, prefix: string): boolean {
  if (!path.startsWith(prefix)) return false;
  return prefix.endsWith("/") || path.length === prefix.length || path.charCodeAt(prefix.length) === 0x2f;
}

/**
 * The first route whose method and path fit. Every spelling of the path is tried, so `/x/../login` does not escape
 * the limits of `/login`.
 */
export function matchRoute<Upstream>(
  runtime: Runtime<Upstream>,
  method: string,
  path: string,
): RouteOptions | undefined {
  if (runtime.routes.length === 0) return undefined;
  const spellings = pathSpellings(path);
  return runtime.routes.find(
    (route) =>
      (route.methods === undefined || route.methods.includes(method)) &&
      route.paths.some((prefix) => spellings.some((spelling) => hasPrefix(spelling, prefix))),
  );
}
