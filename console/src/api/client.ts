import type { OperationName, Operations } from "./contract.ts";

/** Why a call gave no answer, in a form that a screen can explain. */
export type CallFault =
  | "missing"
  | "signed-out"
  | "forbidden"
  | "invalid"
  | "not-found"
  | "conflict"
  | "unreachable"
  | "unavailable"
  | "storage-full"
  | "broken";

/** A call that failed. `message` is what the gateway said, or what the browser said about the connection. */
export class CallError extends Error {
  readonly fault: CallFault;
  /** The gateway's own word for it, where it gave one. */
  readonly code: string;

  constructor(fault: CallFault, message: string, code = "") {
    super(message);
    this.fault = fault;
    this.code = code;
  }
}

const faultByStatus: Readonly<Record<number, CallFault>> = {
  400: "invalid",
  401: "signed-out",
  403: "forbidden",
  404: "not-found",
  409: "conflict",
  503: "unavailable",
  507: "storage-full",
};

let csrf: string | undefined;

/** The token that proves that a change comes from this page; handed out with the session. */
export function setCsrf(token: string | undefined): void {
  csrf = token;
}

/** Asks the gateway for one operation. @throws CallError */
export function call<Name extends OperationName>(
  name: Name,
  input: Operations[Name]["input"],
  signal?: AbortSignal,
): Promise<Operations[Name]["output"]> {
  return send(`/api/v1/${name.replaceAll(".", "/")}`, {
    method: "POST",
    body: JSON.stringify(input),
    ...(signal === undefined ? {} : { signal }),
  }) as Promise<Operations[Name]["output"]>;
}

/** Sends one request to the admin plane and reads its JSON answer. @throws CallError */
export async function send(path: string, init: RequestInit = {}): Promise<unknown> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (init.body !== undefined) headers["content-type"] = "application/json";
  if (csrf !== undefined) headers["x-csrf-token"] = csrf;
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers, credentials: "same-origin" });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new CallError("unreachable", error instanceof Error ? error.message : String(error));
  }
  const text = await response.text();
  const body = parse(text);
  if (response.ok) return body;
  const said = messageOf(body) ?? `${response.status} ${response.statusText}`;
  if (response.status === 404 && /^there is (nothing here|no such operation)/.test(said)) {
    throw new CallError("missing", said);
  }
  throw new CallError(faultByStatus[response.status] ?? "broken", said, codeOf(body));
}

function parse(text: string): unknown {
  try {
    return text === "" ? {} : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

function codeOf(body: unknown): string {
  return typeof body === "object" && body !== null && "code" in body ? String(body.code) : "";
}

function messageOf(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null || !("error" in body)) return undefined;
  const { error } = body;
  if (typeof error === "string") return error;
  if (typeof error === "object" && error !== null && "message" in error) return String(error.message);
  return undefined;
}
