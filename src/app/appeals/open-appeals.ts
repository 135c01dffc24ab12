import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { appLimits, type Clock, GaitError } from "#core";
import { TokenBuckets } from "#policy";
import type { Config } from "../config/config.ts";
import { parseListenAddress } from "../config/listen-address.ts";
import { appealStyle, readAppeal, renderAppealForm, renderAppealThanks } from "./appeal-page.ts";

/** What the page works with. */
export interface AppealParts {
  readonly clock: Clock;
  /** Takes an appeal into the inbox; may refuse, which the sender is not told. */
  take(appeal: { readonly reference: string; readonly text: string; readonly contact?: string }): Promise<unknown>;
}

/** The open page; `port` is undefined where none is configured. */
export interface AppealDoor {
  readonly port: number | undefined;
  close(): Promise<void>;
}

const headers = {
  "Content-Type": "text/html; charset=utf-8",
  "Cache-Control": "no-store",
  "Content-Security-Policy": `default-src 'none'; style-src 'sha256-${createHash("sha256").update(appealStyle).digest("base64")}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
};

/**
 * Opens the page on which visitors say that they were stopped by mistake: an application of ours for the proxy in
 * front. It shows and tells nothing about anybody; a flood of appeals is cut at a fixed rate for all together, and
 * the inbox takes each reference once. @throws GaitError `appeals-listen`.
 */
export async function openAppeals(config: Config, parts: AppealParts): Promise<AppealDoor> {
  const listen = config.appeals === undefined ? undefined : parseListenAddress(config.appeals.listen);
  if (listen?.kind !== "tcp") return { port: undefined, close: () => Promise.resolve() };
  const rate = new TokenBuckets(1);
  const perMinute = appLimits.appealsPerMinute.default;
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (request, response) => {
    void answer(request, response, async (body) => {
      const appeal = readAppeal(body);
      if (appeal === undefined || rate.take("all", { perMinute, burst: perMinute, now: parts.clock.monotonic() }) > 0)
        return;
      await parts.take(appeal);
    });
  });
  server.maxConnections = appLimits.appealConnectionsMax.default;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) =>
      reject(
        new GaitError(
          "appeals-listen",
          `appeals.listen: cannot listen on ${listen.host}:${listen.port}: ${error.message}`,
        ),
      ),
    );
    server.listen(listen.port, listen.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  take: (body: string) => Promise<void>,
): Promise<void> {
  const send = (status: number, html: string): void => {
    response.writeHead(status, { ...headers, "Content-Length": Buffer.byteLength(html) }).end(html);
  };
  if (request.method === "GET" || request.method === "HEAD") {
    const { searchParams } = new URL(request.url ?? "/", "http://appeals.invalid");
    send(200, renderAppealForm(searchParams.get("reference") ?? ""));
    return;
  }
  if (request.method !== "POST") {
    send(405, renderAppealForm(""));
    return;
  }
  const body = await readBody(request);
  if (body === undefined) {
    send(413, renderAppealForm(""));
    response.once("finish", () => request.destroy());
    return;
  }
  // Answered before it is looked at, so that the time it takes tells nothing either.
  send(200, renderAppealThanks());
  await take(body).catch(() => undefined);
}

/** Undefined: it is too long, or broke off. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      bytes += part.length;
      if (bytes > appLimits.appealBytesMax.default) return undefined;
      parts.push(part);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(parts).toString("utf8");
}
