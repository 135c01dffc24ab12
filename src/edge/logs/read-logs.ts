import { type Exchange, exitCodes, GaitError, logLimits, type Millis } from "#core";
import type { LogFormatChoice, LogParseOptions, RejectReason } from "#wire";
import { LogFile, type LogFileFacts, type LogInput, requireUsable } from "./log-file.ts";
import { type RejectedSample, Rejections } from "./rejections.ts";

/** How a run of logs is read. */
export interface ReadLogsOptions {
  readonly choice: LogFormatChoice;
  readonly parse: LogParseOptions;
  /** Called for every readable record, in time order over all files. The exchange is reused: keep nothing but strings. */
  readonly onExchange: (exchange: Exchange) => void;
  /** Called between reads with the bytes taken from all files so far. */
  readonly onProgress?: ((takenBytes: number, facts: LogRunFacts) => void) | undefined;
  /** Stops the run after the current buffer; what was read stays counted. */
  readonly signal?: AbortSignal | undefined;
}

/** What a run read. `parsed + rejected = lines`. */
export interface LogRunFacts {
  lines: number;
  parsed: number;
  rejected: number;
  from: Millis | null;
  to: Millis | null;
  interrupted: boolean;
  readonly files: readonly LogFileFacts[];
  readonly rejectedByReason: ReadonlyMap<RejectReason, number>;
  readonly samples: readonly RejectedSample[];
}

/**
 * Reads logs in time order. Files are first looked at (format, first time), then opened as their time comes and
 * merged record by record; only files that overlap in time are open at once, each with one read buffer. Within a
 * file the order of the file is kept.
 *
 * @throws GaitError `log-file`, `log-format`, `log-files-max`, and those of a format that does not exist.
 */
export async function readLogs(inputs: readonly LogInput[], options: ReadLogsOptions): Promise<LogRunFacts> {
  if (inputs.length > logLimits.filesMax.default) {
    throw new GaitError(
      "log-files-max",
      `${inputs.length} files given; one run reads at most ${logLimits.filesMax.default}`,
      {
        exitCode: exitCodes.usage,
      },
    );
  }
  const rejections = new Rejections();
  const files = inputs.map((input) => new LogFile(input, { ...options, rejections }));
  const usable: LogFile[] = [];
  for (const file of files) if (await file.peek()) usable.push(file);
  requireUsable(files, usable);
  usable.sort((a, b) => a.firstAt - b.firstAt);
  const run = new LogMerge(files, usable, options);
  const facts = run.facts(rejections);
  await run.merge((taken) => options.onProgress?.(taken, run.facts(rejections)));
  return Object.assign(facts, run.facts(rejections));
}

/** A file may be rotated away between the first look and its turn: that is said, and the run goes on. */
async function opened(file: LogFile): Promise<boolean> {
  try {
    await file.open();
    return true;
  } catch (error) {
    file.facts.problem = (error as Error).message;
    return false;
  }
}

class LogMerge {
  readonly #files: readonly LogFile[];
  readonly #waiting: LogFile[];
  readonly #open: LogFile[] = [];
  readonly #options: ReadLogsOptions;
  #from: Millis = Number.POSITIVE_INFINITY;
  #to: Millis = Number.NEGATIVE_INFINITY;
  #interrupted = false;

  constructor(files: readonly LogFile[], usable: readonly LogFile[], options: ReadLogsOptions) {
    this.#files = files;
    this.#waiting = [...usable];
    this.#options = options;
  }

  async merge(onProgress: (taken: number) => void): Promise<void> {
    try {
      for (;;) {
        await this.#openDue();
        const file = this.#earliest();
        if (file === undefined || this.#options.signal?.aborted === true) break;
        await this.#drain(file, this.#limitFor(file), () => onProgress(this.#taken()));
      }
      this.#interrupted = this.#options.signal?.aborted === true;
    } finally {
      for (const file of this.#open) await file.close();
    }
  }

  /** Opens waiting files whose time has come; at least one when none is open. */
  async #openDue(): Promise<void> {
    for (;;) {
      const next = this.#waiting[0];
      if (next === undefined || this.#open.length >= logLimits.openFilesMax.default) return;
      const earliest = this.#earliest();
      if (earliest !== undefined && next.firstAt > earliest.key) return;
      this.#waiting.shift();
      if ((await opened(next)) && (await this.#step(next))) this.#open.push(next);
    }
  }

  /** Hands over records of one file until another file's turn comes. */
  async #drain(file: LogFile, limit: Millis, onRead: () => void): Promise<void> {
    const { onExchange, signal } = this.#options;
    do {
      const record = file.take();
      const { at } = record;
      if (at < this.#from) this.#from = at;
      if (at > this.#to) this.#to = at;
      onExchange(record);
      if (file.advance() !== undefined) continue;
      onRead();
      if (signal?.aborted === true) return;
      if (!(await this.#step(file))) {
        this.#open.splice(this.#open.indexOf(file), 1);
        return;
      }
    } while (file.key <= limit);
  }

  /** Steps to the next record, reading as needed. False at the end, with the file closed. */
  async #step(file: LogFile): Promise<boolean> {
    for (;;) {
      if (file.advance() !== undefined) return true;
      if (!(await file.fill())) break;
    }
    await file.close();
    return false;
  }

  #earliest(): LogFile | undefined {
    let best: LogFile | undefined;
    for (const file of this.#open) if (best === undefined || file.key < best.key) best = file;
    return best;
  }

  #limitFor(file: LogFile): Millis {
    let limit =
      this.#open.length < logLimits.openFilesMax.default
        ? (this.#waiting[0]?.firstAt ?? Number.POSITIVE_INFINITY)
        : Number.POSITIVE_INFINITY;
    for (const other of this.#open) if (other !== file && other.key < limit) limit = other.key;
    return limit;
  }

  #taken(): number {
    return this.#files.reduce((sum, file) => sum + file.taken, 0);
  }

  facts(rejections: Rejections): LogRunFacts {
    const files = this.#files.map((file) => file.facts);
    return {
      lines: files.reduce((sum, file) => sum + file.lines, 0),
      parsed: files.reduce((sum, file) => sum + file.parsed, 0),
      rejected: rejections.total,
      from: Number.isFinite(this.#from) ? this.#from : null,
      to: Number.isFinite(this.#to) ? this.#to : null,
      interrupted: this.#interrupted,
      files,
      rejectedByReason: rejections.byReason,
      samples: rejections.samples,
    };
  }
}
