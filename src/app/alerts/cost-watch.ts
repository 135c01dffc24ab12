import type { CostConfig } from "../config/alerts-section.ts";
import type { Records } from "../records/open-records.ts";
import type { Alert } from "./alert-desk.ts";

const hourMs = 3_600_000;
const pastMs = 14 * 24 * hourMs;
/** Fewer hours say nothing about what is usual. */
const hoursMin = 24;
const dearShare = 0.95;

/** What a place spends, beside its own past. */
export interface Spending {
  readonly name: string;
  /** In the last hour. */
  readonly spent: number;
  /** What a dear hour cost before; null: the past is too short. */
  readonly usual: number | null;
  /** Spending above this is told about; null: the past is too short. */
  readonly threshold: number | null;
}

/**
 * Watches what requests cost the application: SMS sent, tokens inferred, seconds computed. The last hour is compared with
 * the 95th percentile of this place's own hours over two weeks, quiet hours among them; it must be exceeded by a factor,
 * because sums of few dear requests jump about. An abuser who grows slower than the percentile moves within two weeks
 * is not seen here; `minimum` and a budget at whoever is paid remain.
 */
export class CostWatch {
  readonly #records: Pick<Records, "query">;
  readonly #past = new Map<string, { readonly hour: number; readonly usual: number | null }>();

  constructor(records: Pick<Records, "query">) {
    this.#records = records;
  }

  /** @param now wall clock, ms. @throws OperationFault when the records cannot be read */
  async spending(costs: readonly CostConfig[], now: number): Promise<readonly Spending[]> {
    const known = new Set(costs.map(keyOf));
    for (const key of this.#past.keys()) if (!known.has(key)) this.#past.delete(key);
    return Promise.all(
      costs.map(async (cost): Promise<Spending> => {
        const [row] = await this.#sums(cost, { from: now - hourMs, to: now + 1, by: "0" });
        const spent = Number(row?.spent ?? 0);
        const usual = await this.#usual(cost, now);
        const threshold = usual === null ? null : Math.max(cost.minimum, cost.factor * usual);
        return { name: cost.name, spent, usual, threshold };
      }),
    );
  }

  /** The same as alerts: one that fires or is over for each place. */
  async look(costs: readonly CostConfig[], now: number): Promise<readonly Alert[]> {
    const all = await this.spending(costs, now);
    return all.map(({ name, spent, usual, threshold }): Alert => {
      const fires = threshold !== null && spent > threshold;
      return {
        rule: "cost",
        key: `cost-${name}`,
        state: fires ? "firing" : "resolved",
        title: fires
          ? `${name}: ${shown(spent)} spent within an hour, ${shown(usual ?? 0)} is usual`
          : `${name}: spending is usual again`,
        text: `${shown(spent)} in the last hour; told about above ${shown(threshold ?? 0)}.`,
      };
    });
  }

  async #usual(cost: CostConfig, now: number): Promise<number | null> {
    const hour = Math.floor(now / hourMs);
    const key = keyOf(cost);
    const cached = this.#past.get(key);
    if (cached?.hour === hour) return cached.usual;
    const from = now - pastMs;
    const to = now - hourMs;
    const [first] = await this.#records.query("SELECT min(time) AS time FROM everything WHERE time >= $1", [from]);
    const hours = Math.floor((to - Number(first?.time ?? to)) / hourMs);
    const usual =
      hours < hoursMin
        ? null
        : dearHour(await this.#sums(cost, { from, to, by: `floor(($2 - time) / ${hourMs})` }), hours);
    this.#past.set(key, { hour, usual });
    return usual;
  }

  async #sums(
    { application, method, path, per, price }: CostConfig,
    { from, to, by }: { readonly from: number; readonly to: number; readonly by: string },
  ): Promise<readonly { readonly spent?: unknown }[]> {
    const values: (string | number)[] = [from, to, path, path.endsWith("/") ? path : `${path}/`, price];
    let where = "time >= $1 AND time < $2 AND (path = $3 OR starts_with(path, $4)) AND status BETWEEN 200 AND 399";
    if (application !== undefined) where += ` AND application = $${values.push(application)}`;
    if (method !== undefined) where += ` AND method = $${values.push(method)}`;
    return this.#records.query(
      `SELECT ${by} AS step, $5 * sum(${amounts[per]}) AS spent FROM everything WHERE ${where} GROUP BY step`,
      values,
    );
  }
}

/** What a price is for, as SQL over one record. */
export const amounts: Readonly<Record<CostConfig["per"], string>> = {
  request: "1",
  kilobyte: "greatest(bytes, 0) / 1024",
  second: "greatest(duration, 0) / 1000",
};

/** The 95th percentile over all hours, those without a request counting as zero. */
function dearHour(sums: readonly { readonly spent?: unknown }[], hours: number): number {
  const spent = sums.map((row) => Number(row.spent ?? 0)).sort((a, b) => b - a);
  return spent[Math.floor(hours * (1 - dearShare))] ?? 0;
}

function keyOf(cost: CostConfig): string {
  return JSON.stringify(cost);
}

function shown(amount: number): string {
  return amount.toFixed(2);
}
