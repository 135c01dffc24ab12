import type { Exchange, Guard } from "#core";
import { createLogParser, type LogFormatChoice, type LogParseOptions, type LogParser, recogniseLog } from "#wire";
import { createRequestIds } from "../proxy/request-ids.ts";

/** Counts, for people. `parsed + rejected` is what was read; lines still waiting to be recognised are in neither. */
export interface LiveLineFacts {
  /** Empty until it is known. */
  format: string;
  parsed: number;
  rejected: number;
  /** Exchanges that the engine could not judge. */
  failures: number;
}

/** Judges access-log lines as they are written. */
export interface LiveLines {
  readonly facts: LiveLineFacts;
  line(bytes: Buffer, start: number, end: number): void;
}

/** Lines kept until their format is recognised: with fewer, one odd line could decide for all. */
const recogniseAt = 3;
const waitingMax = 200;

/**
 * Hands each readable line to the guard: judged, then learned from at once, for a log tells of what is over. Nothing can
 * be done to that request any more; what is decided holds for the next ones (published decisions).
 */
export function createLiveLines(
  guard: Guard,
  { choice, parse }: { readonly choice: LogFormatChoice; readonly parse: LogParseOptions },
): LiveLines {
  const facts: LiveLineFacts = { format: "", parsed: 0, rejected: 0, failures: 0 };
  const ids = createRequestIds();
  let parser: LogParser | undefined = choice.format === "auto" ? undefined : createLogParser(choice, parse);
  if (parser !== undefined) facts.format = parser.format;
  let waiting: Buffer[] = [];

  const judge = (known: LogParser, bytes: Buffer, span: { readonly start: number; readonly end: number }): void => {
    const outcome = known.parse(bytes, span.start, span.end);
    if (outcome === "directive") return;
    if (outcome !== "parsed") {
      facts.rejected++;
      return;
    }
    facts.parsed++;
    known.record.id = ids.next();
    const exchange: Exchange = known.record;
    try {
      guard.inspect(exchange);
      guard.observe(exchange);
    } catch {
      facts.failures++;
    }
  };
  const recognise = (): void => {
    const head = Buffer.concat(waiting.flatMap((line) => [line, newline]));
    const found = recogniseLog(head, choice, parse);
    if (found.kind === "found" && found.format !== "har") {
      parser = createLogParser({ ...choice, format: found.format }, parse);
      facts.format = parser.format;
      for (const line of waiting) judge(parser, line, { start: 0, end: line.length });
      waiting = [];
    } else if (waiting.length >= waitingMax) {
      facts.rejected += waiting.length;
      waiting = [];
    }
  };
  return {
    facts,
    line(bytes, start, end) {
      if (parser !== undefined) {
        judge(parser, bytes, { start, end });
        return;
      }
      waiting.push(Buffer.from(bytes.subarray(start, end)));
      if (waiting.length >= recogniseAt) recognise();
    },
  };
}

const newline = Buffer.from("\n");
