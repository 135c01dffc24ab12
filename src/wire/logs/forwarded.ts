import { canonicalAddress, isInsideAddress } from "./address.ts";
import type { LogRecord } from "./log-record.ts";
import type { LogParseOptions } from "./parse-options.ts";

const charsMax = 1_024;

/**
 * Takes the client's address from a logged X-Forwarded-For list, where that is safe.
 *
 * Everything in the list but its last entry is what the client itself may have written. The last entry was added
 * by whoever spoke to the front server: believable only if that was a proxy of one's own. By default that is so
 * when the logged peer has an address inside one's own network, which nobody outside can have.
 */
export function applyForwarded(record: LogRecord, list: string, options: LogParseOptions): void {
  if (options.forwarded === "never" || list.length > charsMax) return;
  if (options.forwarded === "inside" && !isInsideAddress(record.client.ip)) return;
  const last = canonicalAddress(list.slice(list.lastIndexOf(",") + 1).trim());
  if (last === "") return;
  if (options.forwarded === "inside" && isInsideAddress(last)) return;
  record.client.ip = last;
}
