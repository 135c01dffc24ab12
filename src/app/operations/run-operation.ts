import { assert } from "#core";
import type { Service } from "../serve/service.ts";
import { type AnyOperation, OperationFault } from "./operation.ts";
import type { Caller, OperationContext, SessionDoor } from "./operation-context.ts";
import { operations } from "./operation-table.ts";

/** Who asks whom. */
export interface Asking {
  readonly service: Service;
  readonly caller: Caller;
  readonly door?: SessionDoor | undefined;
}

/**
 * Runs one operation for a caller: permission, then input, then the handler. A write that left no audit entry is a
 * defect and is answered as one, even where it worked. @throws OperationFault
 */
export async function runOperation(
  operation: AnyOperation,
  input: unknown,
  { service, caller, door }: Asking,
): Promise<unknown> {
  if (!caller.permissions.has(operation.permission)) {
    const holds = caller.role === "none" ? "nobody who is not signed in" : `the role ${caller.role}`;
    throw new OperationFault(
      caller.role === "none" ? "unauthenticated" : "forbidden",
      `${operation.name} needs the permission "${operation.permission}", which ${holds} has not`,
    );
  }
  const parsed = operation.input.safeParse(input);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "input"}: ${message}`);
    throw new OperationFault("invalid", issues.join("; "));
  }
  const before = service.records.control.auditLength();
  const output = await operation.handle(createContext(operation, { service, caller, door }), parsed.data);
  const recorded = service.records.control.auditLength() > before;
  assert(operation.effect === "read" || recorded, `${operation.name} changed something without an audit entry`);
  return output;
}

function createContext(operation: AnyOperation, { service, caller, door }: Asking): OperationContext {
  const now = Date.now();
  return {
    service,
    caller,
    door,
    operationsFor: (permissions) =>
      operations.filter(({ permission }) => permissions.has(permission)).map(({ name }) => name),
    now,
    query: (sql, values) => service.records.query(sql, values),
    change(subject, documents = []) {
      assert(operation.effect === "write", `${operation.name} says it only reads, and wrote`);
      try {
        const entry = { at: now, who: caller.name, operation: operation.name, subject: JSON.stringify(subject) };
        service.records.control.change(entry, documents);
      } catch (error) {
        throw storageFault(error);
      }
    },
  };
}

/** What cannot be recorded is refused: a change that nobody can find later must not happen (507). */
function storageFault(error: unknown): unknown {
  const text = error instanceof Error ? error.message : String(error);
  if (!/disk|full|readonly|read-only|I\/O|space/i.test(text)) return error;
  return new OperationFault("storage-full", `the change cannot be recorded and was not made: ${text}`);
}
