import type { Kind, Verdict } from "#core";
import type { ByteRing } from "./byte-ring.ts";
import { record } from "./records.ts";
import type { Ticketed } from "./request-record.ts";

const words = 4;
const doubles = 4;
const kinds: readonly Kind[] = ["human", "verified-agent", "declared-bot", "automated", "unknown"];
const noSignals: Verdict["signals"] = Object.freeze([]);
const noNames: readonly string[] = Object.freeze([]);

/**
 * Writes a verdict. One that lets pass by no rule's word goes without its signals: nothing is done with them on the
 * other side, and it is by far the most. Every other goes whole.
 *
 * @returns "full" when the ring has no room, "wake" when the reader sleeps, "" otherwise.
 */
export function writeVerdict(ring: ByteRing, verdict: Verdict, { slot, ticket }: Ticketed): "full" | "wake" | "" {
  const kind = kinds.indexOf(verdict.kind);
  const plain = verdict.action === "allow" && verdict.rule === null && kind >= 0;
  const whole = plain ? "" : JSON.stringify(verdict);
  const textAt = words * 4 + doubles * 8;
  const payload = ring.reserve(textAt + whole.length * 3);
  if (payload < 0) return "full";
  const { words: w, doubles: d, bytes } = ring;
  const head = payload >>> 2;
  const textBytes = plain ? 0 : bytes.write(whole, payload + textAt, "utf8");
  w[head] = slot;
  w[head + 1] = ticket;
  w[head + 2] = kind;
  w[head + 3] = textBytes;
  const numbers = (payload + words * 4) >>> 3;
  d[numbers] = verdict.score?.total ?? 0;
  d[numbers + 1] = verdict.score?.behaviour ?? 0;
  d[numbers + 2] = verdict.score?.presentation ?? 0;
  d[numbers + 3] = verdict.revision ?? 0;
  return ring.commit(record.verdict, textAt + textBytes) ? "wake" : "";
}

/** Says that the guard threw. */
export function writeFailed(ring: ByteRing, { slot, ticket }: Ticketed): "full" | "wake" | "" {
  const payload = ring.reserve(words * 4);
  if (payload < 0) return "full";
  ring.words[payload >>> 2] = slot;
  ring.words[(payload >>> 2) + 1] = ticket;
  return ring.commit(record.failed, words * 4) ? "wake" : "";
}

/** Whose verdict a record is. */
export function readTicket(ring: ByteRing, payload: number): Ticketed {
  return { slot: ring.words[payload >>> 2] as number, ticket: ring.words[(payload >>> 2) + 1] as number };
}

/** Reads a verdict. @param reference The id of the request it is about. */
export function readVerdict(ring: ByteRing, payload: number, reference: string): Verdict {
  const { words: w, doubles: d, bytes } = ring;
  const head = payload >>> 2;
  const textBytes = w[head + 3] as number;
  const textAt = payload + words * 4 + doubles * 8;
  if (textBytes > 0) return JSON.parse(bytes.toString("utf8", textAt, textAt + textBytes)) as Verdict;
  const numbers = (payload + words * 4) >>> 3;
  return {
    action: "allow",
    kind: kinds[w[head + 2] as number] ?? "unknown",
    score: {
      total: d[numbers] as number,
      behaviour: d[numbers + 1] as number,
      presentation: d[numbers + 2] as number,
    },
    signals: noSignals,
    rule: null,
    watched: noNames,
    basis: "none",
    certifiedFpr: null,
    reference,
    revision: d[numbers + 3] as number,
  };
}
