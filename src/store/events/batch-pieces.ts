import type { Batch } from "./batch.ts";

/** Rows of one piece: copying and sending it holds the serving thread for a few tenths of a millisecond. */
const pieceRows = 1_024;

/** A share of every column of a batch; the pieces of a batch, put behind each other, are the batch. */
export type BatchPiece = Omit<Batch, "rows">;

/**
 * Cuts a batch into pieces that go to the store's thread one by one. A batch of ten thousand rows sent whole would hold the
 * serving thread for five milliseconds, four times a second, and every request that comes then with it.
 */
export function* batchPieces(batch: Batch): Generator<BatchPiece> {
  const count = Math.max(1, Math.ceil(batch.rows / pieceRows));
  for (let i = 0; i < count; i++) {
    const from = ({ length }: { readonly length: number }): number => Math.floor((length * i) / count);
    const to = ({ length }: { readonly length: number }): number => Math.floor((length * (i + 1)) / count);
    const { numbers, words, texts, findings, starts } = batch;
    yield {
      numbers: numbers.slice(from(numbers), to(numbers)),
      words: words.slice(from(words), to(words)),
      texts: texts.slice(from(texts), to(texts)),
      findings: findings.slice(from(findings), to(findings)),
      starts: starts.slice(from(starts), to(starts)),
    };
  }
}

/** What of a piece moves to the other thread without being copied again. */
export function memoryOf({ numbers, words, findings, starts }: BatchPiece): readonly ArrayBuffer[] {
  return [numbers, words, findings, starts].map(({ buffer }) => buffer as ArrayBuffer);
}

/** Puts the pieces of a batch together again. */
export function joinPieces(pieces: readonly BatchPiece[], rows: number): Batch {
  const floats = (of: (piece: BatchPiece) => Float64Array): Float64Array =>
    fill(new Float64Array(lengthOf(pieces, of)), pieces.map(of));
  const whole = (of: (piece: BatchPiece) => Uint32Array): Uint32Array =>
    fill(new Uint32Array(lengthOf(pieces, of)), pieces.map(of));
  return {
    rows,
    numbers: floats(({ numbers }) => numbers),
    words: whole(({ words }) => words),
    texts: pieces.flatMap(({ texts }) => texts),
    findings: floats(({ findings }) => findings),
    starts: whole(({ starts }) => starts),
  };
}

function lengthOf(pieces: readonly BatchPiece[], of: (piece: BatchPiece) => { readonly length: number }): number {
  return pieces.reduce((sum, piece) => sum + of(piece).length, 0);
}

function fill<T extends Float64Array | Uint32Array>(target: T, parts: readonly T[]): T {
  let at = 0;
  for (const part of parts) {
    target.set(part, at);
    at += part.length;
  }
  return target;
}
