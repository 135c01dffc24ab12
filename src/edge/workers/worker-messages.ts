import type { GatewayOptions } from "../proxy/options.ts";
import type { RingPair } from "../ring/ring-pair.ts";

/** What a worker is started with. */
export interface WorkerStart {
  readonly kind: "gait-edge-worker";
  readonly options: GatewayOptions;
  readonly rings: RingPair;
  readonly shard: SharedArrayBuffer;
  /** Overrides of the limits of workers. */
  readonly limits: Readonly<Record<string, number>>;
  /** Standing decisions at the start, in whatever form the worker's reader knows. */
  readonly standing: unknown;
}

/** From the judging thread to a worker. A bare 0 is the bell: there is something in the ring. */
export type ToWorker =
  | 0
  | { readonly kind: "reload"; readonly options: GatewayOptions }
  | { readonly kind: "standing"; readonly standing: unknown }
  | { readonly kind: "drain" }
  | { readonly kind: "reopen-logs" }
  | { readonly kind: "certificates" };

/** From a worker to the judging thread; 0 as above. */
export type FromWorker =
  | 0
  | {
      readonly kind: "ready";
      readonly addresses: readonly { readonly host: string; readonly port: number }[];
      readonly sockets: readonly (readonly number[])[];
    }
  | { readonly kind: "failed"; readonly code: string; readonly message: string }
  | { readonly kind: "drained"; readonly cut: number };
