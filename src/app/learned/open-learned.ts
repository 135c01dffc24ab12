import { readFileSync, renameSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "#core";
import type { Engine, LearnedOutcome } from "#engine";

const file = "learned.state";
/** A state that was refused is set aside under this name, for whoever wants to look at it. */
const refusedFile = "learned.refused";
/** What may be lost by a crash. */
const saveEveryMs = 300_000;

/** The engine's memory on disk. */
export interface Learned {
  /** What became of the state at the start, in words; empty when there was none. */
  readonly notice: string;
  /** Times it could not be written, and why the last time. */
  readonly failures: number;
  readonly failure: string;
  /** Writes it now. Never rejects: a failure is counted, and the old file stays. */
  save(): Promise<void>;
  /** Stops the timer and writes it for the last time. */
  close(): Promise<void>;
}

/**
 * Puts back what the engine had learned when it was last written, and writes it every five minutes and at the end. A crash
 * loses what was learned since; the file is written beside, flushed and renamed, so it is the old one or the new one. One
 * that is damaged, or of another version or installation, is set aside, and the engine starts fresh.
 */
export function openLearned(
  directory: string,
  learned: Engine["learned"],
  options: { readonly clock: Clock; readonly everyMs?: number },
): Learned {
  const path = join(directory, file);
  const notice = restore(path, learned, { directory, now: options.clock.now() });
  let failures = 0;
  let failure = "";
  let writing: Promise<void> = Promise.resolve();
  const save = (): Promise<void> => {
    writing = writing.then(async () => {
      try {
        await writeWhole(path, learned.save(options.clock.now()));
        failure = "";
      } catch (error) {
        failures++;
        failure = error instanceof Error ? error.message : String(error);
      }
    });
    return writing;
  };
  const timer = setInterval(() => void save(), options.everyMs ?? saveEveryMs);
  timer.unref();
  return {
    notice,
    get failures(): number {
      return failures;
    },
    get failure(): string {
      return failure;
    },
    save,
    close: () => {
      clearInterval(timer);
      return save();
    },
  };
}

function restore(
  path: string,
  learned: Engine["learned"],
  { directory, now }: { readonly directory: string; readonly now: number },
): string {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? "" : `learned state could not be read (${code ?? "unknown"}); starting without`;
  }
  const outcome = attempt(bytes, learned, now);
  if (outcome.kind === "restored") {
    const at = new Date(outcome.savedAt).toISOString().slice(0, 16);
    return `learned state of ${at}: ${outcome.endpoints} endpoints, ${outcome.convictions} convictions`;
  }
  try {
    renameSync(path, join(directory, refusedFile));
  } catch {
    // It stays where it is and is overwritten by the next save.
  }
  return `learned state refused: ${outcome.reason}; set aside as ${refusedFile}, starting fresh`;
}

/** A state that breaks the reading of it is refused like a damaged one: it must never keep the gateway from starting. */
function attempt(bytes: Uint8Array, learned: Engine["learned"], now: number): LearnedOutcome {
  try {
    return learned.restore(bytes, now);
  } catch (error) {
    return { kind: "refused", reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Written beside, flushed and renamed: a crash or a full disk leaves the old file or the new one, never half of one. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const beside = `${path}.tmp`;
  const handle = await open(beside, "w", 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(beside, path);
}
