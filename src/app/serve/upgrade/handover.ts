import type { PublishedStanding } from "../workers/published-standing.ts";

/** Environment variable by which a process learns that it is a successor; its value describes the inherited sockets. */
export const successorVariable = "GAIT_SUCCESSOR";

/** The first descriptor behind stdin, stdout, stderr and the channel between the two processes. */
export const firstDescriptor = 4;

/** Listening sockets of one address on their way to a successor. */
export interface HandedSockets {
  readonly host: string;
  readonly port: number;
  readonly descriptors: readonly number[];
}

/** From the process that is replaced to its successor. */
export type ToSuccessor =
  /** Sent at once: what stands, so that no block is lifted for as long as a start takes. */
  | { readonly kind: "standing"; readonly standing: PublishedStanding }
  /** Admin plane, store and the doors beside other proxies are closed here and may be opened there. */
  | { readonly kind: "released" };

/** From the successor. */
export type FromSuccessor = { readonly kind: "serving" };
