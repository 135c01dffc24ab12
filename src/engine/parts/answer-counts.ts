import { endpointClass } from "../endpoints/endpoint-class.ts";
import { type Facts, isAsset } from "../features/facts.ts";

/** What sessions asked for besides log-ins and files, and what of it was refused: guesses at codes, numbers and paths. 2 bytes a session. */
export class AnswerCounts {
  readonly #asked: Uint8Array;
  readonly #refused: Uint8Array;

  constructor(sessionsMax: number) {
    this.#asked = new Uint8Array(sessionsMax);
    this.#refused = new Uint8Array(sessionsMax);
  }

  open(slot: number): void {
    this.#asked[slot] = 0;
    this.#refused[slot] = 0;
  }

  /** @param status 0: no answer was seen. */
  read({ slot, class: kind }: Facts, status: number): void {
    if (status === 0 || isAsset(kind) || kind === endpointClass.login) return;
    this.#asked[slot] = Math.min(255, (this.#asked[slot] as number) + 1);
    if (status >= 400 && status < 500) this.#refused[slot] = Math.min(255, (this.#refused[slot] as number) + 1);
  }

  /** 255 stands for more. */
  asked(slot: number): number {
    return this.#asked[slot] as number;
  }

  refused(slot: number): number {
    return this.#refused[slot] as number;
  }
}
