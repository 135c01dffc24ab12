import type { LoggedRequest } from "../world/gateway.ts";
import type { Truth } from "../world/truth.ts";
import { stopped } from "./score.ts";

/** Whether an attacker can tell a refusal by the gateway from the application's own. */
export interface ToldApart {
  readonly stopped: number;
  readonly organic: number;
  /** Area under the curve of the best single feature: 0.5 is a guess, 1 is certain; null where one kind was not seen. */
  readonly auc: number | null;
  readonly feature: string;
}

const features = {
  status: ({ status }: LoggedRequest): number => status,
  bytes: ({ bytes }: LoggedRequest): number => bytes,
  "time to answer": ({ durationMs }: LoggedRequest): number => durationMs,
} as const;

/** Compares refused log-ins: those that the gateway stopped, and those that the application refused by itself. */
export function toldApart(log: readonly LoggedRequest[], truth: Truth): ToldApart {
  const logins = log.filter(({ method, path }) => method === "POST" && path.endsWith("/login"));
  const ours = logins.filter((request) => stopped(request) && truth.of(request.ip)?.side === "attack");
  const theirs = logins.filter((request) => !stopped(request) && request.status === 401);
  if (ours.length === 0 || theirs.length === 0)
    return { stopped: ours.length, organic: theirs.length, auc: null, feature: "" };
  const found = Object.entries(features).map(([feature, of]) => {
    const area = areaUnderCurve(ours.map(of), theirs.map(of));
    return { feature, auc: Math.max(area, 1 - area) };
  });
  const best = found.sort((one, other) => other.auc - one.auc)[0];
  return { stopped: ours.length, organic: theirs.length, auc: best?.auc ?? null, feature: best?.feature ?? "" };
}

/** Probability that one of `ones` is above one of `others`, ties counted half (Mann and Whitney 1947). */
export function areaUnderCurve(ones: readonly number[], others: readonly number[]): number {
  const sorted = [...others].sort((a, b) => a - b);
  let sum = 0;
  for (const value of ones) sum += (countBelow(sorted, value) + countBelow(sorted, value, "or equal")) / 2;
  return sum / (ones.length * sorted.length);
}

function countBelow(sorted: readonly number[], value: number, equal: "strictly" | "or equal" = "strictly"): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const found = sorted[middle] as number;
    if (found < value || (equal === "or equal" && found === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}
