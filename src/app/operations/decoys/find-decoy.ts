import { z } from "zod";
import { type Operation, OperationFault } from "../operation.ts";

/** To whom a made-up value was given. */
export interface FindDecoyOutput {
  /** Of the answer that held it; `gait explain` tells the rest. */
  readonly reference: string;
  /** Wall clock, ms. */
  readonly at: number;
  /** Keyed hash of the account it was given to; null: none was claimed. */
  readonly account: string | null;
}

/** `decoys.find`: who was given a serial, token or address that turned up somewhere. */
export const findDecoy: Operation<{ readonly value: string }, FindDecoyOutput> = {
  name: "decoys.find",
  summary:
    "Tell to whom a made-up value (a serial, token or code of a deceptive answer) was given, when it turns up somewhere.",
  effect: "read",
  permission: "analyse",
  argument: "value",
  example: { value: "GC7K2M9QX4" },
  input: z.strictObject({
    value: z.string().min(8).max(2_000).meta({ description: "The value, or a line of text that holds it." }),
  }),
  output: z.strictObject({ reference: z.string(), at: z.number(), account: z.string().nullable() }),
  handle({ service }, { value }) {
    const found = service.policyRoom.treatments.decoys.find(value);
    if (found === undefined) {
      const workers =
        service.config.workers > 1 ? "; with workers, each keeps its own and forgets them when it ends" : "";
      throw new OperationFault("not-found", `no decoy that is remembered is in that text${workers}`);
    }
    return { reference: found.reference, at: found.at, account: found.actor === 0 ? null : String(found.actor) };
  },
};
