import { parentPort, workerData } from "node:worker_threads";
import { type SessionSamples, type TrainingOptions, type TrainingOutcome, trainSessionModels } from "#engine";

/** What a training is given. */
export interface TrainingTask {
  readonly samples: SessionSamples;
  readonly options: TrainingOptions;
}

/** What the thread answers. */
export type TrainingAnswer = TrainingOutcome | { readonly kind: "failed"; readonly reason: string };

/** The thread of one training: seconds of work, one answer, the end. */
function answer({ samples, options }: TrainingTask): TrainingAnswer {
  try {
    return trainSessionModels(samples, options);
  } catch (error) {
    return { kind: "failed", reason: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.postMessage(answer(workerData as TrainingTask));
