import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { rateLimit } from "express-rate-limit";
import { answerApi } from "./platform-api.ts";
import { answerShop } from "./platform-shop.ts";

/** A request that reached the applications. */
export interface Reached {
  readonly ip: string;
  readonly method: string;
  readonly path: string;
  /** What it got hold of: a login, a pair of the catalogue, another mail address for an account; empty otherwise. */
  readonly loot: string;
  /** What express-rate-limit, asked beside, would have refused. */
  readonly limited: boolean;
}

/** What a request is answered with. */
export interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly loot?: string;
}

/** A request as the applications read it. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly cookies: ReadonlyMap<string, string>;
  readonly header: (name: string) => string;
  readonly body: string;
}

/** The platform under attack: a server-rendered shop, a single-page application with its API, a mobile API, a developer tool. */
export interface Platform {
  readonly url: string;
  readonly reached: readonly Reached[];
  /** Every exchange with its headers, where it was opened to keep them. */
  readonly traces: readonly HarEntry[];
  close(): Promise<void>;
}

/** One exchange as an HTTP Archive holds it, with the client's address. */
export interface HarEntry {
  readonly startedDateTime: string;
  readonly time: number;
  readonly _clientIPAddress: string;
  readonly _id: string;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly httpVersion: string;
    readonly headers: readonly HarHeader[];
    readonly bodySize: number;
  };
  readonly response: { readonly status: number; readonly headers: readonly HarHeader[]; readonly bodySize: number };
}

interface HarHeader {
  readonly name: string;
  readonly value: string;
}

export const accountsMax = 2_000;
export const skusMax = 2_000;
export const zipsMax = 500;
const bodyMax = 65_536;

/** The password of an account that exists. Attackers who bought it know it. */
export function passwordOf(user: string): string {
  return createHash("sha256").update(`arena ${user}`).digest("base64url").slice(0, 12);
}

export function userName(number: number): string {
  return `user${number % accountsMax}@example.net`;
}

/** Whether a login succeeds: 200, or 401 as for every wrong password and every unknown name. */
export function loginStatus(user: string, password: string): 200 | 401 {
  const known = /^user(\d{1,4})@example\.net$/.exec(user);
  return known !== null && Number(known[1]) < accountsMax && password === passwordOf(user) ? 200 : 401;
}

export function token(): string {
  return randomBytes(18).toString("base64url");
}

/** Opens the platform on a free port of loopback; `traces: "keep"` holds every exchange in memory. */
export async function openPlatform(options: { readonly traces?: "keep" | "none" } = {}): Promise<Platform> {
  const reached: Reached[] = [];
  const traces: HarEntry[] = [];
  const note = options.traces === "keep" ? (entry: HarEntry): void => void traces.push(entry) : undefined;
  const limiter = rateLimit({
    windowMs: 60_000,
    limit: 60,
    validate: false,
    keyGenerator: (request) => addressOf(request as unknown as IncomingMessage),
    handler: (request, _response, next) => {
      (request as unknown as { limited: boolean }).limited = true;
      next();
    },
  });
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    void serve(request, response, { reached, limiter, note });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    reached,
    traces,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function addressOf(request: IncomingMessage): string {
  return (
    String(request.headers["x-forwarded-for"] ?? "")
      .split(",")[0]
      ?.trim() ?? ""
  );
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  parts: {
    readonly reached: Reached[];
    readonly limiter: ReturnType<typeof rateLimit>;
    readonly note: ((entry: HarEntry) => void) | undefined;
  },
): Promise<void> {
  const began = Date.now();
  let body = "";
  for await (const chunk of request as AsyncIterable<Buffer>) {
    body += chunk.toString("utf8");
    if (body.length > bodyMax) break;
  }
  const url = new URL(request.url ?? "/", "http://platform.invalid");
  // The limiter is middleware of Express; it needs no more of a request than its address and what it marks.
  await new Promise<void>((resolve) => {
    void parts.limiter(request as never, { setHeader: () => undefined, headersSent: false } as never, () => resolve());
  });
  const asked: Asked = {
    method: request.method ?? "GET",
    path: url.pathname,
    query: url.searchParams,
    cookies: cookiesOf(request.headers.cookie ?? ""),
    header: (name) => String(request.headers[name] ?? ""),
    body,
  };
  const answer = answerApi(asked) ?? answerShop(asked);
  parts.reached.push({
    ip: addressOf(request),
    method: asked.method,
    path: asked.path,
    loot: answer.loot ?? "",
    limited: (request as unknown as { limited?: boolean }).limited === true,
  });
  response.writeHead(answer.status, {
    "content-type": answer.type ?? "text/html; charset=utf-8",
    ...(answer.headers as Record<string, string | string[]> | undefined),
  });
  parts.note?.(harEntry(request, answer, { began, bodySize: body.length }));
  response.end(answer.status === 304 || asked.method === "HEAD" ? undefined : answer.body);
}

function cookiesOf(header: string): ReadonlyMap<string, string> {
  return new Map(
    header
      .split(";")
      .map((pair) => pair.trim().split("=", 2) as [string, string?])
      .filter(([name]) => name !== "")
      .map(([name, value]) => [name, value ?? ""]),
  );
}

/** What a gateway adds on the way is no part of what the client sent. */
const added = /^(x-forwarded-|x-request-id$|x-gait-|forwarded$|via$|x-real-ip$)/;

function harEntry(
  request: IncomingMessage,
  answer: Answer,
  { began, bodySize }: { readonly began: number; readonly bodySize: number },
): HarEntry {
  const headers: HarHeader[] = [];
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i] as string;
    if (!added.test(name.toLowerCase())) headers.push({ name, value: request.rawHeaders[i + 1] as string });
  }
  const answered = Object.entries({ "content-type": answer.type ?? "text/html; charset=utf-8", ...answer.headers });
  return {
    startedDateTime: new Date(began).toISOString(),
    time: Date.now() - began,
    _clientIPAddress: addressOf(request),
    _id: String(request.headers["x-request-id"] ?? ""),
    request: {
      method: request.method ?? "GET",
      url: `https://platform.example${request.url ?? "/"}`,
      httpVersion: "HTTP/1.1",
      headers,
      bodySize,
    },
    response: {
      status: answer.status,
      headers: answered.flatMap(([name, value]) =>
        (Array.isArray(value) ? value : [value]).map((each: string) => ({ name, value: each })),
      ),
      bodySize: answer.body?.length ?? 0,
    },
  };
}
