import type { Millis } from "#core";
import { GenerationCache } from "../generation-cache.ts";
import { type AgentKey, agentKeyFrom } from "./public-keys.ts";

/** What a fetch of a directory gave: its text, or why there is none. */
export type DirectoryAnswer =
  | { readonly kind: "text"; readonly text: string; readonly maxAgeSeconds?: number | undefined }
  | { readonly kind: "failed"; readonly reason: string };

/** What is known of a directory now. `fresh: false` asks the caller to fetch it. */
export interface DirectoryState {
  readonly keys: ReadonlyMap<string, AgentKey>;
  readonly fresh: boolean;
  /** Why the last fetch failed; empty when it did not. */
  readonly problem: string;
}

export interface DirectoryLimits {
  readonly directoriesMax: number;
  readonly keysMax: number;
}

interface Entry {
  readonly keys: ReadonlyMap<string, AgentKey>;
  readonly freshUntil: Millis;
  readonly fetchedAt: Millis;
  readonly problem: string;
}

const minuteMs: Millis = 60_000;
const hourMs: Millis = 3_600_000;
const dayMs: Millis = 24 * hourMs;
const noKeys: ReadonlyMap<string, AgentKey> = new Map();

/**
 * The keys of agents by directory URL. Does no IO: the caller fetches what is not fresh and hands the answer in.
 *
 * A directory is trusted for its Cache-Control lifetime, at least a minute and at most a day (an hour when it says nothing). A
 * failed fetch keeps the last good keys for a day and is not repeated for a minute, so neither an outage nor an attacker who
 * names a dead directory on every request makes us fetch in a loop.
 */
export class KeyDirectories {
  readonly #limits: DirectoryLimits;
  readonly #entries: GenerationCache<string, Entry>;

  constructor(limits: DirectoryLimits) {
    this.#limits = limits;
    this.#entries = new GenerationCache(limits.directoriesMax);
  }

  state(url: string, now: Millis): DirectoryState {
    const entry = this.#entries.get(url);
    if (entry === undefined) return { keys: noKeys, fresh: false, problem: "" };
    return { keys: entry.keys, fresh: now < entry.freshUntil, problem: entry.problem };
  }

  /** Whether a directory may be asked again before it went stale, because a keyid is missing: once a minute. */
  mayRefetch(url: string, now: Millis): boolean {
    const entry = this.#entries.get(url);
    return entry === undefined || now >= entry.fetchedAt + minuteMs;
  }

  accept(url: string, answer: DirectoryAnswer, now: Millis): DirectoryState {
    const before = this.#entries.get(url);
    const read = answer.kind === "text" ? readKeys(answer.text, this.#limits.keysMax) : undefined;
    const problem =
      answer.kind === "failed" ? answer.reason : read === undefined ? "no usable key in the directory" : "";
    if (read === undefined) {
      const keep = before !== undefined && now < before.fetchedAt + dayMs;
      this.#entries.set(url, {
        keys: keep ? before.keys : noKeys,
        freshUntil: now + minuteMs,
        fetchedAt: keep ? before.fetchedAt : now,
        problem,
      });
    } else {
      const age = answer.kind === "text" && answer.maxAgeSeconds !== undefined ? answer.maxAgeSeconds * 1_000 : hourMs;
      const freshUntil = now + Math.min(dayMs, Math.max(minuteMs, age));
      this.#entries.set(url, { keys: read, freshUntil, fetchedAt: now, problem: "" });
    }
    return this.state(url, now);
  }
}

/** A JWK set (RFC 7517 section 5) as keys by thumbprint; undefined when there is no usable key. */
function readKeys(text: string, keysMax: number): ReadonlyMap<string, AgentKey> | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined;
  }
  const list = typeof document === "object" && document !== null ? (document as { keys?: unknown }).keys : undefined;
  if (!Array.isArray(list)) return undefined;
  const keys = new Map<string, AgentKey>();
  for (const jwk of list.slice(0, keysMax)) {
    const key = agentKeyFrom(jwk);
    if (key !== undefined) keys.set(key.thumbprint, key);
  }
  return keys.size === 0 ? undefined : keys;
}
