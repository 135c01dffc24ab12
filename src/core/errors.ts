/**
 * An expected failure that a person must read. `code` is listed in docs/errors.md; the message says what
 * was tried, what was found and what was expected.
 */
export class GaitError extends Error {
  override readonly name = "GaitError";
  readonly code: string;
  readonly exitCode: number;

  constructor(code: string, message: string, options: { readonly exitCode?: number; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.exitCode = options.exitCode ?? 1;
  }
}

export type ExitName =
  | "ok"
  | "failed"
  | "usage"
  | "notFound"
  | "findings"
  | "permission"
  | "unreachable"
  | "interrupted";

/** Process exit codes, the same for every verb. */
export const exitCodes: Readonly<Record<ExitName, number>> = Object.freeze({
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  findings: 4,
  permission: 5,
  unreachable: 6,
  interrupted: 130,
});
