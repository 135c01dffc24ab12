import type { Attempt } from "../campaigns/campaign.ts";

/** How an adversary who changes one thing at a time fared, as far as they could see. */
export interface RetoolCurve {
  /** Batches tried; each is one experiment that cost them `sent` requests. */
  readonly experiments: number;
  /** Number of the first experiment of which most was stopped; null when none was. */
  readonly firstStopped: number | null;
  /** Share stopped in the k-th experiment after that one: 1 throughout is a conviction that survives every change. */
  readonly survival: readonly number[];
  readonly sentAfter: number;
  readonly succeededAfter: number;
  /** Changes after which most of a batch came through again, in their words. */
  readonly cameThrough: readonly string[];
}

/** The curve of one adversary's experiments, in their order. */
export function retoolCurve(attempts: readonly Attempt[]): RetoolCurve {
  const share = ({ sent, succeeded }: Attempt): number => (sent === 0 ? 0 : 1 - succeeded / sent);
  const first = attempts.findIndex((attempt) => share(attempt) > 0.5);
  const after = first < 0 ? [] : attempts.slice(first + 1);
  return {
    experiments: attempts.length,
    firstStopped: first < 0 ? null : first + 1,
    survival: after.map((attempt) => Math.round(100 * share(attempt)) / 100),
    sentAfter: after.reduce((sum, { sent }) => sum + sent, 0),
    succeededAfter: after.reduce((sum, { succeeded }) => sum + succeeded, 0),
    cameThrough: after.filter((attempt) => share(attempt) <= 0.5).map(({ knob }) => knob),
  };
}
