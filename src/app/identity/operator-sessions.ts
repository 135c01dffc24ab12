import { createHash, randomBytes } from "node:crypto";
import type { Millis } from "#core";
import type { Role } from "../operations/permissions.ts";

/** Somebody who signed in. */
export interface OperatorSession {
  readonly user: string;
  readonly role: Role;
  /** Sent back as `X-CSRF-Token` with every change. */
  readonly csrf: string;
  readonly startedAt: Millis;
  usedAt: Millis;
}

/** A session ends after this long without a request, and after this long in any case (OWASP session management). */
export const idleMs: Millis = 30 * 60_000;
export const absoluteMs: Millis = 12 * 3_600_000;

/**
 * Sessions of people at the console. Their ids are 256 random bits, made anew at every sign-in (fixation), kept as
 * digests only and in memory only: a restart signs everybody out, and a copy of the disk lets nobody in. Bounded: the
 * one used longest ago leaves. Times are monotonic.
 */
export class OperatorSessions {
  readonly #sessions = new Map<string, OperatorSession>();
  readonly #sessionsMax: number;

  constructor(sessionsMax: number) {
    this.#sessionsMax = sessionsMax;
  }

  /** @returns the id for the cookie; it is nowhere else. */
  start({ user, role }: { readonly user: string; readonly role: Role }, now: Millis): string {
    if (this.#sessions.size >= this.#sessionsMax) this.#endOldest();
    const id = randomBytes(32).toString("base64url");
    const csrf = randomBytes(32).toString("base64url");
    this.#sessions.set(digest(id), { user, role, csrf, startedAt: now, usedAt: now });
    return id;
  }

  find(id: string, now: Millis): OperatorSession | undefined {
    const key = digest(id);
    const session = this.#sessions.get(key);
    if (session === undefined) return undefined;
    if (now - session.usedAt > idleMs || now - session.startedAt > absoluteMs) {
      this.#sessions.delete(key);
      return undefined;
    }
    session.usedAt = now;
    // The map's order is the order of use.
    this.#sessions.delete(key);
    this.#sessions.set(key, session);
    return session;
  }

  end(id: string): void {
    this.#sessions.delete(digest(id));
  }

  /** Ends every session of a user: its role or password changed, or it is gone. @returns how many there were */
  endAll(user: string): number {
    const before = this.#sessions.size;
    for (const [key, session] of this.#sessions) if (session.user === user) this.#sessions.delete(key);
    return before - this.#sessions.size;
  }

  /** Who has a session, each once. */
  people(now: Millis): readonly { readonly name: string; readonly role: Role }[] {
    const people = new Map<string, Role>();
    for (const { user, role, usedAt, startedAt } of this.#sessions.values())
      if (now - usedAt <= idleMs && now - startedAt <= absoluteMs) people.set(user, role);
    return [...people].map(([name, role]) => ({ name, role }));
  }

  #endOldest(): void {
    for (const key of this.#sessions.keys()) {
      this.#sessions.delete(key);
      return;
    }
  }
}

function digest(id: string): string {
  return createHash("sha256").update(id).digest("base64url");
}
