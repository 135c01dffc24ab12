import { type ChildProcess, spawn } from "node:child_process";
import { GaitError, upgradeLimits } from "#core";
import type { PublishedStanding } from "../workers/published-standing.ts";
import {
  type FromSuccessor,
  firstDescriptor,
  type HandedSockets,
  successorVariable,
  type ToSuccessor,
} from "./handover.ts";

/** A process that has begun to serve in place of this one. */
export interface Successor {
  readonly pid: number;
  /** Tells it that what only one process may hold is free. Nothing of it is waited for any more. */
  release(): void;
}

/** What a successor is started with. */
export interface SuccessorParts {
  /** Listening sockets of this process by address. */
  readonly sockets: readonly HandedSockets[];
  readonly standing: PublishedStanding;
  /** What is run; tests replace it. Default: the command line of this process, which may be a newer version by now. */
  readonly command?: readonly [file: string, ...args: string[]];
  readonly servingMs?: number;
}

/**
 * Starts the program anew, with the listening sockets of this process, and resolves when it serves. Until then, and
 * when it cannot, this process is not changed in any way.
 *
 * @throws GaitError `upgrade-failed` when it ended, or did not serve in time.
 */
export function startSuccessor(parts: SuccessorParts): Promise<Successor> {
  const { sockets, standing, servingMs = upgradeLimits.servingMs.default } = parts;
  const [file, ...args] = parts.command ?? [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const descriptors = sockets.flatMap((own) => own.descriptors);
  let next = firstDescriptor;
  const there = sockets.map((own) => ({ ...own, descriptors: own.descriptors.map(() => next++) }));
  if (descriptors.length === 0) {
    const why = "this process has no listening socket that could be handed over";
    return Promise.reject(new GaitError("upgrade-failed", `upgrade: ${why}`));
  }
  const child = spawn(file, args, {
    stdio: ["ignore", "inherit", "inherit", "ipc", ...descriptors],
    // A block that ends never is Infinity, which JSON has no number for.
    serialization: "advanced",
    env: { ...process.env, [successorVariable]: JSON.stringify(there) },
    // Its own process group: a Ctrl-C at the terminal of the first is not meant for it twice.
    detached: true,
  });
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(timer);
      child.removeAllListeners();
      child.on("error", () => undefined);
      child.kill("SIGKILL");
      reject(new GaitError("upgrade-failed", `upgrade: the new process ${why}; this one serves on unchanged`));
    };
    const timer = setTimeout(() => fail(`did not serve within ${servingMs / 1_000} s`), servingMs);
    child.once("error", (error) => fail(`could not be started (${error.message})`));
    child.once("exit", (code, signal) => fail(`ended with ${code ?? signal} before it served`));
    child.on("message", (message: FromSuccessor) => {
      if (message.kind !== "serving") return;
      clearTimeout(timer);
      child.removeAllListeners();
      child.on("error", () => undefined);
      resolve({ pid: child.pid ?? 0, release: () => release(child) });
    });
    tell(child, { kind: "standing", standing });
  });
}

function release(child: ChildProcess): void {
  tell(child, { kind: "released" });
  // From here on it lives by itself.
  child.unref();
  child.channel?.unref();
}

function tell(child: ChildProcess, message: ToSuccessor): void {
  // A child that is gone is told of by its exit.
  child.send(message, () => undefined);
}
