export { type Exchange, type Guard, readTrace, type Signal, type TraceOptions, type Verdict } from "#core";
export { createGuard, type GaitOptions, type LibraryGuard } from "./create-guard.ts";
