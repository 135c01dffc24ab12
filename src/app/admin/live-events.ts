import type { ServerResponse } from "node:http";
import { appLimits, type Kind } from "#core";
import type { SeenVerdict } from "../serve/recent-verdicts.ts";
import type { Service } from "../serve/service.ts";
import { kinds } from "../serve/traffic-split.ts";
import { answerJson, streamHeaders } from "./admin-request.ts";

/** Where the stream is. */
export const livePath = "/api/v1/live";

/** What came since the message before: every request is counted, the latest are shown. */
export interface LiveBatch {
  readonly at: number;
  /** All requests since the message before, by kind; the filter does not touch them. */
  readonly counts: Readonly<Record<string, number>>;
  /** The latest that fit the filter, the newest first. */
  readonly events: readonly LiveEvent[];
  /** Others since the message before that were not looked through or not shown. */
  readonly more: number;
}

/** One judged request. */
export interface LiveEvent {
  readonly reference: string;
  readonly at: number;
  readonly application: string;
  readonly session: string;
  readonly actor: string;
  readonly ip: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly kind: string;
  readonly action: string;
  readonly enforced: string;
  readonly score: number;
  readonly rule: string;
}

/** Shown per message, about one a second; what is more is counted. */
const eventsMax = 50;
/** Fields that one verdict in memory can be asked for. */
const filterable = ["kind", "action", "enforced", "application", "ip", "session", "actor", "method", "rule"] as const;
type Filter = Partial<Record<(typeof filterable)[number], readonly string[]>>;

const open = new WeakMap<Service, Set<ServerResponse>>();

/**
 * `GET /api/v1/live`: requests as they are judged, as server-sent events about once a second, from memory: nothing waits
 * for the records. However many come, a message holds at most fifty of them and the count of all, so a reader keeps up
 * with fifty a second one by one and with fifty thousand as sums. `?kind=automated&enforced=block` narrows what is shown.
 */
export function streamLive(service: Service, response: ServerResponse, query: URLSearchParams): void {
  const filter = readFilter(query);
  if (typeof filter === "string") {
    answerJson(response, 400, { error: filter, code: "invalid" });
    return;
  }
  const streams = open.get(service) ?? new Set<ServerResponse>();
  open.set(service, streams);
  if (streams.size >= appLimits.adminStreamsMax.default) {
    answerJson(response, 503, { error: "too many live streams are open", code: "unavailable" });
    return;
  }
  streams.add(response);
  response.writeHead(200, streamHeaders("text/event-stream; charset=utf-8"));
  let seen = mark(service);
  const push = (): void => {
    // Who does not read gets no second copy; the next message counts what this one would have.
    if (response.writableLength > 0) return;
    const now = mark(service);
    response.write(`data: ${JSON.stringify(batchOf(service, { since: seen, now, filter }))}\n\n`);
    seen = now;
  };
  push();
  const timer = setInterval(push, appLimits.adminStreamMs.default);
  response.once("close", () => {
    clearInterval(timer);
    streams.delete(response);
  });
}

/** Ends every stream, so that closing the listener does not wait for them. */
export function closeLive(service: Service): void {
  for (const response of open.get(service) ?? []) response.end();
}

interface Mark {
  readonly added: number;
  readonly totals: Readonly<Record<Kind, number>>;
}

function mark({ witness }: Service): Mark {
  return { added: witness.recent.added, totals: { ...witness.split.totals } };
}

function batchOf(
  { witness }: Service,
  { since, now, filter }: { readonly since: Mark; readonly now: Mark; readonly filter: Filter },
): LiveBatch {
  const fresh = now.added - since.added;
  const events = witness.recent.newest(eventsMax, (one) => fits(one, filter), fresh).map(liveEvent);
  const counts = Object.fromEntries(kinds.map((kind) => [kind, now.totals[kind] - since.totals[kind]]));
  return { at: Date.now(), counts, events, more: fresh - events.length };
}

function fits(seen: Omit<SeenVerdict, "signals">, filter: Filter): boolean {
  for (const field of filterable) {
    const wanted = filter[field];
    if (wanted !== undefined && !wanted.includes(String(seen[field] ?? ""))) return false;
  }
  return true;
}

function liveEvent(seen: SeenVerdict): LiveEvent {
  const { reference, at, application, session, actor, ip, method, path, status, kind, action, enforced, score } = seen;
  const rule = seen.rule ?? "";
  return {
    reference,
    at,
    application,
    session,
    actor,
    ip,
    method,
    path,
    status,
    kind,
    action,
    enforced,
    score: score.total,
    rule,
  };
}

/** The filter, or what is wrong with it. */
function readFilter(query: URLSearchParams): Filter | string {
  const filter: Record<string, readonly string[]> = {};
  for (const [name, value] of query) {
    if (!filterable.some((field) => field === name))
      return `${JSON.stringify(name)} is no field of this stream; expected ${filterable.join(", ")}`;
    filter[name] = [...(filter[name] ?? []), ...value.slice(0, 512).split(",")];
  }
  return filter;
}
