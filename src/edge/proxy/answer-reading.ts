import type { Exchange, Hashed, Millis } from "#core";
import type { ResponseHead } from "#wire";
import { type AnswerSample, beginSample } from "./answer-sample.ts";
import type { GatewayState } from "./gateway-state.ts";
import { issuedTokens, TokenSample } from "./state-tokens.ts";

/** What is read of an answer as it passes by: its shape, where somebody wants it, and the state tokens it issues. */
export class AnswerReading {
  readonly #state: GatewayState;
  readonly #exchange: Exchange;
  readonly #shape: AnswerSample | undefined;
  readonly #issued: TokenSample | "unseen" | undefined;

  constructor(
    state: GatewayState,
    head: ResponseHead,
    { relay, at }: { readonly relay: { readonly exchange: Exchange }; readonly at: Millis },
  ) {
    this.#state = state;
    this.#exchange = relay.exchange;
    this.#shape = beginSample(state, head, { relay, since: at });
    this.#issued = TokenSample.begin(head, state.tokenBudget, relay.exchange.at);
  }

  add(chunk: Buffer): void {
    this.#shape?.add(chunk);
    if (this.#issued instanceof TokenSample) this.#issued.add(chunk, this.#state.tokenBudget);
  }

  /** The answer is whole: whoever makes answers of its shape may learn it. */
  end(): void {
    if (this.#shape !== undefined) this.#state.treatments?.learn(this.#exchange, this.#shape.seen());
  }

  tokens(): readonly Hashed[] {
    return issuedTokens(this.#issued, this.#state.runtime.options.hashKey);
  }
}
