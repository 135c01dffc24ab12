import type { AnswerHeader, AnswerSeen, Exchange, Millis } from "#core";
import type { ResponseHead } from "#wire";
import type { GatewayState } from "./gateway-state.ts";

/** Begins a sample where somebody wants one of this answer. */
export function beginSample(
  { treatments, wheel }: Pick<GatewayState, "treatments" | "wheel">,
  head: ResponseHead,
  { relay, since }: { readonly relay: { readonly exchange: Exchange }; readonly since: Millis },
): AnswerSample | undefined {
  if (treatments === undefined || head.status === 101) return undefined;
  const bytesMax = treatments.sampleBytes(relay.exchange, head.status);
  return bytesMax < 0 ? undefined : new AnswerSample(head, { bytesMax, waitMs: wheel.read() - since });
}

/** The head and the first bytes of an answer that passes by, copied for whoever makes answers of the same shape. */
export class AnswerSample {
  readonly #head: ResponseHead;
  readonly #waitMs: Millis;
  readonly #bytesMax: number;
  readonly #chunks: Buffer[] = [];
  #length = 0;
  #whole = true;

  constructor(head: ResponseHead, options: { readonly waitMs: Millis; readonly bytesMax: number }) {
    this.#head = head;
    this.#waitMs = options.waitMs;
    this.#bytesMax = options.bytesMax;
  }

  add(chunk: Buffer): void {
    const room = this.#bytesMax - this.#length;
    if (chunk.length > room) this.#whole = false;
    if (room <= 0) return;
    const kept = Buffer.from(chunk.subarray(0, room));
    this.#chunks.push(kept);
    this.#length += kept.length;
  }

  seen(): AnswerSeen {
    const { status, reason, fields, framing } = this.#head;
    const headers = fields.names.map((name, i): AnswerHeader => [name, fields.values[i] ?? ""]);
    return {
      status,
      reason,
      headers,
      body: Buffer.concat(this.#chunks),
      whole: this.#whole,
      framing: framing === "chunked" ? "chunked" : "length",
      waitMs: this.#waitMs,
    };
  }
}
