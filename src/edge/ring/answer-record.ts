import type { Exchange, HttpResponse } from "#core";
import type { ByteRing } from "./byte-ring.ts";
import { record } from "./records.ts";
import type { Ticketed } from "./request-record.ts";

/** Even, so that the doubles behind them stand on a multiple of eight. */
const words = 8;
const doubles = 2;

/**
 * Writes what became of a request; without a response (the client left, or we answered ourselves) only that.
 *
 * @returns "full" when the ring has no room, "wake" when the reader sleeps, "" otherwise.
 */
export function writeAnswer(ring: ByteRing, exchange: Exchange, { slot, ticket }: Ticketed): "full" | "wake" | "" {
  const { response } = exchange;
  // Cookies carry ten attributes and come with few answers: text is compact enough and cannot go out of step.
  const setCookies =
    response === undefined || response.setCookies.length === 0 ? "" : JSON.stringify(response.setCookies, finite);
  const contentType = response?.contentType ?? "";
  const location = response?.location ?? "";
  const text = contentType + location;
  const tokens = response?.tokens ?? [];
  const textAt = words * 4 + (doubles + tokens.length) * 8;
  const payload = ring.reserve(textAt + text.length + setCookies.length * 3);
  if (payload < 0) return "full";
  const { words: w, doubles: d, bytes } = ring;
  const head = payload >>> 2;
  bytes.write(text, payload + textAt, "latin1");
  const cookieBytes = setCookies === "" ? 0 : bytes.write(setCookies, payload + textAt + text.length, "utf8");
  w[head] = slot;
  w[head + 1] = ticket;
  w[head + 2] = response?.status ?? 0;
  w[head + 3] = contentType.length;
  w[head + 4] = location.length;
  w[head + 5] = cookieBytes;
  w[head + 6] = exchange.ownStatus ?? 0;
  w[head + 7] = tokens.length;
  const numbers = (payload + words * 4) >>> 3;
  d[numbers] = response?.bytes ?? -1;
  d[numbers + 1] = response?.durationMs ?? -1;
  for (let i = 0; i < tokens.length; i++) d[numbers + doubles + i] = tokens[i] as number;
  return ring.commit(record.observe, textAt + text.length + cookieBytes) ? "wake" : "";
}

/** Reads what became of a request. */
export function readAnswer(
  ring: ByteRing,
  payload: number,
): Ticketed & { readonly response: HttpResponse | undefined; readonly ownStatus: number } {
  const { words: w, doubles: d, bytes } = ring;
  const head = payload >>> 2;
  const slot = w[head] as number;
  const ticket = w[head + 1] as number;
  const status = w[head + 2] as number;
  const ownStatus = w[head + 6] as number;
  if (status === 0) return { slot, ticket, response: undefined, ownStatus };
  const tokenCount = w[head + 7] as number;
  const typeAt = payload + words * 4 + (doubles + tokenCount) * 8;
  const locationAt = typeAt + (w[head + 3] as number);
  const cookiesAt = locationAt + (w[head + 4] as number);
  const cookieBytes = w[head + 5] as number;
  const numbers = (payload + words * 4) >>> 3;
  const response: HttpResponse = {
    status,
    bytes: d[numbers] as number,
    durationMs: d[numbers + 1] as number,
    contentType: bytes.toString("latin1", typeAt, locationAt),
    location: bytes.toString("latin1", locationAt, cookiesAt),
    setCookies:
      cookieBytes === 0
        ? []
        : (JSON.parse(
            bytes.toString("utf8", cookiesAt, cookiesAt + cookieBytes),
            infinite,
          ) as HttpResponse["setCookies"]),
    tokens: tokenCount === 0 ? [] : Array.from(d.subarray(numbers + doubles, numbers + doubles + tokenCount)),
  };
  return { slot, ticket, response, ownStatus };
}

/** A session cookie lives for ever by its `maxAgeSeconds`, which JSON has no number for. */
function finite(_key: string, value: unknown): unknown {
  return value === Number.POSITIVE_INFINITY ? "∞" : value;
}

function infinite(key: string, value: unknown): unknown {
  return key === "maxAgeSeconds" && value === "∞" ? Number.POSITIVE_INFINITY : value;
}
