import type { Socket } from "node:net";
import type { Fields } from "#wire";
import { type Flushable, flushSoon } from "./round.ts";

/** Up to here text is gathered and small bodies ride along with their head in one write. */
const gatherMax = 16_000;

/**
 * Gathers heads, chunk sizes and small bodies into one write per turn. Text is Latin-1 throughout, the encoding in
 * which every byte of a head is one character. Larger payloads are copied once, since the bytes given are only lent.
 */
export class WriteBuffer implements Flushable {
  readonly #socket: Socket;
  #text = "";
  #inRound = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Whether the socket holds more than it should; its `drain` event tells when that is over. */
  get isFull(): boolean {
    return this.#socket.writableNeedDrain;
  }

  text(text: string): void {
    this.#text += text;
    if (this.#text.length > gatherMax) this.flush();
  }

  bytes(chunk: Buffer): void {
    if (chunk.length + this.#text.length <= gatherMax) {
      this.#text += chunk.toString("latin1");
      return;
    }
    const { destroyed } = this.#socket;
    if (destroyed) return;
    this.#socket.cork();
    this.flush();
    this.#socket.write(Buffer.from(chunk));
    this.#socket.uncork();
  }

  /** Whether something is still to be written, of what `flushSoon` was called for too. */
  get isWaiting(): boolean {
    return this.#text !== "";
  }

  /** Writes at the end of the round. Whoever ends the socket before then calls `flush` first. */
  flushSoon(): void {
    if (this.#inRound || this.#text === "") return;
    this.#inRound = true;
    flushSoon(this);
  }

  roundEnds(): void {
    this.#inRound = false;
    this.flush();
  }

  flush(): void {
    if (this.#text === "") return;
    const text = this.#text;
    this.#text = "";
    if (this.#socket.writable) this.#socket.write(text, "latin1");
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

/** The line that opens a chunk of this many bytes. */
export function chunkHead(bytes: number): string {
  return `${bytes.toString(16)}\r\n`;
}

/** The last chunk with its trailer section. */
export function lastChunk(trailers: Fields): string {
  let text = "0\r\n";
  for (let i = 0; i < trailers.names.length; i++) text += `${trailers.names[i]}: ${trailers.values[i]}\r\n`;
  return `${text}\r\n`;
}
