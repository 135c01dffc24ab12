import { parentPort, workerData } from "node:worker_threads";
import { createBacktest } from "#analyst";
import { createLanguage } from "#policy";
import { readFactLog } from "#store";
import { loadRules } from "./load-rules.ts";
import type { BacktestAnswer, BacktestTask } from "./run-backtest.ts";
import { readLists } from "./value-lists.ts";

/** The thread of one backtest: reads every stored request, answers once, ends. */
function answer({ folder, files, names, vocabulary, lists }: BacktestTask): BacktestAnswer {
  try {
    const all = loadRules(files, createLanguage(vocabulary));
    const rules = names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
    const backtest = createBacktest({ rules, vocabulary, inList: readLists(lists ?? {}) });
    readFactLog(folder, (layout) => backtest.reader(layout));
    return { report: backtest.report() };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.postMessage(answer(workerData as BacktestTask));
