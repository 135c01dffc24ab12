import { mkdirSync, readdirSync, readFileSync, statSync, unlinkSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { GaitError, type LimitValues, limitValues, storeLimits } from "#core";
import {
  decodeFacts,
  FactEncoder,
  type FactLayout,
  type FactReader,
  type FactRow,
  type OutcomeRow,
} from "./fact-codec.ts";

/** How a fact log did so far. */
export interface FactLogStats {
  readonly rows: number;
  /** Rows that could not be kept: the disk is full or too slow. Serving goes on. */
  readonly shed: number;
  /** Why the last write failed; empty while all is well. */
  readonly problem: string;
}

/** What rules were asked, request by request, kept so that a new rule can be asked the same again. */
export interface FactLog {
  /** Rows that follow have this layout: they begin a segment of their own. */
  relayout(layout: FactLayout): void;
  /** Neither blocks nor throws. */
  fact(row: FactRow): void;
  outcome(row: OutcomeRow): void;
  flush(): Promise<void>;
  close(): Promise<void>;
  stats(): FactLogStats;
}

const headVersion = 1;
const chunkBytes = 262_144;
const flushMs = 500;
const suffix = ".facts";

/**
 * Opens the log in `folder`: segments of one layout, the oldest deleted beyond the cap. Written with at most half a second
 * of delay by one write at a time; what does not fit while a write is under way is shed and counted.
 *
 * @throws GaitError `fact-log` when the folder cannot be made.
 */
export function openFactLog(
  folder: string,
  layout: FactLayout,
  limits: Partial<LimitValues<typeof storeLimits>> = {},
): FactLog {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    throw new GaitError("fact-log", `cannot make the directory ${JSON.stringify(folder)} (${code})`, { cause: error });
  }
  return new Log(folder, layout, limitValues(storeLimits, limits));
}

/** What the writer does next. */
type Step = { readonly kind: "begin"; readonly layout: FactLayout } | { readonly kind: "rows"; readonly bytes: Buffer };

class Log implements FactLog {
  readonly #folder: string;
  #layout: FactLayout;
  readonly #limits: LimitValues<typeof storeLimits>;
  readonly #encoder = new FactEncoder(chunkBytes);
  readonly #timer: NodeJS.Timeout;
  #waiting: Step[] = [];
  #waitingBytes = 0;
  #file: FileHandle | undefined;
  #segmentBytes = 0;
  #writing: Promise<void> = Promise.resolve();
  #busy = false;
  #rows = 0;
  #shed = 0;
  #problem = "";

  constructor(folder: string, layout: FactLayout, limits: LimitValues<typeof storeLimits>) {
    this.#folder = folder;
    this.#layout = layout;
    this.#limits = limits;
    this.#timer = setInterval(() => this.#handOver(), flushMs).unref();
  }

  relayout(layout: FactLayout): void {
    if (JSON.stringify(layout) === JSON.stringify(this.#layout)) return;
    this.#take();
    this.#endSegment();
    this.#layout = layout;
  }

  fact(row: FactRow): void {
    if (!this.#room()) return;
    this.#encoder.fact(row);
    this.#rows++;
    if (this.#encoder.length >= chunkBytes) this.#handOver();
  }

  outcome(row: OutcomeRow): void {
    if (!this.#room()) return;
    this.#encoder.outcome(row);
    if (this.#encoder.length >= chunkBytes) this.#handOver();
  }

  async flush(): Promise<void> {
    this.#handOver();
    while (this.#busy) await this.#writing;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
    await this.#file?.close();
    this.#file = undefined;
  }

  stats(): FactLogStats {
    return { rows: this.#rows, shed: this.#shed, problem: this.#problem };
  }

  #room(): boolean {
    if (this.#waitingBytes <= this.#limits.factsPendingBytes) return true;
    this.#shed++;
    return false;
  }

  #handOver(): void {
    this.#take();
    if (this.#segmentBytes >= this.#limits.factsSegmentBytes) this.#endSegment();
    if (this.#busy || this.#waiting.length === 0) return;
    this.#busy = true;
    this.#writing = this.#drain().finally(() => {
      this.#busy = false;
    });
  }

  #take(): void {
    if (this.#encoder.length === 0) return;
    if (this.#segmentBytes === 0) this.#wait({ kind: "begin", layout: this.#layout });
    const bytes = this.#encoder.take();
    this.#segmentBytes += bytes.length;
    this.#wait({ kind: "rows", bytes });
  }

  /** A segment ends with its dictionary: the next row starts over in a file of its own. */
  #endSegment(): void {
    this.#segmentBytes = 0;
    this.#encoder.reset();
  }

  #wait(step: Step): void {
    this.#waiting.push(step);
    if (step.kind === "rows") this.#waitingBytes += step.bytes.length;
  }

  async #drain(): Promise<void> {
    for (let step = this.#waiting[0]; step !== undefined; step = this.#waiting[0]) {
      try {
        await this.#write(step);
        this.#problem = "";
      } catch (error) {
        this.#problem = error instanceof Error ? error.message : String(error);
        this.#startOver();
        return;
      }
      this.#waiting.shift();
      if (step.kind === "rows") this.#waitingBytes -= step.bytes.length;
    }
  }

  async #write(step: Step): Promise<void> {
    if (step.kind === "rows") {
      await this.#file?.write(step.bytes);
      return;
    }
    await this.#file?.close();
    this.#file = undefined;
    this.#file = await this.#openSegment(step.layout);
  }

  /** Half a segment cannot be gone on with: what waited is shed and the next row begins a new one. */
  #startOver(): void {
    this.#shed += this.#waiting.length;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#segmentBytes = 0;
    this.#encoder.reset();
    void this.#file?.close().catch(() => undefined);
    this.#file = undefined;
  }

  async #openSegment(layout: FactLayout): Promise<FileHandle> {
    const names = segmentNames(this.#folder);
    const last = names.at(-1);
    const number = last === undefined ? 1 : Number.parseInt(last, 10) + 1;
    this.#dropOldest(names);
    const file = await open(join(this.#folder, `${String(number).padStart(9, "0")}${suffix}`), "wx", 0o600);
    await file.write(`${JSON.stringify({ version: headVersion, ...layout })}\n`);
    return file;
  }

  #dropOldest(names: readonly string[]): void {
    const sizes = names.map((name) => ({ name, bytes: statSync(join(this.#folder, name)).size }));
    let total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { name, bytes } of sizes) {
      if (total + this.#limits.factsSegmentBytes <= this.#limits.factsBytesMax) return;
      unlinkSync(join(this.#folder, name));
      total -= bytes;
    }
  }
}

/** Segments of a log, the oldest first. A folder that is not there has none. */
export function segmentNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(suffix))
      .sort();
  } catch {
    return [];
  }
}

/**
 * Reads every row of a log in the order written. The last row of a segment that a crash cut off is left out.
 *
 * @param readerFor Makes the reader of one segment from the layout it was written with.
 */
export function readFactLog(
  folder: string,
  readerFor: (layout: FactLayout) => FactReader,
): { readonly rows: number; readonly cutBytes: number } {
  let rows = 0;
  let cutBytes = 0;
  for (const name of segmentNames(folder)) {
    const bytes = readFileSync(join(folder, name));
    const end = bytes.indexOf(10);
    const head = end < 0 ? undefined : layoutOf(bytes.toString("utf8", 0, end));
    if (head === undefined) {
      cutBytes += bytes.length;
      continue;
    }
    const read = decodeFacts(bytes.subarray(end + 1), head, readerFor(head));
    rows += read.rows;
    cutBytes += read.cut;
  }
  return { rows, cutBytes };
}

function layoutOf(text: string): FactLayout | undefined {
  try {
    const head = JSON.parse(text) as Partial<FactLayout> & { readonly version?: unknown };
    if (head.version !== headVersion || !Array.isArray(head.texts) || !Array.isArray(head.numbers)) return undefined;
    return { texts: head.texts, numbers: head.numbers };
  } catch {
    // A head that a crash cut off.
    return undefined;
  }
}
