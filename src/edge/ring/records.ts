/** Types of records on the rings. */
export const record = {
  /** Worker to judging thread: a request. */
  ask: 1,
  /** Worker to judging thread: what became of it. */
  observe: 2,
  /** Judging thread to worker: a verdict. */
  verdict: 3,
  /** Judging thread to worker: the engine threw. */
  failed: 4,
} as const;
