import { logLimits } from "#core";
import { createLogParser, type LogFormatChoice, type LogFormatName, logFormatNames } from "./formats.ts";
import { showLine } from "./mask-secrets.ts";
import type { LogParseOptions } from "./parse-options.ts";

/** The format that reads most of the first lines, or why none does. */
export type Recognition =
  | { readonly kind: "found"; readonly format: LogFormatName }
  | { readonly kind: "unknown"; readonly message: string };

/** Of the lines looked at, at least this share must be read: a log with some damage is still that log. */
const shareMin = 0.2;

/**
 * Recognises a log by its first bytes: every format reads the same lines, and the one that reads most wins; of
 * equals, the one that shows more (combined before common, Caddy before plain JSON).
 *
 * @param head The beginning of the file. Its last line may be cut; that is one line of many.
 */
export function recogniseLog(head: Buffer, choice: LogFormatChoice, options: LogParseOptions): Recognition {
  const lines = linesOf(head);
  if (lines.length === 0) return { kind: "unknown", message: "the file is empty" };
  if (looksLikeHar(head)) return { kind: "found", format: "har" };
  let best: LogFormatName | undefined;
  let bestRead = 0;
  for (const format of logFormatNames) {
    if (format === "har") continue;
    const read = countRead(head, lines, createLogParser({ ...choice, format }, options));
    if (read > bestRead) {
      best = format;
      bestRead = read;
    }
  }
  const records = lines.filter(([start]) => head[start] !== 0x23).length;
  if (best !== undefined && bestRead >= Math.max(1, records * shareMin)) return { kind: "found", format: best };
  const [start, end] = lines[0] ?? [0, 0];
  return {
    kind: "unknown",
    message: `tried ${logFormatNames.join(", ")}; ${bestRead} of the first ${records} lines fit; line 1 looks like ${looksLike(head, start, end)}: ${JSON.stringify(showLine(head.subarray(start, end), 120))}`,
  };
}

function countRead(head: Buffer, lines: readonly Line[], parser: ReturnType<typeof createLogParser>): number {
  let read = 0;
  for (const [start, end] of lines) if (parser.parse(head, start, end) === "parsed") read++;
  return read;
}

type Line = readonly [start: number, end: number];

function linesOf(head: Buffer): Line[] {
  const lines: Line[] = [];
  let start = head.length >= 3 && head.readUIntBE(0, 3) === 0xefbbbf ? 3 : 0;
  while (start < head.length && lines.length < logLimits.recogniseLines.default) {
    let end = head.indexOf(0x0a, start);
    if (end < 0) end = head.length;
    const stop = end > start && head[end - 1] === 0x0d ? end - 1 : end;
    // A log that was truncated under its server begins with NUL bytes.
    while (head[start] === 0) start++;
    if (stop > start) lines.push([start, stop]);
    start = end + 1;
  }
  return lines;
}

function looksLikeHar(head: Buffer): boolean {
  const text = head.toString("latin1", 0, 4_096);
  return /^\s*(?:\xef\xbb\xbf)?\{\s*"log"\s*:\s*\{/.test(text);
}

/** A guess in words, for the person who has to fix it. */
function looksLike(head: Buffer, start: number, end: number): string {
  const text = head.toString("latin1", start, Math.min(end, start + 400));
  if (/^\x1f\x8b|^\x28\xb5\x2f\xfd|^BZh|^\xfd7zXZ|^PK\x03\x04/.test(text)) return "compressed data";
  if (/[\x00-\x08\x0e-\x1f]/.test(text)) return "binary data";
  if (/^\s*[[{]/.test(text)) return "JSON without the fields of an access log (give --fields ip=…,time=…,target=…)";
  if (/^\s*</.test(text)) return "XML or HTML";
  if (/\[(?:error|warn|notice|info|crit)\]/i.test(text)) return "an error log, not an access log";
  if (/\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}/.test(text))
    return "a log in a format of its own (give --format with the server's format string)";
  return "no access log";
}
