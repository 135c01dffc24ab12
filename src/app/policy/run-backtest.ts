import { Worker } from "node:worker_threads";
import type { BacktestReport } from "#analyst";
import { GaitError } from "#core";
import type { Vocabulary } from "#policy";
import type { RuleFile } from "./rule-files.ts";

/** What is tried on the stored requests. */
export interface BacktestTask {
  /** Folder of the fact log. */
  readonly folder: string;
  readonly files: readonly RuleFile[];
  /** Names of the rules to try; empty: all that the files hold. */
  readonly names: readonly string[];
  readonly vocabulary: Vocabulary;
  /** Lists as they are today, by name and file. */
  readonly lists?: Readonly<Record<string, string>> | undefined;
}

/** What the thread answers. */
export type BacktestAnswer = { readonly report: BacktestReport } | { readonly problem: string };

const timeoutMs = 120_000;

/** Runs a backtest on a thread of its own: serving goes on meanwhile. @throws GaitError `backtest-failed`. */
export function runBacktest(task: BacktestTask): Promise<BacktestReport> {
  const fromSource = import.meta.url.endsWith(".ts");
  const worker = new Worker(new URL(fromSource ? "./backtest-worker.ts" : "./backtest-worker.js", import.meta.url), {
    workerData: task,
    ...(fromSource ? { execArgv: ["--conditions=source", "--disable-warning=ExperimentalWarning"] } : {}),
  });
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new GaitError("backtest-failed", `the backtest failed: ${why}`));
    const timer = setTimeout(() => {
      fail(`it took longer than ${timeoutMs / 1_000} s`);
      void worker.terminate();
    }, timeoutMs);
    worker.once("message", (answer: BacktestAnswer) => {
      if ("report" in answer) resolve(answer.report);
      else fail(answer.problem);
    });
    worker.once("error", (error: Error) => fail(error.message));
    worker.once("exit", () => {
      clearTimeout(timer);
      fail("its thread ended without an answer");
    });
  });
}
