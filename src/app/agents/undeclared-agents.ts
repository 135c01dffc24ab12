import { AgentSwarms, type CohortView } from "#engine";
import type { Row } from "#store";

/** Programs that say nothing of themselves, as one line of the report "agents on your site". */
export interface UndeclaredAgents {
  /** `cohort`: sessions convicted together. `swarm`: one program behind a browser's look and many addresses. `single`: all others. */
  readonly found: "cohort" | "swarm" | "single";
  /** The cohort's id; empty for the others. */
  readonly id: string;
  readonly userAgent: string;
  readonly requests: number;
  readonly addresses: number;
  readonly bytes: number;
  readonly milliseconds: number;
  readonly touches: readonly { readonly path: string; readonly requests: number }[];
  /** Times it asked for robots.txt. */
  readonly readRobots: number;
  /** Why it is thought to be a program, in words. */
  readonly reasons: readonly string[];
}

/** Asks the records. */
export type Query = (sql: string, values?: readonly (string | number)[]) => Promise<readonly Row[]>;

const rowsMax = 100_000;
const linesMax = 50;
const touchesMax = 5;
const swarmsMax = 20;
const sums =
  "count(*) AS requests, count(DISTINCT address) AS addresses, sum(greatest(bytes, 0)) AS bytes, sum(greatest(duration, 0)) AS milliseconds, count(*) FILTER (path = '/robots.txt') AS robots, mode(agent) AS agent";

/**
 * What nameless programs did since `from`, from the records: convicted cohorts that are no attack on log-ins, swarms behind
 * common looks, and what else was taken for automation. A read of at most 100,000 of the newest requests; not for the fast
 * lane.
 */
export async function undeclaredAgents(
  query: Query,
  cohorts: readonly CohortView[],
  from: number,
): Promise<readonly UndeclaredAgents[]> {
  const convicted = new Map(
    cohorts.flatMap((view) =>
      view.conviction === undefined || view.attack !== "" ? [] : [[view.key.toString(36), view] as const],
    ),
  );
  const grouped = await query(
    `SELECT cohort, ${sums} FROM everything WHERE time >= $1 AND cohort <> '' GROUP BY cohort`,
    [from],
  );
  const found: UndeclaredAgents[] = [];
  for (const row of grouped) {
    const cohort = String(row.cohort);
    const view = convicted.get(cohort);
    if (view === undefined) continue;
    const touches = await touched(query, "cohort = $2", [from, cohort]);
    found.push(lineOf(row, { found: "cohort", id: cohort, touches, reasons: view.conviction?.evidence ?? [] }));
  }
  const swarms = await swarmsIn(query, from);
  found.push(...swarms.map(({ line }) => line));
  const [rest] = await query(
    `SELECT ${sums} FROM everything WHERE time >= $1 AND cohort = '' AND kind = 'automated'${swarms.map((_, i) => ` AND agent || chr(10) || headers <> $${i + 2}`).join("")}`,
    [from, ...swarms.map(({ look }) => look)],
  );
  if (rest !== undefined && Number(rest.requests) > 0)
    found.push(lineOf(rest, { found: "single", id: "", touches: [], reasons: ["taken for automation one by one"] }));
  return found.toSorted((one, other) => other.requests - one.requests).slice(0, linesMax);
}

async function touched(
  query: Query,
  where: string,
  values: readonly (string | number)[],
): Promise<UndeclaredAgents["touches"]> {
  const rows = await query(
    `SELECT template, count(*) AS requests FROM everything WHERE time >= $1 AND ${where} GROUP BY template ORDER BY requests DESC LIMIT ${touchesMax}`,
    values,
  );
  return rows.map((row) => ({ path: String(row.template), requests: Number(row.requests) }));
}

/** Swarms among the newest requests of nobody's cohort, with what they cost. */
async function swarmsIn(
  query: Query,
  from: number,
): Promise<readonly { readonly look: string; readonly line: UndeclaredAgents }[]> {
  const swarms = new AgentSwarms();
  const seen = await query(
    `SELECT agent, headers, path, address, network, identity FROM everything WHERE time >= $1 AND cohort = '' AND kind IN ('unknown', 'human', 'automated') ORDER BY time DESC LIMIT ${rowsMax}`,
    [from],
  );
  for (const row of seen)
    swarms.noteSeen({
      look: `${String(row.agent)}\n${String(row.headers)}`,
      userAgent: String(row.agent),
      path: String(row.path),
      query: "",
      address: String(row.address),
      network: String(row.network),
      cold: Number(row.identity) === 0,
    });
  const where = "agent || chr(10) || headers = $2 AND cohort = ''";
  return Promise.all(
    swarms
      .swarms()
      .slice(0, swarmsMax)
      .map(async ({ look, evidence, nats }) => {
        const [row = {}] = await query(`SELECT ${sums} FROM everything WHERE time >= $1 AND ${where}`, [from, look]);
        const causes = Object.entries(evidence).filter(([, said]) => said > 0);
        const words = causes.map(([cause, said]) => `${cause} ${said.toFixed(1)}`).join(", ");
        const touches = await touched(query, where, [from, look]);
        const reasons = [`linked with ${nats.toFixed(1)} nats: ${words}`];
        return { look, line: lineOf(row, { found: "swarm", id: "", touches, reasons }) };
      }),
  );
}

function lineOf(row: Row, rest: Pick<UndeclaredAgents, "found" | "id" | "touches" | "reasons">): UndeclaredAgents {
  return {
    ...rest,
    userAgent: String(row.agent ?? ""),
    requests: Number(row.requests),
    addresses: Number(row.addresses),
    bytes: Number(row.bytes ?? 0),
    milliseconds: Math.round(Number(row.milliseconds ?? 0)),
    readRobots: Number(row.robots ?? 0),
  };
}
