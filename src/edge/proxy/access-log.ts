import { createWriteStream, type WriteStream } from "node:fs";
import type { Exchange, Verdict } from "#core";
import type { EdgeCounters } from "./counters.ts";

/** Writes one line per exchange. Never blocks and never throws: what the disk cannot take in time is dropped and counted. */
export interface AccessLog {
  write(
    exchange: Exchange,
    verdict: Verdict | undefined,
    known: { readonly enforced: string; readonly failure: string },
  ): void;
  /** Opens the file anew, after it was rotated away. */
  reopen(): void;
  close(): Promise<void>;
}

/** What an access log is made with. */
export interface AccessLogOptions {
  readonly path: string;
  readonly format: "combined" | "json";
  readonly bytesMax: number;
  readonly counters: EdgeCounters;
}

/** Opens the log for appending. The queue in front of the disk is capped by `bytesMax`. */
export function openAccessLog(options: AccessLogOptions): AccessLog {
  const { bytesMax, counters, format } = options;
  let stream = open(options.path, counters);
  let gathered = "";
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    timer = undefined;
    if (gathered === "") return;
    stream.write(gathered, "utf8");
    gathered = "";
  };
  return {
    write(exchange, verdict, known) {
      if (stream.writableLength + gathered.length > bytesMax) {
        counters.accessLogDropped++;
        return;
      }
      gathered += format === "json" ? jsonLine(exchange, verdict, known) : combinedLine(exchange);
      timer ??= setTimeout(flush, 100).unref();
    },
    reopen() {
      flush();
      stream.end();
      stream = open(options.path, counters);
    },
    close() {
      clearTimeout(timer);
      flush();
      return new Promise((resolve) => stream.end(() => resolve()));
    },
  };
}

function open(path: string, counters: EdgeCounters): WriteStream {
  const stream = createWriteStream(path, { flags: "a", mode: 0o640 });
  stream.on("error", () => counters.reason("access-log-error"));
  return stream;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;
let stampSecond = -1;
let stamp = "";

/** `20/Nov/2026:20:15:03 +0000`; rendered once a second. */
function commonStamp(at: number): string {
  const second = Math.floor(at / 1000);
  if (second === stampSecond) return stamp;
  const date = new Date(second * 1000);
  const two = (value: number): string => String(value).padStart(2, "0");
  stampSecond = second;
  stamp = `${two(date.getUTCDate())}/${months[date.getUTCMonth()]}/${date.getUTCFullYear()}:${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`;
  return stamp;
}

/** Apache's combined format. Client text is escaped, so that no request can forge a line. */
function combinedLine({ at, client, request, response }: Exchange): string {
  const target = request.query === "" ? request.path : `${request.path}?${request.query}`;
  const line = `${request.method} ${target} ${request.protocol}`;
  const bytes = response === undefined || response.bytes <= 0 ? "-" : response.bytes;
  return `${client.ip} - - [${commonStamp(at)}] "${escaped(line)}" ${response?.status ?? 0} ${bytes} "${escaped(request.referer) || "-"}" "${escaped(request.userAgent) || "-"}"\n`;
}

function escaped(text: string): string {
  return /["\\\x00-\x1f\x7f-\uffff]/.test(text)
    ? text.replace(
        /["\\\x00-\x1f\x7f-\uffff]/g,
        (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
      )
    : text;
}

function jsonLine(
  { id, at, application, client, request, response }: Exchange,
  verdict: Verdict | undefined,
  known: { readonly enforced: string; readonly failure: string },
): string {
  return `${JSON.stringify({
    time: new Date(at).toISOString(),
    id,
    application,
    ip: client.ip,
    method: request.method,
    host: request.host,
    path: request.path,
    query: request.query,
    protocol: request.protocol,
    status: response?.status ?? 0,
    bytes: response?.bytes ?? -1,
    durationMs: Math.round((response?.durationMs ?? -1) * 1000) / 1000,
    referer: request.referer,
    userAgent: request.userAgent,
    fingerprint: client.fingerprint,
    kind: verdict?.kind ?? "unknown",
    score: verdict?.score.total ?? 0,
    action: verdict?.action ?? "allow",
    enforced: known.enforced,
    rule: verdict?.rule ?? null,
    failure: known.failure,
    oddities: request.oddities,
  })}\n`;
}
