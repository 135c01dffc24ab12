/** Where one manner stands in a session's bytes. */
export interface MannerPlace {
  readonly byte: number;
  readonly shift: number;
  readonly mask: number;
}

/** What is kept of a session's manners. */
export type MannerName =
  | "entry"
  | "target"
  | "bodyForm"
  | "bodySize"
  | "order"
  | "pageSize"
  | "afterRefusal"
  | "afterError"
  | "afterThrottling"
  | "ranged"
  | "pending"
  | "retry"
  | "asked"
  | "retryGap"
  | "running"
  | "most";

/** Bytes of manners that a session has. */
export const mannerBytes = 8;

const at = (byte: number, shift: number, bits: number): MannerPlace => ({ byte, shift, mask: (1 << bits) - 1 });

/** Where each manner stands; 0 is unknown, and what other numbers mean stands where they are written (session-manners.ts). */
export const manner: Readonly<Record<MannerName, MannerPlace>> = {
  entry: at(0, 0, 4),
  target: at(0, 4, 4),
  bodyForm: at(1, 0, 3),
  bodySize: at(1, 3, 5),
  order: at(2, 0, 4),
  pageSize: at(2, 4, 4),
  afterRefusal: at(3, 0, 2),
  afterError: at(3, 2, 2),
  afterThrottling: at(3, 4, 3),
  ranged: at(3, 7, 1),
  pending: at(4, 0, 2),
  retry: at(4, 2, 3),
  asked: at(5, 0, 8),
  retryGap: at(6, 0, 5),
  running: at(7, 0, 4),
  most: at(7, 4, 4),
};
