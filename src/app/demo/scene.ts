/** Where the demo's clients act. */
export interface DemoScene {
  /** Port of the gateway on loopback. */
  readonly port: number;
  readonly signal: AbortSignal;
  /** Waits; returns at once when the demo ends. */
  pause(ms: number): Promise<void>;
}

/** A scene that ends with a signal. */
export function createScene(port: number, signal: AbortSignal): DemoScene {
  return {
    port,
    signal,
    pause(ms) {
      if (signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          signal.removeEventListener("abort", done);
          resolve();
        };
        const timer = setTimeout(done, ms);
        signal.addEventListener("abort", done, { once: true });
      });
    },
  };
}
