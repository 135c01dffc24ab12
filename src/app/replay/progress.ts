import { count, share, span } from "./words.ts";

/** Where progress is drawn: only ever a terminal. */
export interface ProgressTarget {
  write(text: string): unknown;
  readonly columns?: number | undefined;
}

const redrawMs = 125;

/** One line on a terminal: how far, how fast, how long still. Redrawn at most eight times a second. */
export class Progress {
  readonly #target: ProgressTarget;
  readonly #totalBytes: number;
  readonly #now: () => number;
  readonly #started: number;
  #drawn: number;

  /** @param options.totalBytes Size of all files; 0 when not known (standard input). */
  constructor(target: ProgressTarget, options: { readonly totalBytes: number; readonly now: () => number }) {
    this.#target = target;
    this.#totalBytes = options.totalBytes;
    this.#now = options.now;
    this.#started = options.now();
    this.#drawn = Number.NEGATIVE_INFINITY;
  }

  update(takenBytes: number, lines: number): void {
    const now = this.#now();
    if (now - this.#drawn < redrawMs) return;
    this.#drawn = now;
    const elapsed = Math.max(1, now - this.#started);
    const rate = `${count((1000 * lines) / elapsed)} lines/s`;
    const width = this.#target.columns ?? 80;
    let text = `  ${count(lines)} lines  ${rate}`;
    if (this.#totalBytes > 0) {
      const done = Math.min(1, takenBytes / this.#totalBytes);
      const left = done > 0 ? span((elapsed * (1 - done)) / done) : "…";
      const tail = ` ${share(done, 1)}  ${count(lines)} lines  ${rate}  ${left} left`;
      const cells = Math.max(0, Math.min(40, width - tail.length - 5));
      const full = Math.round(cells * done);
      text = `  ${"█".repeat(full)}${"░".repeat(cells - full)}${tail}`;
    }
    this.#target.write(`\r\u001b[2K${text.slice(0, width - 1)}`);
  }

  /** Takes the line away again. */
  clear(): void {
    if (this.#drawn > Number.NEGATIVE_INFINITY) this.#target.write("\r\u001b[2K");
  }
}
