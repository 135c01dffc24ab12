import { closeSync } from "node:fs";
import { z } from "zod";
import { GaitError, upgradeLimits } from "#core";
import type { ListenOptions } from "#edge";
import type { PublishedStanding } from "../workers/published-standing.ts";
import {
  type FromSuccessor,
  firstDescriptor,
  type HandedSockets,
  successorVariable,
  type ToSuccessor,
} from "./handover.ts";

/** A start that takes over from a running process instead of beginning from nothing. */
export interface Succession {
  /** Inherited listening sockets. */
  readonly sockets: readonly HandedSockets[];
  /** What stood at the predecessor; undefined when it did not say in time. */
  readonly standing: Promise<PublishedStanding | undefined>;
  /** Tells the predecessor that requests are answered here. */
  serving(): void;
  /**
   * Resolves when the predecessor has closed its admin plane and its doors, or does not answer any more. What only one
   * process may listen on is opened after this.
   */
  readonly released: Promise<void>;
  /** Resolves when the predecessor has drained and is gone, and the event store with it is free. */
  readonly ended: Promise<void>;
  /** The start failed: lets go of the predecessor, so that this process can end. */
  abandon(): void;
}

/** How this process was started as a successor; undefined when it was not. @throws GaitError `upgrade-handover`. */
export function readSuccession(env: NodeJS.ProcessEnv, port: NodeJS.Process = process): Succession | undefined {
  const described = env[successorVariable];
  if (described === undefined) return undefined;
  // Not for children of ours: they would take themselves for successors.
  delete env[successorVariable];
  const sockets = readSockets(described);
  const standing = Promise.withResolvers<PublishedStanding | undefined>();
  const released = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  port.on("message", (message: ToSuccessor) => {
    if (message.kind === "standing") standing.resolve(message.standing);
    else if (message.kind === "released") released.resolve();
  });
  // A predecessor that dies releases everything by that.
  port.once("disconnect", () => {
    standing.resolve(undefined);
    released.resolve();
    ended.resolve();
  });
  setTimeout(() => standing.resolve(undefined), upgradeLimits.releaseMs.default).unref();
  // The channel stays open as the sign of the predecessor's life, but does not keep this process alive.
  void released.promise.then(() => port.channel?.unref());
  return {
    sockets,
    standing: standing.promise,
    released: released.promise,
    ended: ended.promise,
    abandon() {
      released.resolve();
      if (port.connected) port.disconnect();
    },
    serving() {
      const message: FromSuccessor = { kind: "serving" };
      port.send?.(message, undefined, undefined, () => undefined);
      setTimeout(() => released.resolve(), upgradeLimits.releaseMs.default).unref();
    },
  };
}

function readSockets(described: string): readonly HandedSockets[] {
  const read = handed.safeParse(parsed(described));
  if (read.success) return read.data;
  throw new GaitError(
    "upgrade-handover",
    `${successorVariable} is ${JSON.stringify(described.slice(0, 200))}; expected the sockets of a predecessor. It is set by gait upgrade, never by hand`,
  );
}

const handed = z
  .array(
    z.strictObject({
      host: z.string(),
      port: z.number().int().min(1).max(65_535),
      descriptors: z.array(z.number().int().min(firstDescriptor)),
    }),
  )
  .max(upgradeLimits.socketsMax.default);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Gives every listener the sockets that were handed over for its address. One that nobody listens on any more is
 * closed: left open, it would take up connections that nobody accepts.
 */
export function inheritSockets(
  listen: readonly ListenOptions[],
  sockets: readonly HandedSockets[],
  close: (descriptor: number) => void = closeSync,
): readonly ListenOptions[] {
  const left = new Set(sockets);
  const taken = listen.map((one) => {
    const own = [...left].find(({ host, port }) => host === one.host && (one.port === 0 || port === one.port));
    if (own === undefined) return one;
    left.delete(own);
    return { ...one, inherited: own.descriptors };
  });
  for (const { descriptors } of left) for (const descriptor of descriptors) close(descriptor);
  return taken;
}
