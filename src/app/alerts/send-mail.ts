import type { EmailConfig } from "../config/alerts-section.ts";
import { loadOptional } from "../optional/load-optional.ts";

/** A mail server and who is written to. */
export interface MailDestination extends EmailConfig {
  /** Empty: none is asked for. */
  readonly password: string;
}

/** What is written. */
export interface Mail {
  readonly subject: string;
  readonly text: string;
  /** Messages with the same key belong to one thread. */
  readonly key: string;
}

const timeoutMs = 10_000;

/** What we use of nodemailer. */
interface Nodemailer {
  createTransport(options: Readonly<Record<string, unknown>>): {
    sendMail(message: Readonly<Record<string, unknown>>): Promise<unknown>;
    close(): void;
  };
}

/**
 * Sends one mail as plain text. Subjects are one line, whatever a client put into what they are made of (header
 * injection); the library encodes them.
 *
 * @returns why it failed; empty: it did not
 */
export async function sendMail(to: MailDestination, { subject, text, key }: Mail): Promise<string> {
  const loaded = await loadOptional<Nodemailer>("nodemailer", "alerts by mail");
  if (loaded.kind === "missing") return loaded.hint;
  const transport = loaded.module.createTransport({
    host: to.host,
    port: to.port,
    secure: to.security === "tls",
    requireTLS: to.security === "starttls",
    ignoreTLS: to.security === "none",
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // A message is ours alone: nothing in it is read from files or fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(to.user === undefined ? {} : { auth: { user: to.user, pass: to.password } }),
  });
  try {
    const thread = `<${key.replace(/[^\w.-]/g, "-")}@gait.invalid>`;
    await transport.sendMail({
      from: to.from,
      to: to.to.join(", "),
      subject: subject.replace(/[\r\n]+/g, " ").slice(0, 200),
      text,
      headers: { "auto-submitted": "auto-generated" },
      references: thread,
    });
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    transport.close();
  }
}
