import { z } from "zod";
import { setPanic as turnPanic } from "../../policy/panic-switch.ts";
import type { Operation } from "../operation.ts";

/** On or off. */
export interface SetPanicInput {
  readonly state: "on" | "off";
}

/** As it is now. */
export interface SetPanicOutput {
  readonly panic: boolean;
}

/** `panic.set`: nothing is done to anybody any more, or again. `gait panic` does the same with everything else down. */
export const setPanic: Operation<SetPanicInput, SetPanicOutput> = {
  name: "panic.set",
  summary: "Stop every action at once, everywhere (on), or let rules and convictions act again (off).",
  effect: "write",
  permission: "operate",
  argument: "state",
  example: { state: "on" },
  input: z.strictObject({ state: z.enum(["on", "off"]).meta({ description: "on: nothing is done to anybody." }) }),
  output: z.strictObject({ panic: z.boolean() }),
  handle({ service, change }, { state }) {
    const { panic } = service.policyRoom;
    turnPanic(service.config.store.path, state);
    panic.look();
    change({ panic: state });
    return { panic: panic.on };
  },
};
