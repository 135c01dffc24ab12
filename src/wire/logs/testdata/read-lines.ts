import { type Exchange, testHashKey } from "#core";
import { createLogParser } from "../formats.ts";
import type { LogParseOptions } from "../parse-options.ts";

export const testOptions: LogParseOptions = {
  application: "default",
  key: testHashKey,
  forwarded: "inside",
  zoneMinutes: 0,
};

/** What became of every line: its exchange, copied out of the reused record, or the outcome as a word. */
export function readLines(
  format: string,
  text: string | Buffer,
  options: Partial<LogParseOptions> & { readonly fields?: string; readonly captures?: readonly string[] } = {},
): (Exchange | string)[] {
  const parser = createLogParser(
    { format, fields: options.fields ?? "", captures: options.captures ?? [] },
    { ...testOptions, ...options },
  );
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  const found: (Exchange | string)[] = [];
  let start = 0;
  while (start < bytes.length) {
    let end = bytes.indexOf(0x0a, start);
    if (end < 0) end = bytes.length;
    const outcome = parser.parse(bytes, start, end);
    found.push(outcome === "parsed" ? copyOf(parser.record) : outcome);
    start = end + 1;
  }
  return found;
}

/** The one exchange of a one-line log. */
export function readLine(format: string, line: string, options: Parameters<typeof readLines>[2] = {}): Exchange {
  const [exchange] = readLines(format, line, options);
  if (typeof exchange !== "object") throw new Error(`line was not parsed: ${String(exchange)}`);
  return exchange;
}

function copyOf(record: Exchange): Exchange {
  const { answer: _, ...rest } = structuredClone({
    ...record,
    client: { ...record.client, ip: record.client.ip },
  }) as Exchange & { answer?: unknown };
  return rest;
}
