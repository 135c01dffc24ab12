import { type FileHandle, open, stat } from "node:fs/promises";

/** How a growing log is followed. */
export interface FollowOptions {
  /** Called for every whole line, without its line ending; the bytes are valid only during the call. */
  readonly onLine: (bytes: Buffer, start: number, end: number) => void;
  /** Where to begin with a file that is there already. Default: `start`. */
  readonly from?: "start" | "end";
  /** How often the file is looked at. Default: 200 ms. */
  readonly pollMs?: number;
}

/** A log that is followed until it is closed. */
export interface FollowedLog {
  readonly facts: FollowFacts;
  /** Resolves once everything that was in the file at the call was handed over. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Counts, for people. */
export interface FollowFacts {
  bytes: number;
  /** Times the file was moved away and begun anew. */
  rotations: number;
  /** Times it was cut in place (`copytruncate`). */
  truncations: number;
  /** Lines longer than the cap, dropped whole. */
  tooLong: number;
  /** Why the file cannot be read now; empty while it can. */
  problem: string;
}

const pollMsDefault = 200;
const readBytes = 262_144;
/** Longest line kept waiting for its end. */
const lineBytesMax = 65_536;

/**
 * Follows a log over rotation. Renamed and created anew (logrotate's default): the old file is read to its end through
 * the handle that is still open, whatever becomes of its name or its compression, then the new one from its beginning.
 * Cut in place (`copytruncate`): read from the beginning again. A file that is not there yet is waited for.
 *
 * What it cannot see: a file that was rotated twice between two looks (the one in the middle), and bytes written and cut
 * away between two looks, which is a known loss of `copytruncate` itself.
 */
export function followLog(path: string, options: FollowOptions): FollowedLog {
  const follower = new Follower(path, options);
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let running: Promise<void> = Promise.resolve();
  const look = (): Promise<void> => {
    running = running.then(() => (closed ? undefined : follower.look()));
    return running;
  };
  const loop = (): void => {
    void look().then(() => {
      if (!closed) timer = setTimeout(loop, options.pollMs ?? pollMsDefault).unref();
    });
  };
  loop();
  return {
    facts: follower.facts,
    settled: look,
    async close() {
      closed = true;
      clearTimeout(timer);
      await running;
      await follower.close();
    },
  };
}

class Follower {
  readonly facts: FollowFacts = { bytes: 0, rotations: 0, truncations: 0, tooLong: 0, problem: "" };
  readonly #path: string;
  readonly #options: FollowOptions;
  readonly #buffer = Buffer.alloc(readBytes);
  #handle: FileHandle | undefined;
  #inode = 0;
  #offset = 0;
  #held: Buffer = Buffer.alloc(0);
  #skipping = false;
  #seen = false;

  constructor(path: string, options: FollowOptions) {
    this.#path = path;
    this.#options = options;
  }

  async look(): Promise<void> {
    try {
      if (this.#handle === undefined) await this.#open();
      await this.#read();
      const now = await stat(this.#path).catch(() => undefined);
      // Gone: logrotate is between rename and create; what the old handle still gives is read at each look.
      if (now === undefined || now.ino === this.#inode) return;
      // A server keeps writing to the renamed file until it is told to reopen: read on until the new one has begun.
      await this.#read();
      await this.close();
      this.facts.rotations++;
      await this.#open();
      await this.#read();
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      this.facts.problem = code === "ENOENT" ? "the file is not there yet" : (code ?? message);
    }
  }

  async #open(): Promise<void> {
    const handle = await open(this.#path, "r");
    const { ino, size } = await handle.stat();
    this.#handle = handle;
    this.#inode = ino;
    this.#offset = !this.#seen && this.#options.from === "end" ? size : 0;
    this.#held = Buffer.alloc(0);
    // Beginning in the middle of a line would make half a line look like one.
    this.#skipping = this.#offset > 0;
    this.#seen = true;
    this.facts.problem = "";
    if (this.#skipping) {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(1), 0, 1, this.#offset - 1);
      if (bytesRead === 1 && buffer[0] === 0x0a) this.#skipping = false;
    }
  }

  async #read(): Promise<void> {
    const handle = this.#handle;
    if (handle === undefined) return;
    if ((await handle.stat()).size < this.#offset) {
      this.facts.truncations++;
      this.#offset = 0;
      this.#held = Buffer.alloc(0);
      this.#skipping = false;
    }
    for (;;) {
      const { bytesRead } = await handle.read(this.#buffer, 0, readBytes, this.#offset);
      if (bytesRead === 0) return;
      this.#offset += bytesRead;
      this.facts.bytes += bytesRead;
      this.#take(this.#buffer.subarray(0, bytesRead));
    }
  }

  #take(chunk: Buffer): void {
    let bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, start)) {
      if (this.#skipping) this.#skipping = false;
      else if (end - start > lineBytesMax) this.facts.tooLong++;
      else if (end > start) this.#options.onLine(bytes, start, bytes[end - 1] === 0x0d ? end - 1 : end);
      start = end + 1;
    }
    bytes = bytes.subarray(start);
    if (bytes.length > lineBytesMax) {
      if (!this.#skipping) this.facts.tooLong++;
      this.#skipping = true;
      bytes = Buffer.alloc(0);
    }
    this.#held = Buffer.from(bytes);
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }
}
