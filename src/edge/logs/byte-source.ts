import { type FileHandle, open } from "node:fs/promises";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { exitCodes, GaitError } from "#core";
import { decoded } from "./decoded.ts";

/** Bytes of one log, decompressed, pulled by whoever needs them next. */
export interface ByteSource {
  /** Copies the next bytes into `into` from `at` on; 0 at the end. Never throws for damaged data. */
  read(into: Buffer, at: number): Promise<number>;
  /** Bytes taken from the file itself so far, before decompression: what progress is measured in. */
  readonly taken: number;
  /** Why the data ended before its time, or "". */
  readonly damage: string;
  close(): Promise<void>;
}

/** Small enough that a decompression bomb (about 1000 to 1) yields some 32 MB at a time. */
const compressedChunkBytes = 32_768;
const magicBytes = 6;

/**
 * Opens a log for reading: plain, gzip or Zstandard, told by its first bytes and not by its name.
 * @throws GaitError `log-file` when it cannot be opened or is compressed in another way.
 */
export async function openLogFile(path: string): Promise<ByteSource> {
  const handle = await openHandle(path);
  const magic = Buffer.alloc(magicBytes);
  const { bytesRead } = await handle.read(magic, 0, magicBytes, 0).catch(async (cause: NodeJS.ErrnoException) => {
    await handle.close();
    throw unreadable(path, cause);
  });
  const kind = compressionOf(magic.subarray(0, bytesRead));
  if (kind === "bzip2" || kind === "xz") {
    await handle.close();
    throw otherCompression(kind, path);
  }
  if (kind === "plain") return new PlainSource(handle);
  const raw = new CompressedInput(handle);
  const decoder = kind === "gzip" ? createGunzip() : createZstdDecompress();
  return new ChunkSource(decoded(raw.chunks(), decoder, path), {
    taken: () => raw.taken,
    close: () => handle.close(),
  });
}

/** A log from a pipe, which may be compressed as well. */
export async function openLogStream(stream: AsyncIterable<Buffer | string>, name: string): Promise<ByteSource> {
  let taken = 0;
  const iterator = stream[Symbol.asyncIterator]();
  const pull = async (): Promise<Buffer | undefined> => {
    const next = await iterator.next();
    if (next.done === true) return undefined;
    const chunk = typeof next.value === "string" ? Buffer.from(next.value) : next.value;
    taken += chunk.length;
    return chunk;
  };
  let head: Buffer = Buffer.alloc(0);
  while (head.length < magicBytes) {
    const chunk = await pull();
    if (chunk === undefined) break;
    head = Buffer.concat([head, chunk]);
  }
  const kind = compressionOf(head);
  if (kind === "bzip2" || kind === "xz") throw otherCompression(kind, name);
  async function* chunks(): AsyncGenerator<Buffer> {
    if (head.length > 0) yield head;
    for (let chunk = await pull(); chunk !== undefined; chunk = await pull()) yield chunk;
  }
  const decoder = kind === "gzip" ? createGunzip() : createZstdDecompress();
  const source = kind === "plain" ? chunks() : decoded(inPieces(chunks()), decoder, name);
  return new ChunkSource(source, {
    taken: () => taken,
    close: async () => {
      await iterator.return?.();
    },
  });
}

async function* inPieces(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += compressedChunkBytes) yield chunk.subarray(at, at + compressedChunkBytes);
  }
}

async function openHandle(path: string): Promise<FileHandle> {
  try {
    const handle = await open(path, "r");
    if (!(await handle.stat()).isDirectory()) return handle;
    await handle.close();
  } catch (cause) {
    throw unreadable(path, cause as NodeJS.ErrnoException);
  }
  throw new GaitError("log-file", `${path} is a directory; give the log files in it, such as ${path}/access.log*`, {
    exitCode: exitCodes.usage,
  });
}

function unreadable(path: string, cause: NodeJS.ErrnoException): GaitError {
  const missing = cause.code === "ENOENT";
  const denied = cause.code === "EACCES" || cause.code === "EPERM";
  const why = missing ? "there is no such file" : denied ? "this user may not read it" : cause.message;
  const exitCode = missing ? exitCodes.notFound : denied ? exitCodes.permission : exitCodes.failed;
  return new GaitError("log-file", `cannot read the log ${path}: ${why}`, { exitCode, cause });
}

function compressionOf(magic: Buffer): "plain" | "gzip" | "zstd" | "bzip2" | "xz" {
  const hex = magic.toString("hex");
  if (hex.startsWith("1f8b")) return "gzip";
  if (hex.startsWith("28b52ffd")) return "zstd";
  if (hex.startsWith("425a68")) return "bzip2";
  return hex.startsWith("fd377a585a") ? "xz" : "plain";
}

function otherCompression(kind: "bzip2" | "xz", name: string): GaitError {
  return new GaitError(
    "log-file",
    `${name} is compressed with ${kind}; plain, gzip and Zstandard are read. Try: ${kind === "xz" ? "xzcat" : "bzcat"} ${name} | gait replay -`,
    { exitCode: exitCodes.usage },
  );
}

class PlainSource implements ByteSource {
  readonly #handle: FileHandle;
  taken = 0;
  damage = "";

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async read(into: Buffer, at: number): Promise<number> {
    try {
      const { bytesRead } = await this.#handle.read(into, at, into.length - at, this.taken);
      this.taken += bytesRead;
      return bytesRead;
    } catch (error) {
      this.damage = `reading stopped after ${this.taken} bytes: ${(error as Error).message}`;
      return 0;
    }
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

class CompressedInput {
  readonly #handle: FileHandle;
  taken = 0;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async *chunks(): AsyncGenerator<Buffer> {
    for (;;) {
      // A fresh buffer each time: the decoder may still hold the last one.
      const chunk = Buffer.allocUnsafe(compressedChunkBytes);
      const { bytesRead } = await this.#handle.read(chunk, 0, chunk.length, this.taken);
      if (bytesRead === 0) return;
      this.taken += bytesRead;
      yield chunk.subarray(0, bytesRead);
    }
  }
}

interface ChunkSourceHooks {
  taken(): number;
  close(): Promise<void>;
}

class ChunkSource implements ByteSource {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #hooks: ChunkSourceHooks;
  #rest: Buffer = Buffer.alloc(0);
  damage = "";

  constructor(chunks: AsyncIterable<Buffer>, hooks: ChunkSourceHooks) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#hooks = hooks;
  }

  get taken(): number {
    return this.#hooks.taken();
  }

  async read(into: Buffer, at: number): Promise<number> {
    try {
      while (this.#rest.length === 0) {
        const next = await this.#chunks.next();
        if (next.done === true) return 0;
        this.#rest = next.value;
      }
    } catch (error) {
      this.damage = (error as Error).message;
      return 0;
    }
    const copied = this.#rest.copy(into, at);
    this.#rest = this.#rest.subarray(copied);
    return copied;
  }

  async close(): Promise<void> {
    await this.#chunks.return?.(undefined);
    await this.#hooks.close();
  }
}
