import { logLimits } from "#core";
import { type RejectReason, showLine } from "#wire";

/** One rejected line as a report shows it: never more than its beginning, secrets masked. */
export interface RejectedSample {
  readonly file: string;
  readonly line: number;
  readonly reason: RejectReason;
  readonly text: string;
}

const samplesPerReasonMax = 5;
const sampleCharsMax = 160;

/** Counts every rejected line and keeps a few of each kind to show. */
export class Rejections {
  readonly byReason: Map<RejectReason, number> = new Map();
  readonly samples: RejectedSample[] = [];
  total = 0;

  add(reason: RejectReason, where: { readonly file: string; readonly line: number; readonly bytes: Buffer }): void {
    this.total++;
    const count = (this.byReason.get(reason) ?? 0) + 1;
    this.byReason.set(reason, count);
    if (count > samplesPerReasonMax || this.samples.length >= logLimits.samplesMax.default) return;
    this.samples.push({
      file: where.file,
      line: where.line,
      reason,
      text: showLine(where.bytes, sampleCharsMax),
    });
  }
}
