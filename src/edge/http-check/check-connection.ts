import type { Socket } from "node:net";
import { besideLimits } from "#core";
import { findHeadEnd, isRefusal } from "#wire";
import type { DecisionService } from "../beside/decision-service.ts";
import { renderAnswer, renderRefusal } from "./answers.ts";
import type { CheckDialect } from "./question-names.ts";
import type { CheckReader } from "./read-check.ts";

const headBytesMax = besideLimits.checkHeadBytesMax.default;
const writeBytesMax = besideLimits.checkWriteBytesMax.default;
const idleMs = besideLimits.checkIdleMs.default;
const headMs = besideLimits.checkHeadMs.default;
const noBytes: Buffer = Buffer.alloc(0);

/** What the connections of one door share. */
export interface CheckDoor {
  readonly service: DecisionService;
  readonly reader: CheckReader;
  readonly dialect: CheckDialect;
}

/**
 * One kept connection of a proxy that asks over HTTP/1: heads in, answers without a body out. The runtime's own server
 * would do, at three times the cost of the decision; a question is a head and nothing else, so it is read as the data
 * plane reads heads. Questions that arrive together are answered with one write. Where no answer may be given the
 * connection is cut, and the proxy's own fail mode takes over.
 */
export class CheckConnection {
  readonly #socket: Socket;
  readonly #door: CheckDoor;
  /** Whether its peer may ask at all. */
  readonly #trusted: boolean;
  #held: Buffer = noBytes;
  /** Up to where `#held` was searched for the end of a head. */
  #scanned = 0;
  /** Bytes of a body that are passed over. */
  #skip = 0;
  /** Answers to questions of the same chunk. */
  #out = "";
  #lastAt = performance.now();

  constructor(socket: Socket, door: CheckDoor, { trusted }: { readonly trusted: boolean }) {
    this.#socket = socket;
    this.#door = door;
    this.#trusted = trusted;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#data(chunk));
    socket.on("error", () => socket.destroy());
  }

  /** Ends it when it has been silent too long, or a head takes too long to arrive (monotonic milliseconds). */
  look(now: number): void {
    if (now - this.#lastAt > (this.#held.length > 0 ? headMs : idleMs)) this.#socket.destroy();
  }

  #data(chunk: Buffer): void {
    // A head that trickles in keeps the time of its first byte.
    if (this.#held.length === 0) this.#lastAt = performance.now();
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    let at = 0;
    for (let next = this.#step(bytes, at); next !== at; next = this.#step(bytes, at)) {
      if (next < 0) return;
      at = next;
    }
    this.#held = at === bytes.length ? noBytes : at === 0 ? bytes : Buffer.from(bytes.subarray(at));
    this.#scanned = this.#held.length;
    if (this.#out === "") return;
    this.#socket.write(this.#out, "latin1");
    this.#out = "";
    // Who asks and never reads must not be held for ever.
    if (this.#socket.writableLength > writeBytesMax) this.#socket.destroy();
  }

  /** Takes what is whole at `at`: the rest of a body, or a question. @returns Where to go on; -1: the connection is over. */
  #step(bytes: Buffer, at: number): number {
    if (this.#skip > 0 || at === bytes.length) {
      const skipped = Math.min(this.#skip, bytes.length - at);
      this.#skip -= skipped;
      return at + skipped;
    }
    const end = findHeadEnd(bytes, at, Math.max(at, this.#scanned));
    if (end === -2 || (end < 0 ? bytes.length : end) - at > headBytesMax) return this.#end(badHead);
    if (end < 0) return at;
    this.#scanned = 0;
    const answer = this.#answer(bytes, at, end);
    if (answer === "") return -1;
    const { bodyBytes, persistent } = this.#door.reader;
    if (!persistent || bodyBytes < 0 || !this.#trusted) return this.#end(answer);
    this.#out += answer;
    this.#skip = bodyBytes;
    return end;
  }

  /** The answer to the question at bytes[start, end); "" when the connection was cut instead. */
  #answer(bytes: Buffer, start: number, end: number): string {
    const { service, reader, dialect } = this.#door;
    const asked = reader.read(bytes, start, end);
    if (!this.#trusted) return untrusted;
    if (isRefusal(asked)) return renderRefusal(asked, dialect);
    try {
      return renderAnswer(service.decide(asked), dialect);
    } catch {
      this.#socket.destroy();
      return "";
    }
  }

  #end(answer: string): -1 {
    this.#socket.removeAllListeners("data");
    this.#socket.resume();
    this.#socket.end(this.#out + answer, "latin1");
    return -1;
  }
}

/** Header spoofing: what is said about a client is believed from trusted proxies alone. */
const untrusted = renderRefusal({ status: 403, code: "check-untrusted" }, "auth-request");
const badHead = renderRefusal({ status: 403, code: "check-head" }, "auth-request");
