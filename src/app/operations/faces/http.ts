import { type AdminRequest, answerJson } from "../../admin/admin-request.ts";
import { type AnyOperation, faultStatus, OperationFault } from "../operation.ts";
import type { Caller, SessionDoor } from "../operation-context.ts";
import { operationNamed } from "../operation-table.ts";
import { runOperation } from "../run-operation.ts";
import { coerceTexts, inputSchema } from "./json-schemas.ts";

/** Where the operations live on the admin plane. */
export const apiPrefix = "/api/v1/";

/** `/api/v1/decisions/add` for `decisions.add`. */
export function pathOf({ name }: Pick<AnyOperation, "name">): string {
  return `${apiPrefix}${name.replace(".", "/")}`;
}

/** The operation behind a path below `/api/v1/`, or undefined. */
export function operationAt(path: string): AnyOperation | undefined {
  return operationNamed(path.slice(apiPrefix.length).replace("/", "."));
}

/**
 * Answers one call: reads by GET with a query string or by POST with JSON, writes by POST alone. What a caller can mend
 * is `{"error", "code"}` with its status.
 */
export async function answerOperation(
  operation: AnyOperation,
  { service, method, query, body, response }: Omit<AdminRequest, "path" | "request">,
  { caller, door }: { readonly caller: Caller; readonly door: SessionDoor },
): Promise<void> {
  if (method !== "POST" && !(method === "GET" && operation.effect === "read")) {
    answerJson(response, 405, { error: `${operation.name} is asked for by POST`, code: "method" });
    return;
  }
  try {
    const input = method === "GET" ? coerceTexts(inputSchema(operation), textsOf(query)) : (body ?? {});
    answerJson(response, 200, await runOperation(operation, input, { service, caller, door }));
  } catch (error) {
    if (!(error instanceof OperationFault)) throw error;
    answerJson(response, faultStatus[error.kind], { error: error.message, code: error.kind });
  }
}

function textsOf(query: URLSearchParams): Record<string, string[]> {
  const texts: Record<string, string[]> = {};
  for (const [name, value] of query) {
    if (Object.hasOwn(texts, name)) texts[name]?.push(value);
    else texts[name] = [value];
  }
  return texts;
}
