import { closeSync, existsSync, openSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GaitError } from "#core";

const fileName = "panic";

/** The switch that stops every action at once: everything is judged and recorded, nothing is done. */
export interface PanicSwitch {
  /** What the last look said. A plain field: read on every request. */
  readonly on: boolean;
  /** Looks at the file; called by the caller's timer, at least once a second. */
  look(): void;
}

/**
 * A file in the state directory, and nothing else: it works while the admin plane, the store, the console and everything
 * beside them are down, for every process that shares the directory. What cannot be looked at leaves the switch as it was.
 */
export function openPanicSwitch(directory: string): PanicSwitch {
  const path = join(directory, fileName);
  const panic = {
    on: existsSync(path),
    look(): void {
      panic.on = existsSync(path);
    },
  };
  return panic;
}

/** Sets the switch for all processes of a state directory. @throws GaitError `panic-switch`. */
export function setPanic(directory: string, wanted: "on" | "off"): void {
  const path = join(directory, fileName);
  try {
    if (wanted === "on") turnOn(path);
    else if (existsSync(path)) unlinkSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    throw new GaitError("panic-switch", `cannot turn panic ${wanted}: ${JSON.stringify(path)} (${code})`, {
      cause: error,
    });
  }
}

/** That the file is there says it all: on a full disk it cannot be written to, but it can still be made. */
function turnOn(path: string): void {
  closeSync(openSync(path, "a", 0o600));
  try {
    writeFileSync(path, "every action is stopped: gait panic off\n");
  } catch {
    // Empty is as good.
  }
}
