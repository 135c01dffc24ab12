import { setFlagsFromString } from "node:v8";

/**
 * Has the young generation collected by the thread that made it, without helpers. A gateway's garbage is short-lived:
 * what survives is a few hundred kilobytes, half a millisecond's work. With helper threads the judging thread waits
 * until each of them was given a core, and on a busy machine, or one pinned to a single core, that took ten times the
 * work itself. For the whole process, its workers too; call it before traffic comes.
 */
export function keepPausesShort(): void {
  setFlagsFromString("--no-parallel-scavenge");
}
