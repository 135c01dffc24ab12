import {
  type Action,
  appLimits,
  type Clock,
  type Exchange,
  type Guard,
  type LimitValues,
  limitValues,
  type Trail,
  type Verdict,
} from "#core";
import type { Engine } from "#engine";
import type { WatchedNames } from "../policy/late-watch.ts";
import type { Records } from "../records/open-records.ts";
import { type ActorRow, ActorTally } from "./actor-tally.ts";
import { DecisionTime } from "./decision-time.ts";
import { maskedPath } from "./masked-path.ts";
import { RecentAddresses } from "./recent-addresses.ts";
import { type KeptVerdict, RecentVerdicts } from "./recent-verdicts.ts";
import { TrafficSplit } from "./traffic-split.ts";

const userAgentMax = 200;
const methodMax = 20;
const passedMax = 5;
/** Actions that let a request go on to the application. */
const wentOn: ReadonlySet<Action> = new Set(["allow", "tag", "log"]);

const nothingWatched: WatchedNames = Object.freeze({ names: [], revision: 0 });

/**
 * Stands between the data plane and the judge and remembers, within caps, what people ask about: the last verdicts,
 * the split over time, who is most active, how long decisions take. Judges nothing and changes nothing.
 */
export class Witness implements Guard {
  readonly recent: RecentVerdicts;
  readonly split: TrafficSplit;
  readonly actors: ActorTally;
  readonly addresses: RecentAddresses;
  readonly decisionTime: DecisionTime = new DecisionTime();
  /** Decisions that the judge could not make; the fail mode answered. */
  failures = 0;
  /** The mode of each application; a reload replaces it. */
  modes: ReadonlyMap<string, "observe" | "enforce">;
  readonly #judge: Guard;
  readonly #clock: Clock;
  readonly #trail: () => Trail;
  readonly #watched: () => WatchedNames;
  readonly #records: Pick<Records, "append" | "hashAddress">;
  readonly #start: string;
  #sequence = 0;

  constructor(
    judge: Guard & { readonly watched?: WatchedNames },
    options: {
      readonly clock: Clock;
      readonly modes: ReadonlyMap<string, "observe" | "enforce">;
      readonly engine: Pick<Engine, "trail">;
      readonly records: Pick<Records, "append" | "hashAddress">;
      readonly limits?: Partial<LimitValues<typeof appLimits>>;
    },
  ) {
    const limits = limitValues(appLimits, options.limits ?? {});
    this.#judge = judge;
    this.#watched = () => judge.watched ?? nothingWatched;
    this.#clock = options.clock;
    this.modes = options.modes;
    this.#trail = () => options.engine.trail();
    this.#records = options.records;
    this.#start = Math.floor(options.clock.now() / 1_000).toString(36);
    this.recent = new RecentVerdicts(limits.recentVerdictsMax);
    this.split = new TrafficSplit({ buckets: limits.splitBuckets, bucketMs: limits.splitBucketMs });
    this.actors = new ActorTally(limits.actorsMax);
    this.addresses = new RecentAddresses(limits.actorsMax);
  }

  inspect(exchange: Exchange): Verdict {
    const start = this.#clock.monotonic();
    let verdict: Verdict;
    try {
      verdict = this.#judge.inspect(exchange);
    } catch (error) {
      this.failures++;
      throw error;
    }
    const decisionUs = (this.#clock.monotonic() - start) * 1_000;
    this.decisionTime.add(decisionUs);
    this.#remember(exchange, verdict, { decisionUs, trail: this.#trail() });
    return verdict;
  }

  /** The latest requests of a request's session that went to the application, at most five, the newest first. */
  passed(reference: string): readonly string[] {
    const session = this.recent.kept(reference)?.session ?? "";
    if (session === "") return [];
    return this.recent
      .newest(passedMax, (seen) => seen.session === session && wentOn.has(seen.enforced), Number.POSITIVE_INFINITY)
      .map((seen) => seen.reference);
  }

  observe(exchange: Exchange): void {
    try {
      this.#judge.observe(exchange);
    } finally {
      const seen = this.recent.kept(exchange.id);
      if (seen !== undefined) {
        seen.status = exchange.response?.status ?? exchange.ownStatus ?? 0;
        this.#noteWatched(seen);
        this.#record(exchange, seen);
        this.recent.layBy(seen);
      }
    }
  }

  /** Rules that watch have spoken only now. */
  #noteWatched(seen: KeptVerdict): void {
    const { names, revision } = this.#watched();
    if (names.length === 0) return;
    seen.watched = seen.watched.length === 0 ? names : [...seen.watched, ...names];
    seen.revision = revision;
  }

  #record(exchange: Exchange, seen: KeptVerdict): void {
    const { path, enforced, session, actor, trail, decisionUs } = seen;
    this.#sequence++;
    this.#records.append({
      sequence: this.#sequence,
      exchange,
      verdict: seen,
      enforced,
      path,
      session,
      actor,
      trail,
      decisionUs,
      failure: "",
    });
  }

  #remember(
    exchange: Exchange,
    verdict: Verdict,
    { decisionUs, trail }: { readonly decisionUs: number; readonly trail: Trail },
  ): void {
    const { application, client, request, at } = exchange;
    const { kind, action, score, signals, rule, watched, basis, certifiedFpr, revision } = verdict;
    const enforced = this.modes.get(application) === "enforce" ? action : "allow";
    const userAgent =
      request.userAgent.length > userAgentMax ? `${request.userAgent.slice(0, userAgentMax)}…` : request.userAgent;
    const { identity, template, cohort } = trail;
    const row = this.actors.row({ ip: client.ip, userAgent, application, at });
    const seen = this.recent.blank();
    seen.reference = exchange.id;
    seen.at = at;
    seen.application = application;
    seen.ip = client.ip;
    seen.userAgent = userAgent;
    seen.method = request.method.length > methodMax ? request.method.slice(0, methodMax) : request.method;
    seen.path = maskedPath(request.path);
    seen.kind = kind;
    seen.action = action;
    seen.enforced = enforced;
    seen.score.total = score.total;
    seen.score.behaviour = score.behaviour;
    seen.score.presentation = score.presentation;
    seen.signals = signals;
    seen.rule = rule;
    seen.watched = watched;
    seen.basis = basis;
    seen.certifiedFpr = certifiedFpr;
    seen.revision = revision;
    seen.decisionUs = decisionUs;
    seen.session = this.#sessionKey(row, trail.session);
    seen.actor = this.#actor(row, request.userAgent, identity);
    seen.trail.session = trail.session;
    seen.trail.identity = identity;
    seen.trail.template = template;
    seen.trail.cohort = cohort;
    this.addresses.add(row.names.address, client.ip);
    this.recent.add(seen);
    this.actors.count(row, seen);
    this.split.count(kind, at);
  }

  #sessionKey({ names }: ActorRow, session: number): string {
    if (session === 0) return "";
    if (names.session !== session) {
      names.session = session;
      names.sessionKey = `${this.#start}-${session.toString(36)}`;
    }
    return names.sessionKey;
  }

  /** By cookie identity, else by address and user agent; hashed once and kept with the client. */
  #actor({ ip, names }: ActorRow, userAgent: string, identity: number): string {
    const nameOf = (who: string): string => `a${this.#records.hashAddress(who).toString(36)}`;
    if (Number.isNaN(names.address)) names.address = this.#records.hashAddress(ip);
    if (identity === 0) {
      // A cut user agent may stand for several clients.
      if (userAgent.length > userAgentMax) return nameOf(`${ip} ${userAgent}`);
      if (names.here === "") names.here = nameOf(`${ip} ${userAgent}`);
      return names.here;
    }
    if (names.identity !== identity) {
      names.identity = identity;
      names.identified = nameOf(`i${identity}`);
    }
    return names.identified;
  }
}
