import type { EdgeLimits, Millis } from "#core";
import { Http2UpstreamLine, Http2UpstreamStream } from "../h2/h2-upstream.ts";
import type { EdgeCounters, UpstreamStats } from "./counters.ts";
import { checkHealth } from "./health.ts";
import type { UpstreamOptions } from "./options.ts";
import { Timed, type TimerWheel } from "./timer-wheel.ts";
import {
  type ClientKey,
  type ConnectionOwner,
  Http1UpstreamConnection,
  type UpstreamConnection,
  type UpstreamFault,
} from "./upstream-connection.ts";
import type { UpstreamAddress } from "./upstream-socket.ts";
import { prepareUpstreamTls, type UpstreamTls } from "./upstream-tls.ts";

/** What a pool needs from the gateway. */
export interface UpstreamContext {
  readonly counters: EdgeCounters;
  readonly wheel: TimerWheel;
  readonly limits: EdgeLimits;
}

/** Someone who wants a connection. */
export interface Acquirer {
  /** Whose request it is, for the reuse policy `same-client`. */
  readonly clientKey: ClientKey;
  /** Also called at once, inside `acquire`, when a connection is at hand. */
  acquired(connection: UpstreamConnection): void;
  acquireFailed(fault: UpstreamFault): void;
}

/** One address of an upstream and its connections. */
class Endpoint implements ConnectionOwner, UpstreamAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: UpstreamTls | undefined;
  readonly idle: Set<UpstreamConnection> = new Set();
  open = 0;
  failures = 0;
  restsUntil: Millis = 0;
  /** What the active check said last; true where none is configured. */
  checkedHealthy = true;
  readonly upstream: Upstream;
  /** Used where the upstream speaks HTTP/2; opens nothing before it is. */
  readonly http2: Http2UpstreamLine;

  constructor(upstream: Upstream, url: string) {
    const parsed = new URL(url);
    this.upstream = upstream;
    this.host = parsed.hostname.replace(/^\[|\]$/g, "");
    const secure = parsed.protocol === "https:";
    this.port = parsed.port === "" ? (secure ? 443 : 80) : Number(parsed.port);
    this.tls = secure ? prepareUpstreamTls(this.host, upstream.options.tls ?? {}) : undefined;
    this.http2 = new Http2UpstreamLine(this);
  }

  get limits(): EdgeLimits {
    return this.upstream.limits;
  }

  get wheel(): TimerWheel {
    return this.upstream.wheel;
  }

  get busy(): number {
    return this.open - this.idle.size;
  }

  connected(): void {
    this.failures = 0;
  }

  released(connection: UpstreamConnection): void {
    this.failures = 0;
    this.upstream.takeBack(this, connection);
  }

  closed(connection: UpstreamConnection): void {
    this.open--;
    this.upstream.counters.openUpstreamConnections--;
    if (this.idle.delete(connection)) unpin(connection);
    this.upstream.serveQueue();
  }

  /** Passive health: several failures in a row send an address to rest. */
  failed(): void {
    if (++this.failures < this.limits.failuresInARow) return;
    this.failures = 0;
    this.restsUntil = this.wheel.now + this.limits.unhealthyMs;
  }

  isHealthy(): boolean {
    return this.checkedHealthy && this.restsUntil <= this.wheel.now;
  }
}

class Waiter extends Timed {
  readonly acquirer: Acquirer;
  readonly #upstream: Upstream;

  constructor(upstream: Upstream, acquirer: Acquirer) {
    super();
    this.#upstream = upstream;
    this.acquirer = acquirer;
  }

  override expired(): void {
    this.#upstream.giveUp(this);
  }
}

/** A pool of connections to one upstream: balance, health, reuse policy and a bounded queue. */
export class Upstream {
  readonly options: UpstreamOptions;
  readonly counters: EdgeCounters;
  readonly wheel: TimerWheel;
  limits: EdgeLimits;
  readonly #endpoints: readonly Endpoint[];
  readonly #queue: Set<Waiter> = new Set();
  readonly #byConnection: WeakMap<UpstreamConnection, Endpoint> = new WeakMap();
  #turn = 0;
  #retired = false;
  #stopHealth: (() => void) | undefined;

  constructor(options: UpstreamOptions, context: UpstreamContext) {
    this.options = options;
    this.counters = context.counters;
    this.wheel = context.wheel;
    this.limits = context.limits;
    this.#endpoints = options.urls.map((url) => new Endpoint(this, url));
    if (options.health !== undefined) this.#stopHealth = checkHealth(this.#endpoints, options.health);
  }

  /** Finds or opens a connection; queues when the upstream has no room. */
  acquire(acquirer: Acquirer): void {
    const endpoint = this.#choose();
    if (endpoint === undefined) {
      this.#enqueue(acquirer);
      return;
    }
    const pooled = this.#takeIdle(endpoint, acquirer);
    if (pooled !== undefined) {
      acquirer.acquired(pooled);
      return;
    }
    acquirer.acquired(this.#open(endpoint, acquirer));
  }

  /** Forgets a waiting acquirer whose client has gone. */
  forget(acquirer: Acquirer): void {
    for (const waiter of this.#queue) {
      if (waiter.acquirer !== acquirer) continue;
      this.wheel.clear(waiter);
      this.#queue.delete(waiter);
      return;
    }
  }

  /** A connection let its exchange down. */
  reportFailure(connection: UpstreamConnection): void {
    this.#byConnection.get(connection)?.failed();
  }

  /** `host:port` for a request that carries no host of its own. */
  get authority(): string {
    const endpoint = this.#endpoints[0];
    return endpoint === undefined ? "" : `${endpoint.host}:${endpoint.port}`;
  }

  takeBack(endpoint: Endpoint, connection: UpstreamConnection): void {
    const reuse = this.options.reuse ?? "same-client";
    if (reuse === "never" || this.#retired || endpoint.idle.size >= this.limits.upstreamIdleMax) {
      connection.destroy();
      return;
    }
    endpoint.idle.add(connection);
    if (reuse === "same-client") connection.client?.pinned.push(connection);
    if (this.#queue.size > 0) this.serveQueue();
  }

  serveQueue(): void {
    for (const waiter of this.#queue) {
      const endpoint = this.#choose();
      if (endpoint === undefined) return;
      this.#queue.delete(waiter);
      this.wheel.clear(waiter);
      const { acquirer } = waiter;
      acquirer.acquired(this.#takeIdle(endpoint, acquirer) ?? this.#open(endpoint, acquirer));
    }
  }

  giveUp(waiter: Waiter): void {
    if (this.#queue.delete(waiter))
      waiter.acquirer.acquireFailed({ status: 503, code: "upstream-queue-timeout", untouched: true });
  }

  /** No new requests will come: idle connections go, busy ones end with their exchange. */
  retire(): void {
    this.#retired = true;
    this.#stopHealth?.();
    for (const endpoint of this.#endpoints) {
      for (const connection of endpoint.idle) connection.destroy();
      endpoint.http2.close();
    }
  }

  stats(): UpstreamStats[] {
    return this.#endpoints.map((endpoint) => ({
      upstream: this.options.name,
      address: `${endpoint.host}:${endpoint.port}`,
      healthy: endpoint.isHealthy(),
      open: endpoint.open,
      idle: endpoint.idle.size,
      queued: this.#queue.size,
    }));
  }

  /** Least loaded with ties broken in turn, or in turn; resting addresses only when all of them rest. */
  #choose(): Endpoint | undefined {
    const endpoints = this.#endpoints;
    if (endpoints.length === 1) return hasRoom(endpoints[0] as Endpoint) ? endpoints[0] : undefined;
    const healthy = endpoints.filter((endpoint) => endpoint.isHealthy());
    const candidates = (healthy.length > 0 ? healthy : endpoints).filter((endpoint) => hasRoom(endpoint));
    if (candidates.length === 0) return undefined;
    const turn = this.#turn++ % candidates.length;
    let best = candidates[turn] as Endpoint;
    if (this.options.balance === "round-robin") return best;
    for (const candidate of candidates) if (candidate.busy < best.busy) best = candidate;
    return best;
  }

  #takeIdle(endpoint: Endpoint, acquirer: Acquirer): UpstreamConnection | undefined {
    if (this.options.reuse === "shared") {
      const [connection] = endpoint.idle;
      if (connection !== undefined) endpoint.idle.delete(connection);
      return connection;
    }
    const { pinned } = acquirer.clientKey;
    for (let i = pinned.length - 1; i >= 0; i--) {
      const connection = pinned[i] as UpstreamConnection;
      if (!endpoint.idle.delete(connection)) continue;
      // Nearly always the last one, and taking that out makes no list of what was taken.
      if (i === pinned.length - 1) pinned.pop();
      else pinned.splice(i, 1);
      return connection;
    }
    return undefined;
  }

  #open(endpoint: Endpoint, acquirer: Acquirer): UpstreamConnection {
    // Idle connections of other clients give way rather than hold the last places.
    if (endpoint.open >= this.limits.upstreamConnectionsMax) {
      const [oldest] = endpoint.idle;
      oldest?.destroy();
    }
    endpoint.open++;
    this.counters.upstreamConnections++;
    this.counters.openUpstreamConnections++;
    const connection: UpstreamConnection =
      this.options.protocol === "http2"
        ? new Http2UpstreamStream(endpoint, endpoint.http2)
        : new Http1UpstreamConnection(endpoint, endpoint);
    connection.client = acquirer.clientKey;
    this.#byConnection.set(connection, endpoint);
    return connection;
  }

  #enqueue(acquirer: Acquirer): void {
    if (this.#queue.size >= this.limits.upstreamQueueMax) {
      acquirer.acquireFailed({ status: 503, code: "upstream-queue-full", untouched: true });
      return;
    }
    const waiter = new Waiter(this, acquirer);
    this.#queue.add(waiter);
    this.wheel.set(waiter, this.wheel.now + this.limits.upstreamQueueMs);
  }
}

function hasRoom(endpoint: Endpoint): boolean {
  return endpoint.idle.size > 0 || endpoint.open < endpoint.limits.upstreamConnectionsMax;
}

function unpin(connection: UpstreamConnection): void {
  const pinned = connection.client?.pinned;
  const index = pinned?.indexOf(connection) ?? -1;
  if (index >= 0) pinned?.splice(index, 1);
}

/** A client has gone: nobody else may use what was reserved for it. */
export function releasePinned(key: ClientKey): void {
  for (const connection of key.pinned.splice(0)) connection.destroy();
}
