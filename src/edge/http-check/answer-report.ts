import { type CookieSet, cookieSetFrom, type HttpResponse, type Millis, testHashKey } from "#core";
import { parseSyslogMessage } from "#wire";

/** One answer as nginx reports it: whose request, and what the origin said. */
export interface AnswerReport {
  readonly reference: string;
  readonly response: HttpResponse;
}

const cookiesMax = 64;
const attributesMax = 1_024;

/**
 * Reads a report of deploy/nginx/gait.js out of its syslog message:
 *
 *     {"id":"…","status":200,"bytes":5,"ms":12,"type":"text/html","location":"","cookies":[["sid",1234,"; Path=/"]]}
 *
 * Cookie values were hashed in nginx with the key of the connector and never left it. Undefined when it is no report.
 */
export function readAnswerReport(datagram: string, at: Millis): AnswerReport | undefined {
  const message = parseSyslogMessage(datagram);
  if (message === undefined || message.tag !== "gait") return undefined;
  let read: unknown;
  try {
    read = JSON.parse(message.text);
  } catch {
    return undefined;
  }
  if (typeof read !== "object" || read === null) return undefined;
  const { id, status, bytes, ms, type, location, cookies } = read as Record<string, unknown>;
  if (typeof id !== "string" || typeof status !== "number" || !Array.isArray(cookies)) return undefined;
  const setCookies = cookies.slice(0, cookiesMax).map((one) => cookieOf(one, at));
  if (setCookies.some((one) => one === undefined)) return undefined;
  return {
    reference: id,
    response: {
      status,
      bytes: typeof bytes === "number" ? bytes : -1,
      durationMs: typeof ms === "number" ? ms : -1,
      contentType: typeof type === "string" ? (type.split(";", 1)[0] ?? "").trim().toLowerCase() : "",
      location: typeof location === "string" ? location : "",
      setCookies: setCookies as readonly CookieSet[],
      tokens: [],
    },
  };
}

/** Attributes are read by the one reader of Set-Cookie; the value it would hash is not there, the hash is. */
function cookieOf(one: unknown, at: Millis): CookieSet | undefined {
  if (!Array.isArray(one)) return undefined;
  const [name, value, attributes] = one as readonly unknown[];
  if (typeof name !== "string" || !Number.isSafeInteger(value) || typeof attributes !== "string") return undefined;
  const read = cookieSetFrom(`x=${attributes.slice(0, attributesMax)}`, testHashKey, at);
  return { ...read, name, value: value as number };
}
