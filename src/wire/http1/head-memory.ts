import { ByteMemory } from "./byte-memory.ts";
import type { RequestHead } from "./head.ts";
import type { ResponseHead } from "./response-head.ts";

/** Header sections and answer heads remembered at a time, in each thread. */
const sectionsMax = 512;
const answersMax = 128;

/** Heads of requests that were accepted, by the bytes behind their request line. */
export type HeadMemory = ByteMemory<RequestHead>;
/** Heads of answers that were accepted, by all their bytes. */
export type AnswerMemory = ByteMemory<ResponseHead>;

/**
 * A memory for `parseRequestHead`. Clients send the same header section again and again on one connection, byte for
 * byte; what passed every check passes it again, so it is compared rather than parsed. The values, secrets among them,
 * stay in memory until other sections take their cells.
 */
export function createHeadMemory(): HeadMemory {
  return new ByteMemory(sectionsMax);
}

/** A memory for `parseResponseHead`: origins repeat whole heads within the second that `Date` names. */
export function createAnswerMemory(): AnswerMemory {
  return new ByteMemory(answersMax);
}
