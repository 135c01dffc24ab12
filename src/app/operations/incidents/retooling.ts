import type { OperationContext } from "../operation-context.ts";

/** One change of tools within an incident. */
export interface RetoolingStep {
  readonly at: number;
  /** What is different from before: "user agent", "TLS hello", "header order", "networks". */
  readonly changed: readonly string[];
  /** The counter-measure that came before it; null: none is known. */
  readonly after: string | null;
  readonly why: string;
}

/** Requests that look alike, with when they came and when they were first stopped. */
export interface Dress {
  readonly agent: string;
  readonly ja4: string;
  readonly headers: string;
  /** Networks (/24, /48) they came from, 64 at most. */
  readonly networks: readonly string[];
  readonly requests: number;
  readonly first: number;
  readonly last: number;
  /** When and by what they were first stopped; undefined: they were not. */
  readonly stopped: { readonly at: number; readonly by: string } | undefined;
}

/** Dresses with a smaller share of the busiest one's requests are strays: a probe, a person who was swept in. */
const shareMin = 0.05;
/** More dresses than this at once are a wardrobe that is rotated, not a change of tools. */
const dressesMax = 24;
/** Networks kept of one look, and pairs of look and network read of one incident. */
const networksMax = 64;
const visitsMax = 4_096;
/** How much of the earlier dress's time the next one may overlap with and still replace it. */
const overlapMax = 0.2;

/**
 * Tells changes of tools from one look to the next: the earlier one ends about when the next begins. Looks that come side by
 * side are a wardrobe and no step. What hides from this: an attacker who rotates looks all the time, and one who changes
 * behaviour so far that another cohort is convicted (another incident).
 */
export function retoolingSteps(dresses: readonly Dress[]): readonly RetoolingStep[] {
  const most = Math.max(0, ...dresses.map(({ requests }) => requests));
  const worn = dresses.filter(({ requests }) => requests >= most * shareMin).toSorted((a, b) => a.first - b.first);
  if (worn.length > dressesMax) return [];
  const steps: RetoolingStep[] = [];
  let before = worn[0];
  for (const next of worn.slice(1)) {
    if (before === undefined) break;
    const overlap = before.last - next.first;
    const replaces = overlap <= overlapMax * Math.max(1, before.last - before.first);
    if (replaces) steps.push(stepOf(before, next));
    if (replaces || next.last > before.last) before = next;
  }
  return steps;
}

function stepOf(before: Dress, next: Dress): RetoolingStep {
  const changed: string[] = [];
  const words: string[] = [];
  const compare = (name: string, was: string, is: string): void => {
    if (was === is) return;
    changed.push(name);
    words.push(`${name} ${JSON.stringify(was.slice(0, 80))} became ${JSON.stringify(is.slice(0, 80))}`);
  };
  compare("user agent", before.agent, next.agent);
  compare("TLS hello", before.ja4, next.ja4);
  compare("header order", before.headers, next.headers);
  const kept = next.networks.filter((network) => before.networks.includes(network)).length;
  if (kept === 0 && before.networks.length > 0 && next.networks.length > 0) {
    changed.push("networks");
    words.push(`none of its networks (${next.networks.slice(0, 3).join(", ")}) was among those before`);
  }
  const gap = next.first - before.last;
  const when =
    gap >= 0 ? `${span(gap)} after the earlier look ended` : `as the earlier look ended within ${span(-gap)}`;
  const stopped = before.stopped !== undefined && before.stopped.at <= next.first ? before.stopped : undefined;
  return {
    at: next.first,
    changed,
    after: stopped === undefined ? null : `${stopped.by}, first at ${new Date(stopped.at).toISOString().slice(11, 19)}`,
    why: `${words.join("; ")}; ${next.requests} requests of the same cohort, ${when}`,
  };
}

function span(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`;
}

/** Requests that look alike and come from one network. */
export interface Visit extends Omit<Dress, "networks"> {
  readonly network: string;
}

/**
 * What looks alike, parted where its networks changed: those of before have ended when the next begin. Networks with a small share
 * each are one pool, because a pool that gives every request another network changes all the time and means nothing by it.
 */
export function dressesOf(visits: readonly Visit[]): readonly Dress[] {
  const byLook = Map.groupBy(visits, ({ agent, ja4, headers }) => JSON.stringify([agent, ja4, headers]));
  return [...byLook.values()].flatMap((alike) => {
    const requests = alike.reduce((sum, one) => sum + one.requests, 0);
    const large = alike.filter((one) => one.requests >= requests * shareMin);
    const pool = alike.filter((one) => one.requests < requests * shareMin).map(toDress);
    const parts = [...large.map(toDress), ...(pool.length === 0 ? [] : [pool.reduce(together)])];
    const phases: Dress[] = [];
    for (const part of parts.toSorted((a, b) => a.first - b.first)) {
      const before = phases.at(-1);
      const overlap = before === undefined ? 0 : before.last - part.first;
      if (before === undefined || overlap <= overlapMax * Math.max(1, before.last - before.first)) phases.push(part);
      else phases[phases.length - 1] = together(before, part);
    }
    return phases;
  });
}

function toDress({ network, ...rest }: Visit): Dress {
  return { ...rest, networks: network === "" ? [] : [network] };
}

function together(a: Dress, b: Dress): Dress {
  const stopped = [a.stopped, b.stopped].filter((one) => one !== undefined).toSorted((x, y) => x.at - y.at)[0];
  return {
    ...a,
    networks: [...a.networks, ...b.networks].slice(0, networksMax),
    requests: a.requests + b.requests,
    first: Math.min(a.first, b.first),
    last: Math.max(a.last, b.last),
    stopped,
  };
}

/** The steps of an incident, from the records of its cohorts. */
export async function retoolingOf(
  { query }: OperationContext,
  cohorts: readonly string[],
): Promise<readonly RetoolingStep[]> {
  const rows = await query(
    `SELECT agent, ja4, headers, network, count(*) AS requests, min(time) AS first, max(time) AS last,
       min(time) FILTER (WHERE enforced NOT IN ('allow', 'log', 'tag')) AS "stoppedAt",
       arg_min(enforced || CASE WHEN rule <> '' THEN ' by the rule ' || rule ELSE ' (' || basis || ')' END, time)
         FILTER (WHERE enforced NOT IN ('allow', 'log', 'tag')) AS "stoppedBy"
     FROM everything WHERE cohort IN (${cohorts.map((_, i) => `$${i + 1}`).join(", ")}) GROUP BY agent, ja4, headers, network ORDER BY requests DESC, first LIMIT ${visitsMax}`,
    cohorts,
  );
  const visits = rows.map(
    (row): Visit => ({
      agent: String(row.agent ?? ""),
      ja4: String(row.ja4 ?? ""),
      headers: String(row.headers ?? ""),
      network: String(row.network ?? ""),
      requests: Number(row.requests ?? 0),
      first: Number(row.first ?? 0),
      last: Number(row.last ?? 0),
      stopped:
        row.stoppedAt === null || row.stoppedAt === undefined
          ? undefined
          : { at: Number(row.stoppedAt), by: String(row.stoppedBy ?? "") },
    }),
  );
  return retoolingSteps(dressesOf(visits));
}
