import { GaitError } from "#core";
import { OperationFault } from "../operation.ts";

/** What the desk refuses, as a fault that the caller can mend; anything else stays what it is. */
export function policyFault(error: unknown): unknown {
  if (!(error instanceof GaitError)) return error;
  if (error.code === "policy-unknown") return new OperationFault("not-found", error.message);
  if (error.code === "policy-over-limit") return new OperationFault("conflict", error.message);
  if (error.code === "policy-rules" || error.code === "policy-files")
    return new OperationFault("invalid", error.message);
  return error;
}
