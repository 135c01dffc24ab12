import type { InputOf, OperationName, OutputOf } from "../../../src/app/operations/index.ts";

export type { Explanation } from "../../../src/app/explain/explanation.ts";
export type { OperationName } from "../../../src/app/operations/index.ts";
export type * from "./cases.ts";
export type * from "./records.ts";

/** Input and output of one operation. */
interface Operation<Input, Output> {
  readonly input: Input;
  readonly output: Output;
}

/** What the console asks of the gateway: the operations table by its types. */
export type Operations = { readonly [Name in OperationName]: Operation<InputOf<Name>, OutputOf<Name>> };
