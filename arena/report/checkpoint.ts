import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { keepPast, type Past, readPast } from "../past/live-past.ts";
import type { RunReport } from "./run-report.ts";

/**
 * What a long run keeps of itself as it goes: the days before, and the report of each seed that came to its end. An interrupted run
 * goes on from there; one that came to its end leaves nothing.
 */
export class Checkpoint {
  readonly #directory: string;

  /** `again`: go on from what is there; `anew`: begin with nothing. */
  constructor(directory: string, begin: "again" | "anew") {
    this.#directory = directory;
    if (begin === "anew") this.clear();
    mkdirSync(directory, { recursive: true });
  }

  past(): Past | undefined {
    const folder = join(this.#directory, "past");
    return existsSync(join(folder, "past.json")) ? readPast(folder) : undefined;
  }

  keepPast(past: Past): void {
    keepPast(past, join(this.#directory, "past"));
  }

  seed(number: number): RunReport | undefined {
    const file = this.#fileOf(number);
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as RunReport) : undefined;
  }

  /** Written aside and moved, so that an end in the middle leaves no half of a report. */
  keepSeed(report: RunReport): void {
    const file = this.#fileOf(report.seed);
    writeFileSync(`${file}.part`, JSON.stringify(report));
    renameSync(`${file}.part`, file);
  }

  clear(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #fileOf(number: number): string {
    return join(this.#directory, `seed-${number}.json`);
  }
}
