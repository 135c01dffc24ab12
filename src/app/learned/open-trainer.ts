import { Worker } from "node:worker_threads";
import type { Clock, Millis } from "#core";
import type { EngineModels, TrainingReport } from "#engine";
import type { TrainingAnswer, TrainingTask } from "./train-worker.ts";

/** Trains the engine's models now and then, on a thread of its own. */
export interface Trainer {
  /** What came of the last training; undefined before the first. */
  readonly report: TrainingReport | undefined;
  /** Why the last training broke off, or "". */
  readonly failure: string;
  /** Trains now, unless a training is under way or nothing new was seen. Never rejects. */
  train(): Promise<void>;
  close(): Promise<void>;
}

export interface TrainerOptions {
  readonly clock: Clock;
  readonly seed: number;
  /** Default one hour. */
  readonly everyMs?: Millis;
  /** Sessions that must have ended since the last training. Default 500. */
  readonly freshLeast?: number;
}

const everyMsDefault: Millis = 3_600_000;
const freshLeastDefault = 500;
const timeoutMs: Millis = 300_000;

/**
 * Keeps the supervised layer going: from here on the engine keeps sessions that end; every hour they are copied to a thread
 * that trains on them, and what it finds good enough is published as a whole. Serving goes on meanwhile. Models are not
 * written to disk: they are weak evidence and are there again an hour after a start.
 */
export function openTrainer(models: EngineModels, options: TrainerOptions): Trainer {
  const { clock, seed, everyMs = everyMsDefault, freshLeast = freshLeastDefault } = options;
  let report: TrainingReport | undefined;
  let failure = "";
  let trainedWith = 0;
  let running: Promise<void> | undefined;
  let worker: Worker | undefined;
  models.collect();

  const once = async (): Promise<void> => {
    const kept = models.sessionsKept;
    const task: TrainingTask = {
      samples: models.samples(),
      options: { seed, at: clock.now(), champion: models.models },
    };
    worker = startWorker(task);
    const answer = await answerOf(worker);
    worker = undefined;
    trainedWith = kept;
    failure = answer.kind === "failed" ? answer.reason : "";
    if (answer.kind === "failed") return;
    report = answer.kind === "trained" ? answer.models.report : answer.report;
    if (answer.kind === "trained") models.publish(Object.freeze(answer.models));
  };
  const train = (): Promise<void> => {
    if (running === undefined && models.sessionsKept - trainedWith >= freshLeast) {
      running = once().finally(() => {
        running = undefined;
      });
    }
    return running ?? Promise.resolve();
  };
  const timer = setInterval(() => void train(), everyMs);
  timer.unref();
  return {
    get report(): TrainingReport | undefined {
      return report;
    },
    get failure(): string {
      return failure;
    },
    train,
    async close() {
      clearInterval(timer);
      await worker?.terminate();
      await running;
    },
  };
}

function startWorker(task: TrainingTask): Worker {
  const fromSource = import.meta.url.endsWith(".ts");
  const { samples } = task;
  return new Worker(new URL(fromSource ? "./train-worker.ts" : "./train-worker.js", import.meta.url), {
    workerData: task,
    // The copies are the worker's alone from here on.
    transferList: [samples.behaviour.buffer, samples.presentation.buffer, samples.votes.buffer] as ArrayBuffer[],
    ...(fromSource ? { execArgv: ["--conditions=source", "--disable-warning=ExperimentalWarning"] } : {}),
  });
}

function answerOf(worker: Worker): Promise<TrainingAnswer> {
  return new Promise((resolve) => {
    const fail = (reason: string): void => resolve({ kind: "failed", reason });
    const timer = setTimeout(() => {
      fail(`it took longer than ${timeoutMs / 1_000} s`);
      void worker.terminate();
    }, timeoutMs);
    timer.unref();
    worker.unref();
    worker.once("message", resolve);
    worker.once("error", (error: Error) => fail(error.message));
    worker.once("exit", () => {
      clearTimeout(timer);
      fail("its thread ended without an answer");
    });
  });
}
