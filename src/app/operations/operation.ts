import type { z } from "zod";
import type { OperationContext } from "./operation-context.ts";
import type { Permission } from "./permissions.ts";

/** Reading changes nothing and is not audited; each write leaves its entry in the audit log or does not happen. */
export type Effect = "read" | "write";

/**
 * One thing that can be asked of a running gateway. It is defined once and served as HTTP (`/api/v1/…` with its OpenAPI
 * document), as a command and as an MCP tool; permission, validation and audit are the same at every door.
 *
 * A handler throws `OperationFault` for what the caller can mend, and whatever else is a defect (500).
 */
export interface Operation<Input, Output> {
  /** Lower-case words with one dot at most: `decisions.add` is `POST /api/v1/decisions/add` and `gait decisions add`. */
  readonly name: string;
  /** One sentence for help, OpenAPI and tool lists. */
  readonly summary: string;
  readonly effect: Effect;
  readonly permission: Permission;
  readonly input: z.ZodType<Input>;
  readonly output: z.ZodType<Output>;
  /** A valid input, shown in help and documents. */
  readonly example: Partial<Input>;
  /** The field that the command line takes as its argument. */
  readonly argument?: keyof Input & string;
  /** Cannot be undone: the command line asks back. */
  readonly destructive?: boolean;
  /** Whether an answer is a finding, so that the command ends with exit code 4. */
  readonly findings?: (output: Output) => boolean;
  handle(context: OperationContext, input: Input): Output | Promise<Output>;
}

/** An operation whose types are not known here: how the faces see the table. */
export interface AnyOperation
  extends Omit<Operation<unknown, unknown>, "argument" | "example" | "findings" | "handle"> {
  readonly argument?: string;
  readonly example: Readonly<Record<string, unknown>>;
  readonly findings?: (output: unknown) => boolean;
  handle(context: OperationContext, input: unknown): unknown;
}

/** What went wrong in words the caller can act on. Each kind is one HTTP status and one exit code. */
export type FaultKind =
  | "invalid"
  | "unauthenticated"
  | "code-needed"
  | "forbidden"
  | "not-found"
  | "conflict"
  | "slow-down"
  | "unavailable"
  | "storage-full";

/** HTTP status by kind of fault. */
export const faultStatus: Readonly<Record<FaultKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  "code-needed": 401,
  forbidden: 403,
  "not-found": 404,
  conflict: 409,
  "slow-down": 429,
  unavailable: 503,
  "storage-full": 507,
};

/** An expected failure of an operation. */
export class OperationFault extends Error {
  readonly kind: FaultKind;

  constructor(kind: FaultKind, message: string) {
    super(message);
    this.kind = kind;
  }
}
