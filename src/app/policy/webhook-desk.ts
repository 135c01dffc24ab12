import { randomUUID } from "node:crypto";
import { type Clock, policyLimits } from "#core";
import { safeFetch } from "#integrations";
import { signature } from "../alerts/send-alert.ts";
import type { Config } from "../config/config.ts";
import { readSecretFile } from "../serve/secret-file.ts";
import type { WebhookNotice } from "./webhook-notice.ts";

/** Where a call goes. */
export interface WebhookTarget {
  readonly name: string;
  readonly url: string;
  readonly secret: string;
  readonly inside: readonly string[];
}

/** A call that was given up. */
export interface DeadLetter {
  readonly id: string;
  readonly webhook: string;
  /** Wall clock, when the rule acted. */
  readonly at: number;
  readonly rule: string;
  readonly reference: string;
  readonly tries: number;
  /** Why the last try failed. */
  readonly detail: string;
}

/** How calls go. */
export interface WebhookCounts {
  readonly waiting: number;
  readonly delivered: number;
  readonly dead: number;
  /** Dead letters that had to leave for younger ones. */
  readonly forgotten: number;
}

interface Letter {
  readonly id: string;
  readonly webhook: string;
  readonly notice: WebhookNotice;
  /** Looked up before the first try. */
  passed: readonly string[] | undefined;
  tries: number;
  detail: string;
}

/** What a desk works with. */
export interface WebhookParts {
  readonly clock: Clock;
  /** The latest requests of the same session that the application was sent, the newest first: its own log knows whose they are. */
  passed(reference: string): readonly string[];
  readonly pausesMs?: readonly number[];
}

/** Between tries; after the last a call is a dead letter: about thirteen minutes in all. */
const pausesDefaultMs: readonly number[] = [1_000, 5_000, 30_000, 120_000, 600_000];
const inFlightMax = 2;
const timeoutMs = 10_000;

/**
 * Calls the operator's webhooks beside the requests: `tell` only puts a letter into a bounded queue. Each webhook has a queue of its
 * own, so that one that hangs holds nobody else up. Rules name a webhook and never a URL, so that who may write rules cannot
 * choose where we connect (server-side request forgery). What waits is lost when the process is killed.
 */
export class WebhookDesk {
  readonly #parts: WebhookParts;
  readonly #pausesMs: readonly number[];
  #targets: ReadonlyMap<string, WebhookTarget> = new Map();
  readonly #queues = new Map<string, { readonly letters: Letter[]; inFlight: number }>();
  readonly #dead = new Map<string, Letter>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #waiting = 0;
  #delivered = 0;
  #deadEver = 0;
  #closed = false;

  constructor(parts: WebhookParts) {
    this.#parts = parts;
    this.#pausesMs = parts.pausesMs ?? pausesDefaultMs;
  }

  /** Takes the webhooks of a configuration. @throws GaitError `secret-file`; then nothing changes. */
  configure({ policy }: Config): void {
    this.#targets = new Map(
      policy.webhooks.map(({ secretFile, ...rest }) => [
        rest.name,
        { ...rest, secret: readSecretFile(secretFile, "policy.webhooks.secretFile") },
      ]),
    );
  }

  get targets(): readonly WebhookTarget[] {
    return [...this.#targets.values()];
  }

  /** Never waits and never throws. Without a webhook of that name, or with a full queue, it is a dead letter at once. */
  tell(webhook: string, notice: WebhookNotice): void {
    const letter: Letter = { id: randomUUID(), webhook, notice, passed: undefined, tries: 0, detail: "" };
    if (!this.#targets.has(webhook)) this.#bury(letter, "policy.webhooks has none of that name");
    else if (this.#waiting >= policyLimits.webhooksWaitingMax.default)
      this.#bury(letter, `${policyLimits.webhooksWaitingMax.default} calls are waiting already`);
    else this.#queue(letter);
  }

  /** Makes a dead letter wait for its turn again; false: there is none of that id. */
  retry(id: string): boolean {
    const letter = this.#dead.get(id);
    if (letter === undefined) return false;
    this.#dead.delete(id);
    letter.tries = 0;
    if (this.#targets.has(letter.webhook)) this.#queue(letter);
    else this.#bury(letter, "policy.webhooks has none of that name");
    return true;
  }

  /** Dead letters, the latest first. */
  dead(): readonly DeadLetter[] {
    return [...this.#dead.values()].reverse().map(({ id, webhook, notice, tries, detail }) => {
      const { at, rule, reference } = notice;
      return { id, webhook, at, rule, reference, tries, detail };
    });
  }

  counts(): WebhookCounts {
    return {
      waiting: this.#waiting,
      delivered: this.#delivered,
      dead: this.#dead.size,
      forgotten: this.#deadEver - this.#dead.size,
    };
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #queue(letter: Letter): void {
    this.#waiting++;
    this.#enter(letter);
  }

  #enter(letter: Letter): void {
    const queue = this.#queues.get(letter.webhook) ?? { letters: [], inFlight: 0 };
    this.#queues.set(letter.webhook, queue);
    queue.letters.push(letter);
    // Out of the request's call: what is asked of a webhook may not cost the request anything.
    setImmediate(() => this.#pump(letter.webhook));
  }

  #pump(webhook: string): void {
    const queue = this.#queues.get(webhook);
    while (!this.#closed && queue !== undefined && queue.inFlight < inFlightMax) {
      const letter = queue.letters.shift();
      if (letter === undefined) return;
      queue.inFlight++;
      void this.#send(letter).finally(() => {
        queue.inFlight--;
        this.#pump(webhook);
      });
    }
  }

  async #send(letter: Letter): Promise<void> {
    letter.tries++;
    letter.detail = await this.#tryOnce(letter);
    if (letter.detail === "") {
      this.#waiting--;
      this.#delivered++;
      return;
    }
    const pauseMs = this.#pausesMs[letter.tries - 1];
    if (pauseMs === undefined || this.#closed) {
      this.#waiting--;
      this.#bury(letter, letter.detail);
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#enter(letter);
    }, pauseMs).unref();
    this.#timers.add(timer);
  }

  /** @returns why it failed; empty: it did not */
  async #tryOnce(letter: Letter): Promise<string> {
    const { id, webhook, notice } = letter;
    const target = this.#targets.get(webhook);
    if (target === undefined) return "policy.webhooks has none of that name";
    letter.passed ??= this.#parts.passed(notice.reference);
    const body = JSON.stringify({ version: 1, id, webhook, ...notice, passed: letter.passed });
    const sentAt = this.#parts.clock.now();
    const result = await safeFetch(target.url, {
      bytesMax: 65_536,
      timeoutMs,
      inside: target.inside,
      post: {
        body,
        headers: {
          "content-type": "application/json",
          "x-gait-delivery": id,
          "x-gait-signature": signature(target.secret, { at: sentAt, body }),
        },
      },
    });
    return result.kind === "body" ? "" : `${result.reason}: ${result.detail}`;
  }

  #bury(letter: Letter, detail: string): void {
    letter.detail = detail;
    this.#deadEver++;
    this.#dead.set(letter.id, letter);
    if (this.#dead.size <= policyLimits.webhooksDeadMax.default) return;
    for (const oldest of this.#dead.keys()) {
      this.#dead.delete(oldest);
      return;
    }
  }
}
