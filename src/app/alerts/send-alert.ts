import { createHmac } from "node:crypto";
import { type FetchTestAllowance, safeFetch } from "#integrations";
import type { Alert } from "./alert-desk.ts";
import { type MailDestination, sendMail } from "./send-mail.ts";

/** Where alerts go. */
export type AlertDestination =
  | {
      readonly name: string;
      readonly type: "webhook" | "slack";
      readonly url: string;
      /** Signs webhooks; empty: they go unsigned. */
      readonly secret: string;
    }
  | (MailDestination & { readonly name: string; readonly type: "email" });

/** One message on its way. */
export interface AlertMessage {
  readonly alert: Alert;
  /** Alerts held back before this one. */
  readonly held: number;
  /** Wall clock, ms. */
  readonly at: number;
}

const timeoutMs = 10_000;

/**
 * One try at one destination. URLs are reached like any that a stranger chose (server-side request forgery): https,
 * public addresses, no redirects. The mail server is the operator's own and may be anywhere.
 *
 * @returns why it failed; empty: it did not
 */
export async function sendAlert(
  destination: AlertDestination,
  { alert, held, at }: AlertMessage,
  options: { readonly testing?: FetchTestAllowance | undefined } = {},
): Promise<string> {
  const more = held === 0 ? "" : ` (${held} more were held back)`;
  if (destination.type === "email") {
    const subject = `[Gait] ${alert.state === "resolved" ? "resolved: " : ""}${alert.title}`;
    return sendMail(destination, {
      subject,
      text: `${alert.title} [${alert.state}]${more}\n\n${alert.text}\n`,
      key: alert.key,
    });
  }
  const { type, url, secret } = destination;
  const body =
    type === "slack"
      ? JSON.stringify({ text: `*${alert.title}* [${alert.state}]${more}\n${alert.text}` })
      : JSON.stringify({ version: 1, at, heldBack: held, ...alert });
  const signed = secret === "" || type === "slack" ? {} : { "x-gait-signature": signature(secret, { at, body }) };
  const result = await safeFetch(url, {
    bytesMax: 65_536,
    timeoutMs,
    post: { body, headers: { "content-type": "application/json", ...signed } },
    ...(options.testing === undefined ? {} : { testing: options.testing }),
  });
  return result.kind === "body" ? "" : `${result.reason}: ${result.detail}`;
}

/** `t=MS,v1=HEX`: HMAC-SHA-256 over `MS.BODY`, so that a message can neither be made up nor replayed later. */
export function signature(secret: string, { at, body }: { readonly at: number; readonly body: string }): string {
  return `t=${at},v1=${createHmac("sha256", secret).update(`${at}.${body}`).digest("hex")}`;
}
