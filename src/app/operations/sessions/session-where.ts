import type { OperationContext } from "../operation-context.ts";

/** Actors of one session beyond this are not used to narrow the search. */
const actorsMax = 16;

/**
 * The clause that finds a session's events, with its values. The sums tell in which hours it was there and of which actors it
 * is; events lie by actor within hours, so that nearly all of them are passed over.
 */
export async function sessionWhere(
  { query }: Pick<OperationContext, "query">,
  id: string,
): Promise<{ readonly sql: string; readonly values: (string | number)[] }> {
  const visits = await query(
    "SELECT actor, min(start) AS first, max(start) AS last FROM visits WHERE session = $1 GROUP BY actor",
    [id],
  );
  if (visits.length === 0 || visits.length > actorsMax) return { sql: "session = $1", values: [id] };
  const first = Math.min(...visits.map(({ first: hour }) => Number(hour)));
  const last = Math.max(...visits.map(({ last: hour }) => Number(hour)));
  const actors = visits.map((_, at) => `$${at + 2}`).join(", ");
  return {
    sql: `session = $1 AND actor IN (${actors}) AND time >= ${first} AND time < ${last + 3_600_000}`,
    values: [id, ...visits.map(({ actor }) => String(actor))],
  };
}
